// When an object is there, from its first day to its last, with what is
// proposed on top of what is known.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "collector/contracts/civil_date.h"
#include "collector/contracts/object_kind.h"
#include "collector/contracts/object_table.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

// After all days.
inline constexpr uint32_t kNeverDay = CivilDate::kLastOrdinal + 1;

// Days are ordinals of CivilDate; 0: before all days, what was always so. Pure.
class ObjectTimeline {
 public:
  // What holds from a day on until the next state.
  struct State {
    uint32_t from = 0;
    // Nothing: there is no such object.
    std::optional<v1::ContractObject> object;
  };

  // `proposed` are changes of the object; of one day the last counts.
  explicit ObjectTimeline(absl::Span<const v1::ObjectChange> proposed = {});

  // Adds what is known, in the order of keys. What is proposed of a day
  // overrules what is known of it.
  void Add(ObjectEntries::Entry entry);

  // In order of day; of days that were voided there are none.
  std::vector<State> Take() &&;

 private:
  // Decided days. One that is void has no state.
  std::map<uint32_t, std::optional<State>> days_;
};

// All states of one object, by what was known by `known`.
absl::StatusOr<std::vector<ObjectTimeline::State>> ReadTimeline(
    const Reader& reader, ObjectNumber kind, const ObjectName& name,
    absl::Span<const v1::ObjectChange> proposed,
    KnownStamp known = KnownStamp::Max());

// Whether the object is there on the day.
bool IsThereOn(absl::Span<const ObjectTimeline::State> states, uint32_t day);

// The first day on which it is there; nothing if there is none.
std::optional<uint32_t> FirstDayOf(
    absl::Span<const ObjectTimeline::State> states);

// The day on which what holds on `day` is said anew; kNeverDay if on none.
uint32_t NextAfter(absl::Span<const ObjectTimeline::State> states,
                   uint32_t day);

// For people, for example "2026-01-01".
std::string DayInWords(uint32_t day);

// The first day after `day` from which on it is not there; nothing if there is
// none.
std::optional<uint32_t> EndAfter(absl::Span<const ObjectTimeline::State> states,
                                 uint32_t day);

}  // namespace rollcall::collector
