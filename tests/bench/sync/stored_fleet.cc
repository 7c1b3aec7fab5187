#include "tests/bench/sync/stored_fleet.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "collector/app/device_directory.h"
#include "collector/app/identity_parts.h"
#include "collector/inventory/device_queries.h"
#include "collector/inventory/posting_keeper.h"
#include "collector/storage/rocksdb_engine.h"
#include "common/rows.h"
#include "common/status.h"
#include "common/version.h"
#include "tests/bench/sync/store_weight.h"

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

class NoProducts final : public collector::ProductLookup {
 public:
  std::optional<v1::RecognisedProduct> Lookup(
      const v1::SoftwarePackage&) const override {
    return std::nullopt;
  }
  bool HasRuleFor(absl::string_view, absl::string_view) const override {
    return false;
  }
};

}  // namespace

StoredFleet::StoredFleet(const swarm::FleetGenerator& fleet, std::string path,
                         std::vector<AgentId> agents)
    : fleet_(fleet), path_(std::move(path)), agents_of_(std::move(agents)) {}

absl::Status StoredFleet::Open() {
  collector::RocksDbOptions options;
  options.path = path_;
  ROLLCALL_ASSIGN_OR_RETURN(engine_, collector::OpenRocksDb(options));
  rows_ = std::make_unique<collector::RowDirectory>(*engine_);
  bases_ = std::make_unique<collector::BaseSets>(*engine_, *rows_);
  ROLLCALL_RETURN_IF_ERROR(bases_->Load());
  content_.emplace(collector::Content{*rows_, *bases_});
  committer_ = std::make_unique<Committer>(*engine_, hybrid_clock_);
  last_seen_ = std::make_unique<collector::LastSeenTracker>();
  return last_seen_->Load(*engine_);
}

void StoredFleet::Close() {
  committer_.reset();
  content_.reset();
  bases_.reset();
  rows_.reset();
  engine_.reset();
}

absl::Status StoredFleet::Grow(uint32_t hosts) {
  while (this->hosts() < hosts) {
    const uint32_t host = this->hosts();
    subjects_of_.push_back(Subjects::NewSubjectId(random_));
    ordinals_of_.push_back(0);
    devices_of_.push_back(Subjects::NewDeviceId(subjects_of_.back(), random_));
    if (host >= agents_of_.size()) {
      agents_of_.push_back(AgentId::Generate(random_));
    }
    ROLLCALL_RETURN_IF_ERROR(
        Submit(host, *fleet_.ReportOf(host, {}), /*first=*/true));
  }
  return Drain();
}

absl::StatusOr<int64_t> StoredFleet::Live(uint32_t days) {
  int64_t changes = 0;
  for (uint32_t day = 1; day <= days; ++day) {
    for (uint32_t host = 0; host < hosts(); ++host) {
      if (!fleet_.ChangesOn(host, day)) continue;
      ++changes;
      ROLLCALL_RETURN_IF_ERROR(
          Submit(host, *fleet_.ReportOf(host, {day}), /*first=*/false));
    }
    ROLLCALL_RETURN_IF_ERROR(Drain());
  }
  return changes;
}

absl::Status StoredFleet::Link() {
  collector::IdentityParts identity(*engine_, *committer_, *last_seen_, clock_,
                                    random_);
  return identity.linker.RunDue();
}

absl::StatusOr<std::vector<double>> StoredFleet::TimeHolders(
    const std::vector<std::string>& packages) {
  const collector::SubjectDeviceDirectory directory(subjects_);
  const collector::FleetSources sources = {*engine_, *content_, directory,
                                           *last_seen_};
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

absl::StatusOr<double> StoredFleet::Weigh() {
  ROLLCALL_RETURN_IF_ERROR(last_seen_->Flush(*committer_));
  ROLLCALL_RETURN_IF_ERROR(
      collector::PostingKeeper(*engine_).CatchUp().status());
  Close();
  ROLLCALL_RETURN_IF_ERROR(CompactStore(path_));
  const double bytes = BytesInStore(path_);
  ROLLCALL_RETURN_IF_ERROR(Open());
  return bytes;
}

SubjectUpdate StoredFleet::UpdateOf(uint32_t host,
                                    const swarm::Report& report) {
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

absl::Status StoredFleet::Submit(uint32_t host, const swarm::Report& report,
                                 bool first) {
  const SubjectUpdate update = UpdateOf(host, report);
  last_seen_->Note(update.subject, clock_.Now(), std::nullopt);
  ROLLCALL_ASSIGN_OR_RETURN(auto prepared,
                            PrepareSubjectUpdate(update, *engine_, *content_));
  const collector::AgentReport stated = {update.agent, clock_.Now(),
                                         report.evidence};
  Change change;
  change.names = first ? Subjects::NamesOfNew(update.subject, update.agent)
                       : Subjects::NamesOf(update.subject);
  change.build = [this, prepared = std::move(prepared), stated, first,
                  device = devices_of_[host], &ordinal = ordinals_of_[host]](
                     KnownStamp stamp, const Reader& reader,
                     Writes& writes) mutable -> absl::Status {
    if (first) {
      ROLLCALL_ASSIGN_OR_RETURN(
          ordinal, subjects_.BuildNew(prepared.subject, stated, device, stamp,
                                      reader, writes));
    }
    return WriteSubjectUpdate(prepared, *content_, ordinal, stamp, reader,
                              writes);
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

absl::Status StoredFleet::Drain() {
  MutexLock lock(&mutex_);
  while (under_way_ > 0) ended_.Wait(&mutex_);
  return failure_;
}

}  // namespace rollcall::bench
