// What a fleet takes on disk: loaded through the commit pipeline, without
// streams, compacted, and weighed.
#include <dirent.h>
#include <rocksdb/db.h>
#include <rocksdb/utilities/options_util.h>
#include <sys/stat.h>

#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "collector/app/device_directory.h"
#include "collector/identity/subjects.h"
#include "collector/inventory/base_sets.h"
#include "collector/inventory/device_queries.h"
#include "collector/inventory/last_seen.h"
#include "collector/inventory/posting_keeper.h"
#include "collector/inventory/row_directory.h"
#include "collector/inventory/subject_update.h"
#include "collector/storage/committer.h"
#include "collector/storage/rocksdb_engine.h"
#include "common/clock.h"
#include "common/random.h"
#include "common/rows.h"
#include "common/status.h"
#include "common/version.h"
#include "tests/bench/sync/figures.h"
#include "tests/bench/sync/lab.h"
#include "tests/support/temp_dir.h"

namespace rollcall::bench {
namespace {

using collector::Change;
using collector::Committer;
using collector::KnownStamp;
using collector::Reader;
using collector::Subjects;
using collector::SubjectUpdate;
using collector::Writes;

// Changes under way at once.
constexpr int kInFlight = 1'000;

// Compacts every table of a store that nobody has open, by its own options.
absl::Status Compact(const std::string& path) {
  rocksdb::ConfigOptions config;
  rocksdb::DBOptions options;
  std::vector<rocksdb::ColumnFamilyDescriptor> tables;
  rocksdb::Status status =
      rocksdb::LoadLatestOptions(config, path, &options, &tables);
  rocksdb::DB* opened = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  if (status.ok()) {
    status = rocksdb::DB::Open(options, path, tables, &handles, &opened);
  }
  const std::unique_ptr<rocksdb::DB> db(opened);
  rocksdb::CompactRangeOptions all;
  all.bottommost_level_compaction =
      rocksdb::BottommostLevelCompaction::kForceOptimized;
  for (rocksdb::ColumnFamilyHandle* table : handles) {
    if (status.ok()) status = db->Flush({}, table);
    if (status.ok()) status = db->CompactRange(all, table, nullptr, nullptr);
  }
  for (rocksdb::ColumnFamilyHandle* table : handles) {
    db->DestroyColumnFamilyHandle(table);
  }
  return status.ok() ? absl::OkStatus()
                     : absl::InternalError(status.ToString());
}

// Of all files but the database's own log for people.
double BytesIn(const std::string& path) {
  double bytes = 0;
  DIR* const folder = opendir(path.c_str());
  for (const dirent* entry = folder == nullptr ? nullptr : readdir(folder);
       entry != nullptr; entry = readdir(folder)) {
    const absl::string_view name = entry->d_name;
    struct stat status = {};
    if (absl::StartsWith(name, "LOG") || absl::StartsWith(name, ".")) continue;
    if (stat(absl::StrCat(path, "/", name).c_str(), &status) == 0) {
      bytes += static_cast<double>(status.st_size);
    }
  }
  if (folder != nullptr) closedir(folder);
  return bytes;
}

class NoProducts final : public collector::ProductLookup {
 public:
  std::optional<v1::RecognisedProduct> Lookup(
      const v1::SoftwarePackage&) const override {
    return std::nullopt;
  }
};

// The commit pipeline over a store of its own. Not thread-safe.
class Pipeline {
 public:
  explicit Pipeline(std::string path) : path_(std::move(path)) {}

  absl::Status Open() {
    collector::RocksDbOptions options;
    options.path = path_;
    ROLLCALL_ASSIGN_OR_RETURN(engine_, collector::OpenRocksDb(options));
    rows_ = std::make_unique<collector::RowDirectory>(*engine_);
    bases_ = std::make_unique<collector::BaseSets>(*engine_, *rows_);
    ROLLCALL_RETURN_IF_ERROR(bases_->Load());
    content_.emplace(collector::Content{*rows_, *bases_});
    committer_ = std::make_unique<Committer>(*engine_, hybrid_clock_);
    return absl::OkStatus();
  }

