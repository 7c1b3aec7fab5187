#include "collector/alerts/alert_watch.h"

#include <algorithm>

#include "collector/changes/change_set_table.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

class WatcherSource final : public AlertWatch::Source {
 public:
  explicit WatcherSource(std::shared_ptr<AlertWatcher> watcher)
      : watcher_(std::move(watcher)) {}

  std::optional<v1::WatchAlertsResponse> Next() override {
    return watcher_->Next();
  }

 private:
  const std::shared_ptr<AlertWatcher> watcher_;
};

}  // namespace

absl::StatusOr<AlertWatch::Basis> AlertWatch::BasisNow() const {
  const Engine& engine = reader_.sources().fleet.engine;
  Basis basis = {{}, {}, 0, CivilDate::InUtc(clock_.Now())};
  // First, so that what comes meanwhile is found by the next look.
  basis.acknowledgements = acknowledgements_.changes();
  ROLLCALL_ASSIGN_OR_RETURN(
      basis.contracts, NewestEffect(engine, v1::ChangeSet::KIND_CONTRACTS));
  ROLLCALL_ASSIGN_OR_RETURN(basis.records,
                            NewestEffect(engine, v1::ChangeSet::KIND_RECORDS));
  return basis;
}

absl::StatusOr<std::unique_ptr<AlertWatch::Source>> AlertWatch::Open(
    const v1::WatchAlertsRequest& request, std::shared_ptr<StreamLine> line) {
  ROLLCALL_ASSIGN_OR_RETURN(AlertChoice choice,
                            ReadAlertFilter(request.filter()));
  ROLLCALL_ASSIGN_OR_RETURN(const Basis basis, BasisNow());
  AlertMoment moment(reader_.sources(), KnownStamp::Max(), basis.today);
  ROLLCALL_ASSIGN_OR_RETURN(AlertReader::Alerts alerts,
                            reader_.Read(moment, choice.settings));
  auto watcher = std::make_shared<AlertWatcher>(std::move(choice));
  watcher->Update(std::move(alerts));
  MutexLock lock(&mutex_);
  entries_.push_back({watcher, std::move(line), basis});
  return std::make_unique<WatcherSource>(std::move(watcher));
}

std::vector<AlertWatch::Entry> AlertWatch::Behind(const Basis& now) {
  MutexLock lock(&mutex_);
  std::erase_if(entries_,
                [](const Entry& entry) { return entry.watcher.expired(); });
  std::vector<Entry> behind;
  for (const Entry& entry : entries_) {
    if (!(entry.basis == now)) behind.push_back(entry);
  }
  return behind;
}

void AlertWatch::NoteUpdated(const std::shared_ptr<AlertWatcher>& watcher,
                             const Basis& now) {
  MutexLock lock(&mutex_);
  for (Entry& entry : entries_) {
    if (entry.watcher.lock() == watcher) entry.basis = now;
  }
}

absl::Status AlertWatch::Poll() {
  ROLLCALL_ASSIGN_OR_RETURN(const Basis now, BasisNow());
  const std::vector<Entry> behind = Behind(now);
  if (behind.empty()) return absl::OkStatus();
  // For all who watch, whatever they chose; many choose the same.
  AlertMoment moment(reader_.sources(), KnownStamp::Max(), now.today);
  std::vector<std::pair<AlertSettings, AlertReader::Alerts>> read;
  for (const Entry& entry : behind) {
    const std::shared_ptr<AlertWatcher> watcher = entry.watcher.lock();
    if (watcher == nullptr) continue;
    const AlertSettings& settings = watcher->choice().settings;
    auto found = std::find_if(
        read.begin(), read.end(),
        [&settings](const auto& one) { return one.first == settings; });
    if (found == read.end()) {
      auto alerts = reader_.Read(moment, settings);
      if (!alerts.ok()) {
        entry.line->End(alerts.status());
        continue;
      }
      found = read.insert(read.end(), {settings, *std::move(alerts)});
    }
    watcher->Update(found->second);
    NoteUpdated(watcher, now);
    entry.line->Wake();
  }
  return absl::OkStatus();
}

}  // namespace rollcall::collector
