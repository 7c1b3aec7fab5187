// As of when the past can still be told.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/inventory/device_directory.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"
#include "rollcall/stored/v1/inventory.pb.h"

namespace rollcall::collector {

// Key of meta; its value is a stamp as decimal text that never goes back. As of
// it and later, it can be told what devices held whose class has no horizon of
// its own. The horizon of a class stands under this, "/" and the class.
inline constexpr absl::string_view kHistoryHorizonKey = "history_horizon";
std::string HistoryHorizonKey(absl::string_view device_class);

// All functions are thread-safe, and DATA_LOSS where what is stored is damaged.

// The horizon of the class; zero while everything is kept. "" is that of all
// classes that have none of their own.
absl::StatusOr<KnownStamp> HistoryHorizon(const Reader& reader,
                                          absl::string_view device_class);
// The latest of all: as far back as the whole fleet can be told.
absl::StatusOr<KnownStamp> FleetHistoryHorizon(const Reader& reader);
// As far back as this device can be told: where something of it was dropped,
// and not before the horizon of its class, unless it is held.
absl::StatusOr<KnownStamp> DeviceHistoryHorizon(
    const Reader& reader, const DeviceDirectory& directory,
    const DeviceEntry& device);

// FAILED_PRECONDITION if what was known at `as_of` can no longer be told, of
// the fleet or of one device.
absl::Status CheckFleetHistoryKept(const Reader& reader, KnownStamp as_of);
absl::Status CheckDeviceHistoryKept(const Reader& reader,
                                    const DeviceDirectory& directory,
                                    const DeviceEntry& device,
                                    KnownStamp as_of);

// Whether an entry is what dropping left of it: the state from it on is known,
// what it changed and all before it is not.
bool IsCut(const stored::v1::HistoryEntry& entry);

}  // namespace rollcall::collector
