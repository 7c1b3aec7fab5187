#include "collector/contracts/object_timeline.h"

#include <utility>

#include "collector/contracts/contract_content.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

uint32_t OrdinalOf(const std::optional<CivilDate>& day) {
  return day.has_value() ? day->Ordinal() : 0;
}

std::optional<ObjectTimeline::State> StateOf(uint32_t day,
                                             v1::ObjectChange::Action action,
                                             v1::ContractObject object) {
  if (action == v1::ObjectChange::ACTION_RETRACT) return std::nullopt;
  ObjectTimeline::State state;
  state.from = day;
  if (action == v1::ObjectChange::ACTION_SET) state.object = std::move(object);
  return state;
}

}  // namespace

ObjectTimeline::ObjectTimeline(absl::Span<const v1::ObjectChange> proposed) {
  for (const v1::ObjectChange& change : proposed) {
    const uint32_t day = OrdinalOf(EffectiveDay(change));
    days_[day] = StateOf(day, change.action(), change.object());
  }
}

void ObjectTimeline::Add(ObjectEntries::Entry entry) {
  const uint32_t day = OrdinalOf(entry.key.effective);
  if (days_.contains(day)) return;
  v1::ObjectChange& change = *entry.record.mutable_change();
  days_[day] =
      StateOf(day, change.action(), std::move(*change.mutable_object()));
}

std::vector<ObjectTimeline::State> ObjectTimeline::Take() && {
  std::vector<State> states;
  for (auto& [day, state] : days_) {
    if (state.has_value()) states.push_back(*std::move(state));
  }
  return states;
}

absl::StatusOr<std::vector<ObjectTimeline::State>> ReadTimeline(
    const Reader& reader, ObjectNumber kind, const ObjectName& name,
    absl::Span<const v1::ObjectChange> proposed, KnownStamp known) {
  ObjectTimeline timeline(proposed);
  ObjectEntries entries(reader, kind, name);
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, entries.Next());
    if (!entry.has_value()) return std::move(timeline).Take();
    if (entry->key.stamp <= known) timeline.Add(*std::move(entry));
  }
}

bool IsThereOn(absl::Span<const ObjectTimeline::State> states, uint32_t day) {
  bool is_there = false;
  for (const ObjectTimeline::State& state : states) {
    if (state.from > day) break;
    is_there = state.object.has_value();
  }
  return is_there;
}

std::optional<uint32_t> FirstDayOf(
    absl::Span<const ObjectTimeline::State> states) {
  for (const ObjectTimeline::State& state : states) {
    if (state.object.has_value()) return state.from;
  }
  return std::nullopt;
}

uint32_t NextAfter(absl::Span<const ObjectTimeline::State> states,
                   uint32_t day) {
  for (const ObjectTimeline::State& state : states) {
    if (state.from > day) return state.from;
  }
  return kNeverDay;
}

std::string DayInWords(uint32_t day) {
  const auto date = CivilDate::FromOrdinal(day);
  return date.has_value() ? date->ToString() : "the first day";
}

std::optional<uint32_t> EndAfter(absl::Span<const ObjectTimeline::State> states,
                                 uint32_t day) {
  for (const ObjectTimeline::State& state : states) {
    if (state.from > day && !state.object.has_value()) return state.from;
  }
  return std::nullopt;
}

}  // namespace rollcall::collector