  // Milliseconds until the first page of who has each of these packages.
  absl::StatusOr<std::vector<double>> TimeHolders(
      const std::vector<std::string>& packages) {
    const collector::LastSeenTracker last_seen;
    const collector::SubjectDeviceDirectory directory(subjects_);
    const collector::FleetSources sources = {*engine_, *content_, directory,
                                             last_seen};
    const NoProducts products;
    const collector::DeviceQueries queries(sources, products);
    std::vector<double> times;
    v1::ListSoftwareDevicesRequest request;
    request.set_name("none");
    // The first question reads the names of all packages.
    ROLLCALL_RETURN_IF_ERROR(queries.ListSoftwareDevices(request).status());
    for (const std::string& package : packages) {
      request.set_name(package);
      const absl::Time start = absl::Now();
      ROLLCALL_ASSIGN_OR_RETURN(const auto found,
                                queries.ListSoftwareDevices(request));
      times.push_back(absl::ToDoubleMilliseconds(absl::Now() - start));
      if (found.total_count() == 0) {
        return absl::InternalError(absl::StrCat("nobody has ", package));
      }
    }
    return times;
  }

  // The bytes of the store, with nothing in memory and nothing to compact.
  absl::StatusOr<double> Weigh() {
    ROLLCALL_RETURN_IF_ERROR(Drain());
    ROLLCALL_RETURN_IF_ERROR(
        collector::PostingKeeper(*engine_).CatchUp().status());
    committer_.reset();
    content_.reset();
    bases_.reset();
    rows_.reset();
    engine_.reset();
    ROLLCALL_RETURN_IF_ERROR(Compact(path_));
    const double bytes = BytesIn(path_);
    ROLLCALL_RETURN_IF_ERROR(Open());
    return bytes;
  }

  // Queues what the host states; waits while too many are under way.
  absl::Status Report(uint32_t host, const swarm::Report& report) {
    if (host >= subjects_of_.size()) {
      subjects_of_.push_back(Subjects::NewSubjectId(random_));
      ordinals_of_.push_back(0);
      devices_of_.push_back(
          Subjects::NewDeviceId(subjects_of_.back(), random_));
      agents_of_.push_back(AgentId::Generate(random_));
      return Submit(host, report, /*first=*/true);
    }
    return Submit(host, report, /*first=*/false);
  }

  // Until all is written.
  absl::Status Drain() {
    MutexLock lock(&mutex_);
    while (under_way_ > 0) ended_.Wait(&mutex_);
    return failure_;
  }

 private:
  SubjectUpdate UpdateOf(uint32_t host, const swarm::Report& report) {
    SubjectUpdate update;
    update.subject = subjects_of_[host];
    update.agent = agents_of_[host];
    update.agent_version = kVersion;
    update.row_level = kRowLevel;
    update.subject_root = report.subject_root;
    for (const auto& [name, section] : report.sections) {
      collector::ReportedSection& reported = update.sections[name];
      reported.root = section->root;
      for (const swarm::EncodedRow* row : section->rows) {
        reported.added.push_back(row->id);
        if (known_.contains(row->id)) continue;
        const auto decoded = DecodeRow(name, row->canonical);
        const bool own =
            decoded.ok() && FindRowKind(*decoded)->scope == v1::ROW_SCOPE_OWN;
        // Two machines may say the same of themselves.
        if (!own) known_.insert(row->id);
        update.rows[row->id] = {name, row->canonical, own};
      }
    }
    return update;
  }

  absl::Status Submit(uint32_t host, const swarm::Report& report, bool first) {
    const SubjectUpdate update = UpdateOf(host, report);
    ROLLCALL_ASSIGN_OR_RETURN(
        auto prepared, PrepareSubjectUpdate(update, *engine_, *content_));
    const collector::AgentReport stated = {update.agent, clock_.Now(),
                                           report.evidence};
    Change change;
    change.names = first ? Subjects::NamesOfNew(update.subject, update.agent)
                         : Subjects::NamesOf(update.subject);
    change.build = [this, prepared = std::move(prepared), stated, first,
                    device = devices_of_[host], &ordinal = ordinals_of_[host]](
                       KnownStamp stamp, const Reader& reader,
                       Writes& writes) -> absl::Status {
      if (first) {
        ROLLCALL_ASSIGN_OR_RETURN(
            ordinal, subjects_.BuildNew(prepared.subject, stated, device, stamp,
                                        reader, writes));
      }
      return WriteSubjectUpdate(prepared, ordinal, stamp, reader, writes);
    };
    change.done = [this](const absl::StatusOr<KnownStamp>& stamp) {
      MutexLock lock(&mutex_);
      --under_way_;
      failure_.Update(stamp.status());
      ended_.SignalAll();
    };
    {
      MutexLock lock(&mutex_);
      while (under_way_ >= kInFlight) ended_.Wait(&mutex_);
      ++under_way_;
    }
    return committer_->Submit(std::move(change));
  }

