#include "agent/app/scanner.h"

#include <sys/resource.h>

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_replace.h"
#include "agent/sources/meminfo.h"
#include "common/rows.h"
#include "common/status.h"
#include "common/version.h"
#include "google/protobuf/util/json_util.h"

namespace rollcall {
namespace {

constexpr char kStatusSection[] = "source_status";
constexpr size_t kMaxSmallFile = 256;

using RowsBySection = std::map<std::string, std::vector<EncodedRow>>;

// What this thread and this process have used so far.
struct Usage {
  int64_t cpu_micros = 0;
  int64_t peak_rss_bytes = 0;

  static Usage Now() {
    Usage usage;
    rusage raw = {};
    if (getrusage(RUSAGE_THREAD, &raw) == 0) {
      usage.cpu_micros = Micros(raw.ru_utime) + Micros(raw.ru_stime);
    }
    if (getrusage(RUSAGE_SELF, &raw) == 0) {
      usage.peak_rss_bytes = int64_t{raw.ru_maxrss} * 1024;
    }
    return usage;
  }
  static int64_t Micros(const timeval& time) {
    return int64_t{time.tv_sec} * 1'000'000 + time.tv_usec;
  }
};

void SortRows(std::vector<EncodedRow>* rows) {
  std::sort(
      rows->begin(), rows->end(),
      [](const EncodedRow& a, const EncodedRow& b) { return a.id < b.id; });
  rows->erase(std::unique(rows->begin(), rows->end(),
                          [](const EncodedRow& a, const EncodedRow& b) {
                            return a.id == b.id;
                          }),
              rows->end());
}

RootId RootOf(const std::vector<EncodedRow>& rows) {
  std::vector<RowId> ids;
  ids.reserve(rows.size());
  for (const EncodedRow& row : rows) ids.push_back(row.id);
  return ComputeSectionRoot(ids);
}

void ComputeSubjectRootOf(Scan* scan) {
  std::map<std::string, RootId> roots;
  for (const ScannedSection& section : scan->sections) {
    roots[section.name] = section.root;
  }
  scan->subject_root = ComputeSubjectRoot(roots);
}

// The boot id is a UUID in its usual notation.
std::string ReadBootId(const HostFs& fs) {
  const auto text = fs.Read("/proc/sys/kernel/random/boot_id", kMaxSmallFile);
  if (!text.ok()) return "";
  const std::string hex =
      absl::StrReplaceAll(absl::StripAsciiWhitespace(*text), {{"-", ""}});
  const auto id = Id<struct BootIdTag>::FromHex(hex);
  return id ? id->ToBytes() : "";
}

// Puts together what sources give. Not thread-safe.
class ScanBuilder {
 public:
  // A source that ran.
  void Add(const Source& source, SourceOutput output) {
    scan_.evidence.MergeFrom(output.evidence());
    for (const std::string& section : source.Describe().sections) {
      std::vector<EncodedRow>& rows = rows_[section];
      rows = std::move(output.rows()[section]);
      AddStatus(section, output.report(section));
    }
  }
  // A source that did not run.
  void AddNotRun(const Source& source) {
    SourceReport report;
    report.Fail(absl::DeadlineExceededError(
        "not run: the scan's time limit had passed"));
    for (const std::string& section : source.Describe().sections) {
      rows_[section];
      AddStatus(section, report);
    }
  }

  // States every source that was not selected as switched off.
  void AddDisabled() {
    SourceReport report;
    report.Note(
        v1::SourceStatus::OUTCOME_DISABLED,
        "switched off by the agent's options or the collector's policy");
    for (const std::string& name : SourceNames()) {
      if (!rows_.contains(name)) AddStatus(name, report);
    }
  }

  Scan Finish() {
    rows_[kStatusSection] = std::move(statuses_.rows()[kStatusSection]);
    for (auto& [name, rows] : rows_) {
      SortRows(&rows);
      const RootId root = RootOf(rows);
      scan_.sections.push_back({name, root, std::move(rows)});
    }
    std::sort(scan_.failed_sections.begin(), scan_.failed_sections.end());
    ComputeSubjectRootOf(&scan_);
    return std::move(scan_);
  }

