#include "collector/alerts/alert_watcher.h"

#include <set>
#include <utility>

#include "common/hash.h"

namespace rollcall::collector {
namespace {

std::string HashOf(const v1::Alert& alert) {
  v1::Alert lasting = alert;
  lasting.clear_days_left();
  return Sha256().Update(lasting.SerializeAsString()).Finish();
}

}  // namespace

std::optional<AlertWatcher::Change> AlertWatcher::ChangeOf(
    const v1::Alert& alert, const Told& now) const {
  const auto before = told_.find(alert.alert_id());
  if (before == told_.end()) {
    if (now.is_acknowledged && !choice_.include_acknowledged) {
      return std::nullopt;
    }
    return initial_ended_ ? v1::WatchAlertsResponse::CHANGE_NEW
                          : v1::WatchAlertsResponse::CHANGE_CURRENT;
  }
  if (before->second.hash == now.hash) return std::nullopt;
  return now.is_acknowledged && !before->second.is_acknowledged
             ? v1::WatchAlertsResponse::CHANGE_ACKNOWLEDGED
             : v1::WatchAlertsResponse::CHANGE_CHANGED;
}

void AlertWatcher::Update(
    std::shared_ptr<const std::vector<v1::Alert>> alerts) {
  MutexLock lock(&mutex_);
  waiting_.clear();
  alerts_ = std::move(alerts);
  std::set<std::string> there;
  for (const v1::Alert& alert : *alerts_) {
    there.insert(alert.alert_id());
    Told now = {HashOf(alert), alert.has_acknowledgement()};
    const auto change = ChangeOf(alert, now);
    if (!change.has_value()) continue;
    waiting_.push_back({*change, alert.alert_id(), &alert, std::move(now)});
  }
  for (const auto& [id, told] : told_) {
    if (there.contains(id)) continue;
    waiting_.push_back(
        {v1::WatchAlertsResponse::CHANGE_GONE, id, nullptr, Told()});
  }
  if (!initial_ended_) {
    waiting_.push_back(
        {v1::WatchAlertsResponse::CHANGE_INITIAL_END, "", nullptr, Told()});
  }
  if (waiting_.empty()) alerts_ = nullptr;
}

void AlertWatcher::NoteTold(const Waiting& waiting) {
  switch (waiting.change) {
    case v1::WatchAlertsResponse::CHANGE_INITIAL_END:
      initial_ended_ = true;
      break;
    case v1::WatchAlertsResponse::CHANGE_GONE:
      told_.erase(waiting.alert_id);
      break;
    default:
      if (waiting.told.is_acknowledged && !choice_.include_acknowledged) {
        told_.erase(waiting.alert_id);
      } else {
        told_[waiting.alert_id] = waiting.told;
      }
  }
}

std::optional<v1::WatchAlertsResponse> AlertWatcher::Next() {
  MutexLock lock(&mutex_);
  if (waiting_.empty()) return std::nullopt;
  const Waiting next = std::move(waiting_.front());
  waiting_.pop_front();
  v1::WatchAlertsResponse response;
  response.set_change(next.change);
  if (next.alert != nullptr) {
    *response.mutable_alert() = *next.alert;
  } else if (!next.alert_id.empty()) {
    response.mutable_alert()->set_alert_id(next.alert_id);
  }
  NoteTold(next);
  if (waiting_.empty()) alerts_ = nullptr;
  return response;
}

}  // namespace rollcall::collector