  SystemClock clock_;
  SystemRandom random_;
  Subjects subjects_;
  const std::string path_;
  collector::HybridClock hybrid_clock_{clock_};
  std::vector<SubjectId> subjects_of_;
  std::vector<DeviceId> devices_of_;
  // Written by the committer; a deque, since references to it stay good.
  std::deque<uint32_t> ordinals_of_;
  std::vector<AgentId> agents_of_;
  // Fleet rows that the store has.
  absl::flat_hash_set<RowId> known_;

  Mutex mutex_;
  CondVar ended_;
  int under_way_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  // Last: the committer writes what waits before the rest goes.
  std::unique_ptr<collector::Engine> engine_;
  std::unique_ptr<collector::RowDirectory> rows_;
  std::unique_ptr<collector::BaseSets> bases_;
  std::optional<collector::Content> content_;
  std::unique_ptr<Committer> committer_;
};

absl::Status LoadFirstDay(const swarm::FleetGenerator& fleet, uint32_t hosts,
                          Pipeline& pipeline) {
  for (uint32_t host = 0; host < hosts; ++host) {
    ROLLCALL_RETURN_IF_ERROR(pipeline.Report(host, *fleet.ReportOf(host, {})));
  }
  return pipeline.Drain();
}

// Lives through the days after; returns how often a host changed.
absl::StatusOr<int64_t> LoadDays(const swarm::FleetGenerator& fleet,
                                 uint32_t hosts, uint32_t days,
                                 Pipeline& pipeline) {
  int64_t changes = 0;
  for (uint32_t day = 1; day <= days; ++day) {
    for (uint32_t host = 0; host < hosts; ++host) {
      if (!fleet.ChangesOn(host, day)) continue;
      ++changes;
      ROLLCALL_RETURN_IF_ERROR(
          pipeline.Report(host, *fleet.ReportOf(host, {day})));
    }
    ROLLCALL_RETURN_IF_ERROR(pipeline.Drain());
  }
  return changes;
}

absl::Status MeasureHolders(const swarm::Report& report, uint32_t hosts,
                            Pipeline& pipeline) {
  constexpr size_t kQuestions = 40;
  std::vector<std::string> packages;
  const auto& rows = report.sections.at("software")->rows;
  for (size_t i = 0; i < kQuestions; ++i) {
    ROLLCALL_ASSIGN_OR_RETURN(
        const v1::Row row,
        DecodeRow("software", rows[i * rows.size() / kQuestions]->canonical));
    packages.push_back(row.software_package().name());
  }
  ROLLCALL_ASSIGN_OR_RETURN(std::vector<double> times,
                            pipeline.TimeHolders(packages));
  std::sort(times.begin(), times.end());
  PrintFigure(absl::StrCat("sync.who_has.", hosts), times[times.size() / 2],
              "ms", AtMost(50));
  PrintFigure(absl::StrCat("sync.who_has.worst.", hosts), times.back(), "ms");
  return absl::OkStatus();
}

}  // namespace

absl::Status MeasureStored(Lab& lab) {
  const testing::TempDir dir;
  const uint32_t hosts = lab.options().hosts;
  Pipeline pipeline(dir.File("data"));
  ROLLCALL_RETURN_IF_ERROR(pipeline.Open());
  const absl::Time start = absl::Now();
  ROLLCALL_RETURN_IF_ERROR(LoadFirstDay(lab.fleet(), hosts, pipeline));
  PrintFigure(absl::StrCat("sync.load.", hosts),
              hosts / absl::ToDoubleSeconds(absl::Now() - start), "hosts/s");
  ROLLCALL_ASSIGN_OR_RETURN(const double first, pipeline.Weigh());
  PrintFigure(absl::StrCat("sync.stored_per_host.", hosts), first / hosts, "B",
              AtMost(1024));
  ROLLCALL_RETURN_IF_ERROR(
      MeasureHolders(*lab.fleet().ReportOf(0, {}), hosts, pipeline));
  ROLLCALL_ASSIGN_OR_RETURN(
      const int64_t changes,
      LoadDays(lab.fleet(), hosts, lab.options().days, pipeline));
  ROLLCALL_ASSIGN_OR_RETURN(const double last, pipeline.Weigh());
  PrintFigure("sync.stored_per_change",
              (last - first) / static_cast<double>(changes), "B", AtMost(150));
  return absl::OkStatus();
}

}  // namespace rollcall::bench
