#include "collector/inventory/retention.h"

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/inventory/tables.h"
#include "collector/storage/hold_table.h"
#include "common/status.h"
#include "rollcall/v1/device_service.pb.h"

namespace rollcall::collector {
namespace {

using stored::v1::HistoryEntry;

bool IsFirst(const HistoryEntry& entry) {
  return entry.cause() == v1::DeviceChange::CAUSE_FIRST_REPORT;
}

// What stays of the newest entry before the horizon: that it was there.
HistoryEntry Emptied(const HistoryEntry& entry) {
  HistoryEntry result;
  result.set_cause(IsFirst(entry) ? entry.cause()
                                  : v1::DeviceChange::CAUSE_MACHINE);
  if (IsFirst(entry)) *result.mutable_new_sections() = entry.new_sections();
  return result;
}

// A first report holds nothing else anyway.
bool IsEmptied(const HistoryEntry& entry) {
  return IsFirst(entry) || IsCut(entry);
}

KnownStamp HorizonAt(absl::Time now, absl::Duration kept) {
  return kept == absl::ZeroDuration() ? KnownStamp()
                                      : KnownStamp::AtEndOf(now - kept);
}

// The classes that have a horizon of their own.
absl::StatusOr<std::set<std::string>> StoredClasses(const Reader& reader) {
  const std::string begin = absl::StrCat(kHistoryHorizonKey, "/");
  std::set<std::string> classes;
  const auto cursor = reader.Scan(TableId::kMeta, begin, PrefixEnd(begin));
  for (; cursor->Valid(); cursor->Next()) {
    classes.insert(std::string(cursor->key().substr(begin.size())));
  }
  ROLLCALL_RETURN_IF_ERROR(cursor->status());
  return classes;
}

// The device that the subject belongs to; nothing if the subject was deleted.
absl::StatusOr<std::optional<DeviceEntry>> FindDeviceOf(
    const Reader& reader, const DeviceDirectory& directory, SubjectId subject) {
  auto device = directory.DeviceOf(reader, subject);
  if (absl::IsNotFound(device.status())) return std::optional<DeviceEntry>();
  if (!device.ok()) return device.status();
  return std::optional<DeviceEntry>(*std::move(device));
}

// Whether that device is held.
absl::StatusOr<bool> IsHeld(const Reader& reader,
                            const DeviceDirectory& directory,
                            SubjectId subject) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto device,
                            FindDeviceOf(reader, directory, subject));
  if (!device.has_value()) return false;
  return IsAnyHeld(reader, device->subjects);
}

}  // namespace

bool HistoryKeeping::drops() const {
  return usual != absl::ZeroDuration() ||
         std::any_of(by_class.begin(), by_class.end(), [](const auto& one) {
           return one.second != absl::ZeroDuration();
         });
}

std::string SubjectChangeName(SubjectId subject) {
  return absl::StrCat("subject/", subject.ToHex());
}

// One walk over all history, newest first per subject.
class HistoryRetention::Walk {
 public:
  Walk(HistoryRetention& retention, const Horizons& horizons)
      : retention_(retention), horizons_(horizons) {
    for (const auto& [name, horizon] : horizons) {
      latest_ = std::max(latest_, horizon);
    }
  }

  absl::Status Take(const HistoryKey& key, const HistoryEntry& entry) {
    if (subject_ != key.subject) Begin(key.subject);
    if (key.stamp > latest_) return absl::OkStatus();
    if (!horizon_.has_value() && IsEmptied(entry)) {
      // Mostly the last of its subject: nothing is to be done, nor looked up.
      emptied_ = key.stamp;
      return absl::OkStatus();
    }
    if (!horizon_.has_value()) {
      auto horizon = HorizonOf(key.subject);
      if (absl::IsDataLoss(horizon.status())) {
        // It may be held.
        ++dropped_.subjects_passed_over;
        dropped_.damage.Update(horizon.status());
        horizon = KnownStamp();
      }
      ROLLCALL_ASSIGN_OR_RETURN(horizon_, horizon);
      decided_ = emptied_.has_value() && *emptied_ <= *horizon_;
    }
    if (key.stamp > *horizon_) return absl::OkStatus();
    if (decided_) {
      dropped_keys_.push_back(key);
    } else if (!IsEmptied(entry)) {
      emptied_keys_.push_back(key);
    }
    decided_ = true;
    return absl::OkStatus();
  }

  // Writes what was taken since the last time.
  absl::Status Write();

  const DroppedHistory& dropped() const { return dropped_; }

 private:
  void Begin(SubjectId subject) {
    subject_ = subject;
    horizon_.reset();
    emptied_.reset();
    decided_ = false;
  }

  // Zero where nothing is to be dropped.
  absl::StatusOr<KnownStamp> HorizonOf(SubjectId subject) const {
    const Engine& reader = retention_.engine_;
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto device,
        FindDeviceOf(reader, retention_.directory_, subject));
    if (!device.has_value()) return KnownStamp();
    ROLLCALL_ASSIGN_OR_RETURN(const bool held,
                              IsAnyHeld(reader, device->subjects));
    if (held) return KnownStamp();
    ROLLCALL_ASSIGN_OR_RETURN(const std::string device_class,
                              retention_.directory_.ClassOf(reader, *device));
    const auto own = horizons_.find(device_class);
    return own == horizons_.end() ? horizons_.at("") : own->second;
  }

  absl::Status Build(const Reader& reader, Batch& batch,
                     DroppedHistory& dropped) const;

  HistoryRetention& retention_;
  const Horizons& horizons_;
  KnownStamp latest_;
  // Of the subject that is being walked over: up to when it is dropped, once
  // that was needed; its newest entry that had been emptied before; and whether
  // the entry that stays was seen.
  std::optional<SubjectId> subject_;
  std::optional<KnownStamp> horizon_;
  std::optional<KnownStamp> emptied_;
  bool decided_ = false;
  // For the next change of the store.
  std::vector<HistoryKey> dropped_keys_;
  std::vector<HistoryKey> emptied_keys_;
  DroppedHistory dropped_;
};

