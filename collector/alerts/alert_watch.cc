#include "collector/alerts/alert_watch.h"

#include <map>
#include <tuple>

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

absl::StatusOr<AlertWatch::Alerts> AlertWatch::Read(
    const AlertChoice& choice, const CivilDate& today) const {
  Fleet fleet(reader_.sources().fleet, KnownStamp::Max());
  ROLLCALL_ASSIGN_OR_RETURN(auto alerts, reader_.Read(fleet, today, choice));
  return std::make_shared<const std::vector<v1::Alert>>(std::move(alerts));
}

absl::StatusOr<std::unique_ptr<AlertWatch::Source>> AlertWatch::Open(
    const v1::WatchAlertsRequest& request, std::shared_ptr<StreamLine> line) {
  ROLLCALL_ASSIGN_OR_RETURN(AlertChoice choice,
                            ReadAlertFilter(request.filter()));
  ROLLCALL_ASSIGN_OR_RETURN(const Basis basis, BasisNow());
  ROLLCALL_ASSIGN_OR_RETURN(Alerts alerts, Read(choice, basis.today));
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
  // Many watch the same: each choice is read once.
  std::map<std::tuple<int, std::set<v1::Alert::Kind>, std::string>, Alerts>
      read;
  for (const Entry& entry : Behind(now)) {
    const std::shared_ptr<AlertWatcher> watcher = entry.watcher.lock();
    if (watcher == nullptr) continue;
    const AlertChoice& choice = watcher->choice();
    Alerts& alerts = read[{choice.horizon_days, choice.kinds, choice.vendor}];
    if (alerts == nullptr) {
      auto result = Read(choice, now.today);
      if (!result.ok()) {
        entry.line->End(result.status());
        continue;
      }
      alerts = *std::move(result);
    }
    watcher->Update(alerts);
    NoteUpdated(watcher, now);
    entry.line->Wake();
  }
  return absl::OkStatus();
}

}  // namespace rollcall::collector
