#include "collector/inventory/history_horizon.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "collector/inventory/tables.h"
#include "collector/storage/hold_table.h"
#include "common/status.h"
#include "rollcall/v1/device_service.pb.h"

namespace rollcall::collector {
namespace {

absl::StatusOr<KnownStamp> ParseHorizon(absl::string_view stored) {
  uint64_t raw = 0;
  if (absl::SimpleAtoi(stored, &raw)) return KnownStamp::FromRaw(raw);
  return absl::DataLossError("a horizon of history is unreadable");
}

std::string TimeOf(KnownStamp stamp) {
  return absl::FormatTime(absl::RFC3339_full, stamp.time(),
                          absl::UTCTimeZone());
}

// The newest entry of the subject that was cut; zero if none was.
absl::StatusOr<KnownStamp> CutOf(const Reader& reader, SubjectId subject) {
  KeyWriter prefix;
  prefix.U16(ShardOf(subject)).AddId(subject);
  auto scan = kHistoryTable.ScanPrefix(reader, std::move(prefix));
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, scan.Next());
    if (!entry.has_value()) return KnownStamp();
    if (IsCut(entry->value)) return entry->key.stamp;
  }
}

// The horizon that dropping keeps to where the subject belongs now.
absl::StatusOr<KnownStamp> HorizonOf(const Reader& reader,
                                     const DeviceDirectory& directory,
                                     SubjectId subject) {
  ROLLCALL_ASSIGN_OR_RETURN(const DeviceEntry now,
                            directory.DeviceOf(reader, subject));
  ROLLCALL_ASSIGN_OR_RETURN(const bool held, IsAnyHeld(reader, now.subjects));
  if (held) return KnownStamp();
  ROLLCALL_ASSIGN_OR_RETURN(const std::string device_class,
                            directory.ClassOf(reader, now));
  return HistoryHorizon(reader, device_class);
}

}  // namespace

std::string HistoryHorizonKey(absl::string_view device_class) {
  return device_class.empty()
             ? std::string(kHistoryHorizonKey)
             : absl::StrCat(kHistoryHorizonKey, "/", device_class);
}

absl::StatusOr<KnownStamp> HistoryHorizon(const Reader& reader,
                                          absl::string_view device_class) {
  ROLLCALL_ASSIGN_OR_RETURN(
      auto stored, reader.Get(TableId::kMeta, HistoryHorizonKey(device_class)));
  if (!stored.has_value() && !device_class.empty()) {
    ROLLCALL_ASSIGN_OR_RETURN(stored,
                              reader.Get(TableId::kMeta, kHistoryHorizonKey));
  }
  if (!stored.has_value()) return KnownStamp();
  return ParseHorizon(*stored);
}

absl::StatusOr<KnownStamp> FleetHistoryHorizon(const Reader& reader) {
  ROLLCALL_ASSIGN_OR_RETURN(KnownStamp latest, HistoryHorizon(reader, ""));
  const std::string begin = absl::StrCat(kHistoryHorizonKey, "/");
  const auto cursor = reader.Scan(TableId::kMeta, begin, PrefixEnd(begin));
  for (; cursor->Valid(); cursor->Next()) {
    ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp one,
                              ParseHorizon(cursor->value()));
    latest = std::max(latest, one);
  }
  ROLLCALL_RETURN_IF_ERROR(cursor->status());
  return latest;
}

absl::StatusOr<KnownStamp> DeviceHistoryHorizon(
    const Reader& reader, const DeviceDirectory& directory,
    const DeviceEntry& device) {
  KnownStamp latest;
  for (const DeviceSubject& one : device.subjects) {
    ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp horizon,
                              HorizonOf(reader, directory, one.subject));
    ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp cut, CutOf(reader, one.subject));
    latest = std::max({latest, horizon, cut});
  }
  return latest;
}

absl::Status CheckFleetHistoryKept(const Reader& reader, KnownStamp as_of) {
  if (as_of == KnownStamp::Max()) return absl::OkStatus();
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp horizon,
                            FleetHistoryHorizon(reader));
  if (as_of >= horizon) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("not recomputable: history before ", TimeOf(horizon),
                   " was dropped, of one device class at least; one device "
                   "may be told further back, by its id"));
}

absl::Status CheckDeviceHistoryKept(const Reader& reader,
                                    const DeviceDirectory& directory,
                                    const DeviceEntry& device,
                                    KnownStamp as_of) {
  if (as_of == KnownStamp::Max()) return absl::OkStatus();
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp horizon,
                            DeviceHistoryHorizon(reader, directory, device));
  if (as_of >= horizon) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("not recomputable: history before ", TimeOf(horizon),
                   " of device ", device.device.ToHex(), " was dropped"));
}

bool IsCut(const stored::v1::HistoryEntry& entry) {
  return entry.cause() == v1::DeviceChange::CAUSE_MACHINE &&
         entry.sections().empty() && entry.new_sections().empty() &&
         entry.gone_sections().empty();
}

}  // namespace rollcall::collector
