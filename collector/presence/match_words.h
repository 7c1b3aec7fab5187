// How lines, devices and values are told to people. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "collector/presence/register_match.h"
#include "google/protobuf/timestamp.pb.h"
#include "rollcall/v1/device_service.pb.h"
#include "rollcall/v1/register_service.pb.h"

namespace rollcall::collector {

// "2026-01-31 12:00Z".
std::string TimeWords(const google::protobuf::Timestamp& time);
// "device 4f1c9a02b1d8 ("web-1")".
std::string DeviceWords(const v1::Device& device);
// "A-1 of register "assets"".
std::string LineWords(const v1::ExpectedDevice& line);
// "serial and hostname".
std::string FieldWords(const std::vector<MatchField>& fields);
// How long the device has been silent and how long it may be.
std::string SilenceWords(const DiscoveredDevice& device,
                         absl::Duration stale_after);

// The values that tell something: "serial "S1", mac "00:..." or hostname "a"".
std::string ValueWords(const std::vector<ValueUse>& uses);
// "an agent speaks for it, last on 2026-01-31 12:00Z".
std::string SpeaksWords(const v1::Device& device);

// One text for each value: who carries it.
std::vector<std::string> UseEvidence(const std::vector<ValueUse>& uses);
// One text for each field that a line and a device both have.
std::vector<std::string> ComparisonEvidence(const RegisterMatch& match,
                                            size_t line, size_t device);

// Why a line and a device that came near each other are no match.
struct Obstacle {
  // SERIAL_DIFFERS or COUNTERPART_TAKEN.
  std::string reason_code;
  // For the end of a sentence: "but ...".
  std::string words;
};

// `taken` is what became of the one that was near, and `by` the words for what
// it belongs to.
Obstacle ObstacleBetween(const RegisterMatch& match, size_t line, size_t device,
                         const MatchOutcome& taken, absl::string_view by);

}  // namespace rollcall::collector