// A device may have been held, or deleted, since it was looked at.
absl::Status HistoryRetention::Walk::Build(const Reader& reader, Batch& batch,
                                           DroppedHistory& dropped) const {
  ROLLCALL_ASSIGN_OR_RETURN(const bool any_held, IsAnythingHeld(reader));
  std::map<SubjectId, bool> kept;
  const auto is_kept = [&](SubjectId subject) -> absl::StatusOr<bool> {
    if (!any_held) return false;
    const auto known = kept.find(subject);
    if (known != kept.end()) return known->second;
    auto held = IsHeld(reader, retention_.directory_, subject);
    if (absl::IsDataLoss(held.status())) held = true;
    if (held.ok()) kept[subject] = *held;
    return held;
  };
  for (const HistoryKey& key : emptied_keys_) {
    ROLLCALL_ASSIGN_OR_RETURN(const bool stays, is_kept(key.subject));
    if (stays) continue;
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, kHistoryTable.Get(reader, key));
    if (!entry.has_value()) continue;
    kHistoryTable.Put(batch, key, Emptied(*entry));
    ++dropped.emptied;
  }
  for (const HistoryKey& key : dropped_keys_) {
    ROLLCALL_ASSIGN_OR_RETURN(const bool stays, is_kept(key.subject));
    if (stays) continue;
    kHistoryTable.Delete(batch, key);
    ++dropped.entries;
  }
  return absl::OkStatus();
}

absl::Status HistoryRetention::Walk::Write() {
  if (dropped_keys_.empty() && emptied_keys_.empty()) return absl::OkStatus();
  std::set<std::string> names = {std::string(kHoldsName)};
  for (const HistoryKey& key : emptied_keys_) {
    names.insert(SubjectChangeName(key.subject));
  }
  DroppedHistory dropped;
  const auto build = [&](KnownStamp, const Reader& reader,
                         Writes& writes) -> absl::Status {
    dropped = DroppedHistory();
    return Build(reader, writes.head, dropped);
  };
  ROLLCALL_RETURN_IF_ERROR(
      retention_.committer_.Commit({names.begin(), names.end()}, build)
          .status());
  dropped_.entries += dropped.entries;
  dropped_.emptied += dropped.emptied;
  dropped_keys_.clear();
  emptied_keys_.clear();
  return absl::OkStatus();
}

absl::StatusOr<KnownStamp> HistoryRetention::MoveHorizon(
    const std::string& device_class, KnownStamp horizon) {
  KnownStamp result;
  const auto build = [&](KnownStamp, const Reader& reader,
                         Writes& writes) -> absl::Status {
    const std::string key = HistoryHorizonKey(device_class);
    ROLLCALL_ASSIGN_OR_RETURN(const auto stored,
                              reader.Get(TableId::kMeta, key));
    ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp now,
                              HistoryHorizon(reader, device_class));
    result = std::max(horizon, now);
    // That of a class is stored even where it is the usual one, which moves on
    // without it.
    if (stored.has_value() ? result == now
                           : device_class.empty() && result == KnownStamp()) {
      return absl::OkStatus();
    }
    writes.head.Put(TableId::kMeta, key, absl::StrCat(result.raw()));
    return absl::OkStatus();
  };
  ROLLCALL_RETURN_IF_ERROR(
      committer_.Commit({std::string(kHistoryHorizonKey)}, build).status());
  return result;
}

absl::StatusOr<HistoryRetention::Horizons> HistoryRetention::MoveHorizons(
    absl::Time now, const HistoryKeeping& keeping) {
  Horizons horizons;
  // Classes first: what a new one begins with is the usual one of before.
  ROLLCALL_ASSIGN_OR_RETURN(auto classes, StoredClasses(engine_));
  for (const auto& [name, kept] : keeping.by_class) classes.insert(name);
  for (const std::string& name : classes) {
    const auto own = keeping.by_class.find(name);
    const absl::Duration kept =
        own == keeping.by_class.end() ? keeping.usual : own->second;
    ROLLCALL_ASSIGN_OR_RETURN(horizons[name],
                              MoveHorizon(name, HorizonAt(now, kept)));
  }
  ROLLCALL_ASSIGN_OR_RETURN(horizons[""],
                            MoveHorizon("", HorizonAt(now, keeping.usual)));
  return horizons;
}

absl::StatusOr<DroppedHistory> HistoryRetention::DropOld(
    absl::Time now, const HistoryKeeping& keeping) {
  ROLLCALL_ASSIGN_OR_RETURN(const Horizons horizons,
                            MoveHorizons(now, keeping));
  Walk walk(*this, horizons);
  auto entries = kHistoryTable.ScanPrefix(engine_, KeyWriter());
  for (size_t count = 1;; ++count) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    if (!entry.has_value()) break;
    ROLLCALL_RETURN_IF_ERROR(walk.Take(entry->key, entry->value));
    if (count % keys_per_step_ != 0) continue;
    ROLLCALL_RETURN_IF_ERROR(walk.Write());
    ROLLCALL_RETURN_IF_ERROR(pause_());
  }
  ROLLCALL_RETURN_IF_ERROR(walk.Write());
  return walk.dropped();
}

}  // namespace rollcall::collector
