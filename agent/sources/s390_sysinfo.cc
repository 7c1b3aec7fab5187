#include "agent/sources/s390_sysinfo.h"

#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "agent/sources/fact_text.h"

namespace rollcall {
namespace {

constexpr char kPath[] = "/proc/sysinfo";
constexpr size_t kMaxBytes = 256 << 10;
constexpr size_t kMaxLevels = 16;

// The first word: values are padded, and further columns may follow.
std::string FirstWord(absl::string_view value) {
  return FactText(value.substr(0, value.find(' '))).value_or("");
}

// The last word.
std::string LastWord(absl::string_view value) {
  const size_t space = value.rfind(' ');
  if (space != absl::string_view::npos) value.remove_prefix(space + 1);
  return FactText(value).value_or("");
}

struct Field {
  absl::string_view key;
  std::string S390Sysinfo::*field;
  std::string (*read)(absl::string_view value);
};
constexpr Field kFields[] = {
    {"Manufacturer", &S390Sysinfo::manufacturer, FirstWord},
    {"Type", &S390Sysinfo::type, FirstWord},
    // The capacity identifier, then the hardware model.
    {"Model", &S390Sysinfo::model, LastWord},
    {"Sequence Code", &S390Sysinfo::sequence_code, FirstWord},
    {"VM00 UUID", &S390Sysinfo::uuid, FirstWord},
};

}  // namespace

S390Sysinfo ParseS390Sysinfo(absl::string_view content) {
  S390Sysinfo info;
  std::string partition_uuid;
  // By level, "VM00" first: that is the one right beneath the kernel.
  std::map<std::string, std::string> programs;
  for (const absl::string_view line : absl::StrSplit(content, '\n')) {
    const size_t colon = line.find(':');
    if (colon == absl::string_view::npos) continue;
    const absl::string_view key =
        absl::StripAsciiWhitespace(line.substr(0, colon));
    const absl::string_view value =
        absl::StripAsciiWhitespace(line.substr(colon + 1));
    for (const Field& field : kFields) {
      if (key == field.key) info.*field.field = field.read(value);
    }
    if (key == "LPAR Number") info.in_partition = true;
    if (key == "LPAR UUID") partition_uuid = FirstWord(value);
    if (absl::StartsWith(key, "VM") &&
        absl::EndsWith(key, " Control Program") &&
        programs.size() < kMaxLevels) {
      programs.emplace(key, FactText(value).value_or(""));
    }
  }
  for (auto& [level, program] : programs) {
    if (!program.empty()) info.control_programs.push_back(std::move(program));
  }
  if (info.uuid.empty()) info.uuid = partition_uuid;
  absl::AsciiStrToLower(&info.uuid);
  info.present = !info.manufacturer.empty() || !info.type.empty() ||
                 info.in_partition || !info.control_programs.empty();
  return info;
}

S390Sysinfo ReadS390Sysinfo(const HostFs& fs, SourceReport* report) {
  const absl::StatusOr<std::string> content = fs.Read(kPath, kMaxBytes);
  if (!content.ok()) {
    report->NoteError(content.status());
    return {};
  }
  return ParseS390Sysinfo(*content);
}

}  // namespace rollcall
