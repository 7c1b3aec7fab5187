#include "agent/sources/cpu_info.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "agent/host/line_reader.h"
#include "agent/sources/cpu_names.h"
#include "agent/sources/cpu_set.h"
#include "agent/sources/fact_text.h"

namespace rollcall {
namespace {

constexpr char kPath[] = "/proc/cpuinfo";
// More distinct models than any machine mixes.
constexpr size_t kMaxModels = 64;
// A line of flags is about 2 KB.
constexpr LineLimits kLimits = {.max_bytes = 16 << 20,
                                .max_line_bytes = 16 << 10};

// The words whose presence tells architectures apart.
constexpr absl::string_view kTellingWords[] = {
    "ht",          "hypervisor", "lm",       "thumb",   "zarch",
    "loongarch64", "mips64r1",   "mips64r2", "mips64r6"};

struct NumberKey {
  absl::string_view key;
  std::optional<int> CpuInfoRecord::*field;
};
constexpr NumberKey kNumberKeys[] = {
    {"processor", &CpuInfoRecord::processor},
    {"cpu number", &CpuInfoRecord::processor},
    {"physical id", &CpuInfoRecord::physical_id},
    {"package", &CpuInfoRecord::physical_id},
    {"core id", &CpuInfoRecord::core_id},
    {"core", &CpuInfoRecord::core_id},
    {"book id", &CpuInfoRecord::book_id},
    {"drawer id", &CpuInfoRecord::drawer_id},
    {"siblings", &CpuInfoRecord::siblings},
    {"cpu cores", &CpuInfoRecord::cpu_cores},
};

std::string Clean(absl::string_view value) {
  return FactText(value).value_or("");
}

std::optional<uint32_t> ParseHex(absl::string_view value) {
  uint32_t number = 0;
  absl::ConsumePrefix(&value, "0x");
  if (value.empty() || value.size() > 8) return std::nullopt;
  if (!absl::SimpleHexAtoi(value, &number)) return std::nullopt;
  return number;
}

bool IsOneOf(absl::string_view text,
             std::initializer_list<absl::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

void CpuInfoParser::AddLine(absl::string_view line, bool cut) {
  if (absl::StripAsciiWhitespace(line).empty()) {
    EndRecord();
    return;
  }
  const size_t colon = line.find(':');
  if (colon == absl::string_view::npos || cut) {
    ++info_.malformed;
    return;
  }
  const absl::string_view key =
      absl::StripAsciiWhitespace(line.substr(0, colon));
  const absl::string_view value =
      absl::StripAsciiWhitespace(line.substr(colon + 1));
  if (AddNumberedProcessor(key)) return;
  SetNumber(key, value);
  SetText(key, value);
  SetWords(key, value);
}

bool CpuInfoParser::AddNumberedProcessor(absl::string_view key) {
  // s390 writes "processor 3: version = ...", sparc "CPU3: online".
  if (!absl::ConsumePrefix(&key, "processor ") &&
      !absl::ConsumePrefix(&key, "CPU")) {
    return false;
  }
  const std::optional<int64_t> number = FactInteger(key);
  if (!number || *number < 0 || *number >= kMaxCpus) return false;
  EndRecord();
  record_.processor = static_cast<int>(*number);
  EndRecord();
  return true;
}

void CpuInfoParser::SetNumber(absl::string_view key, absl::string_view value) {
  for (const NumberKey& entry : kNumberKeys) {
    if (entry.key != key) continue;
    const bool begins_record = entry.field == &CpuInfoRecord::processor;
    // Most architectures part processors by an empty line, but not all.
    if (begins_record && record_.processor) EndRecord();
    const std::optional<int64_t> number = FactInteger(value);
    if (!number || *number < 0 || *number > INT32_MAX ||
        (begins_record && *number >= kMaxCpus)) {
      ++info_.malformed;
      return;
    }
    record_.*entry.field = static_cast<int>(*number);
  }
}

void CpuInfoParser::SetText(absl::string_view key, absl::string_view value) {
  if (IsOneOf(key, {"fdiv_bug", "CPU architecture", "timebase", "archrev"})) {
    keys_.emplace(key);
  }
  // RISC-V states the maker by a JEDEC number, of which 0 is none.
  if (IsOneOf(key, {"vendor_id", "vendor"}) ||
      (key == "mvendorid" && value != "0x0")) {
    if (info_.vendor.empty()) info_.vendor = Clean(value);
  } else if (IsOneOf(key, {"model name", "Model Name", "cpu", "cpu model",
                           "uarch"})) {
    if (model_.empty()) model_ = Clean(value);
  } else if (key == "Processor") {
    weak_model_ = Clean(value);
  } else if (key == "CPU implementer") {
    implementer_ = Clean(value);
  } else if (key == "CPU part") {
    part_ = ParseHex(value);
  } else if (key == "CPU architecture") {
    arm_version_ = Clean(value);
  } else if (key == "platform" && info_.platform.empty()) {
    info_.platform = Clean(value);
  } else if (key == "type") {
    machine_type_ = Clean(value);
  } else if (IsOneOf(key, {"cpu family", "CPU Family"})) {
    cpu_family_ = Clean(value);
  }
}

void CpuInfoParser::SetWords(absl::string_view key, absl::string_view value) {
  if (key == "isa" || key == "hart isa") {
    if (absl::StartsWith(value, "rv64")) words_.insert("rv64");
    if (absl::StartsWith(value, "rv32")) words_.insert("rv32");
  }
  if (!IsOneOf(key, {"flags", "features", "Features", "isa", "ISA"})) return;
  if (key == "flags") keys_.insert("flags");
  // One processor tells for all.
  if (!words_.empty() && !info_.processors.empty()) return;
  for (const absl::string_view word :
       absl::StrSplit(value, ' ', absl::SkipEmpty())) {
    if (std::find(std::begin(kTellingWords), std::end(kTellingWords), word) !=
        std::end(kTellingWords)) {
      words_.emplace(word);
    }
  }
}

void CpuInfoParser::EndRecord() {
  if (!implementer_.empty()) {
    const std::optional<uint32_t> id = ParseHex(implementer_);
    const absl::string_view vendor = id ? ArmImplementerName(*id) : "";
    if (info_.vendor.empty()) {
      info_.vendor = vendor.empty() ? implementer_ : std::string(vendor);
    }
    const absl::string_view part = id && part_ ? ArmPartName(*id, *part_) : "";
    // A 32-bit kernel names every core "ARMv7 Processor"; the part tells more.
    if (!part.empty()) model_ = std::string(part);
  }
  if (!model_.empty() && info_.models.size() < kMaxModels) {
    info_.models.insert(model_);
  }
  if (record_.processor) {
    if (info_.processors.size() < kMaxCpus) {
      info_.processors.push_back(record_);
    } else {
      ++info_.malformed;
    }
  }
  record_ = {};
  model_.clear();
  implementer_.clear();
  part_.reset();
}

std::string CpuInfoParser::ArmArchitecture() const {
  if (words_.count("thumb") == 0) {
    return arm_version_ == "8" || arm_version_ == "AArch64" ? "aarch64" : "";
  }
  // "ARMv7 Processor rev 4 (v7l)"
  std::string model = weak_model_;
  if (!info_.models.empty()) absl::StrAppend(&model, *info_.models.begin());
  for (const absl::string_view version : {"v5l", "v6l", "v7l", "v8l"}) {
    if (absl::StrContains(model, absl::StrCat("(", version, ")"))) {
      return absl::StrCat("arm", version);
    }
  }
  return absl::StartsWith(arm_version_, "5") ? "armv5l" : "armv7l";
}

std::string CpuInfoParser::Architecture() const {
  const auto has_word = [this](const char* word) {
    return words_.count(word) > 0;
  };
  const std::string model = info_.models.empty() ? "" : *info_.models.begin();
  if (info_.vendor == "IBM/S390") return has_word("zarch") ? "s390x" : "s390";
  if (info_.vendor == "User Mode Linux") return "";
  if (keys_.count("archrev") > 0) return "ia64";
  if (keys_.count("flags") > 0) {
    return has_word("lm") && keys_.count("fdiv_bug") == 0 ? "x86_64" : "i686";
  }
  if (keys_.count("CPU architecture") > 0) return ArmArchitecture();
  if (has_word("rv64")) return "riscv64";
  if (has_word("rv32")) return "riscv32";
  if (has_word("loongarch64")) return "loongarch64";
  if (absl::StartsWith(cpu_family_, "PA-RISC")) return "parisc";
  if (absl::StartsWith(machine_type_, "sun4")) {
    return machine_type_ == "sun4u" || machine_type_ == "sun4v" ? "sparc64"
                                                                : "sparc";
  }
  if (absl::StartsWith(model, "POWER") || absl::StartsWith(model, "PPC970") ||
      absl::StartsWith(model, "Cell")) {
    return "ppc64";
  }
  if (keys_.count("timebase") > 0) return "ppc";
  if (absl::StartsWith(model, "MIPS") || absl::StartsWith(model, "ICT")) {
    const bool wide =
        has_word("mips64r1") || has_word("mips64r2") || has_word("mips64r6");
    return wide ? "mips64" : "mips";
  }
  return "";
}

CpuInfo CpuInfoParser::Finish() {
  EndRecord();
  info_.architecture = Architecture();
  if (info_.models.empty() && !weak_model_.empty()) {
    info_.models.insert(weak_model_);
  }
  info_.hypervisor_flag = words_.count("hypervisor") > 0;
  info_.multithreading_flag = words_.count("ht") > 0;
  return std::move(info_);
}

absl::Status ReadCpuInfo(const HostFs& fs, CpuInfo* info) {
  CpuInfoParser parser;
  absl::Status status = ForEachLine(fs, kPath, kLimits, [&](const Line& line) {
    parser.AddLine(line.text, line.cut);
  });
  *info = parser.Finish();
  return status;
}

}  // namespace rollcall