 private:
  void AddStatus(const std::string& section, const SourceReport& report) {
    v1::Row row;
    *row.mutable_source_status() = report.ToStatus(section);
    statuses_.Add(row);
    if (report.failed()) scan_.failed_sections.push_back(section);
  }

  Scan scan_;
  RowsBySection rows_;
  SourceOutput statuses_;
};

}  // namespace

absl::StatusOr<Scan> Scanner::Run(const ScanOptions& options) const {
  ROLLCALL_ASSIGN_OR_RETURN(const auto sources, MakeSources(options.sources));
  const Usage before = Usage::Now();
  const absl::Duration start = clock_.Monotonic();
  const CollectContext context{fs_, fs_.is_live() ? &probe_ : nullptr};
  ScanBuilder builder;
  for (const std::unique_ptr<Source>& source : sources) {
    if (clock_.Monotonic() - start > options.time_limit) {
      builder.AddNotRun(*source);
    } else {
      builder.Add(*source, source->Collect(context));
    }
  }
  builder.AddDisabled();
  Scan scan = builder.Finish();
  scan.boot_id = ReadBootId(fs_);
  scan.vitals = ReadVitals(fs_);
  const Usage after = Usage::Now();
  v1::AgentCost* cost = scan.vitals.mutable_scan_cost();
  cost->set_cpu_micros(after.cpu_micros - before.cpu_micros);
  cost->set_peak_rss_bytes(after.peak_rss_bytes);
  cost->set_wall_micros(absl::ToInt64Microseconds(clock_.Monotonic() - start));
  return scan;
}

v1::Vitals ReadVitals(const HostFs& fs) {
  v1::Vitals vitals;
  const auto uptime = fs.Read("/proc/uptime", kMaxSmallFile);
  int64_t seconds = 0;
  if (uptime.ok() &&
      absl::SimpleAtoi(uptime->substr(0, uptime->find_first_of(". ")),
                       &seconds) &&
      seconds >= 0) {
    vitals.set_uptime_seconds(seconds);
  }
  const auto meminfo = fs.Read("/proc/meminfo", kMaxMeminfoBytes);
  if (meminfo.ok()) {
    if (const auto available = ParseMeminfo(*meminfo, "MemAvailable")) {
      vitals.set_memory_available_bytes(*available);
    }
  }
  return vitals;
}

Scan WithSectionsOf(const Scan& earlier, Scan scan) {
  for (ScannedSection& section : scan.sections) {
    if (!std::binary_search(scan.failed_sections.begin(),
                            scan.failed_sections.end(), section.name)) {
      continue;
    }
    for (const ScannedSection& old : earlier.sections) {
      if (old.name == section.name) section = old;
    }
  }
  ComputeSubjectRootOf(&scan);
  return scan;
}

v1::InventoryDocument ToDocument(const Scan& scan) {
  v1::InventoryDocument document;
  document.set_row_level(kRowLevel);
  document.set_subject_root(scan.subject_root.ToBytes());
  *document.mutable_evidence() = scan.evidence;
  *document.mutable_vitals() = scan.vitals;
  document.set_agent_version(kVersion);
  for (const ScannedSection& section : scan.sections) {
    v1::SectionRows* out = document.add_sections();
    out->set_section(section.name);
    out->set_root(section.root.ToBytes());
    out->mutable_rows()->Reserve(static_cast<int>(section.rows.size()));
    for (const EncodedRow& row : section.rows) {
      // Our own canonical bytes always parse.
      (void)out->add_rows()->ParseFromString(row.bytes);
    }
  }
  return document;
}

absl::StatusOr<std::string> InventoryDocumentToJson(
    const v1::InventoryDocument& document) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string json;
  const auto status =
      google::protobuf::util::MessageToJsonString(document, &json, options);
  if (!status.ok()) {
    return absl::InternalError(std::string(status.message()));
  }
  return json;
}

}  // namespace rollcall
