#include "collector/contracts/contract_content.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/contracts/contract_words.h"
#include "collector/contracts/field_check.h"
#include "collector/contracts/object_kind.h"
#include "collector/contracts/object_table.h"
#include "collector/contracts/objects/shared_checks.h"
#include "collector/contracts/reference_check.h"
#include "common/status.h"
#include "common/text.h"

namespace rollcall::collector {
namespace {

using Action = v1::ObjectChange::Action;

ObjectKey KeyOf(const v1::ObjectChange& change, KnownStamp stamp) {
  ObjectKey key;
  key.kind = static_cast<uint16_t>(change.object().object_case());
  key.name = NameOf(change.object());
  key.effective = EffectiveDay(change);
  key.stamp = stamp;
  return key;
}

std::string KeyBytes(const v1::ObjectChange& change) {
  KeyWriter writer;
  KeyOf(change, KnownStamp()).Encode(writer);
  return writer.Take();
}

// Whether the change has a kind, a name and a day: all that what is stored must
// hold to, since what a name may be has become less over time.
absl::Status CheckShape(const v1::ObjectChange& change) {
  const ObjectKind* kind = FindObjectKind(change.object().object_case());
  if (kind == nullptr) return absl::InvalidArgumentError("object is not set");
  FieldCheck names;
  const auto parts = kind->NameParts(change.object());
  if (parts[0].empty()) names.Fail("name", "is empty; it is required");
  for (const std::string& part : parts) {
    if (part.size() <= kMaxNameBytes && IsValidUtf8(part)) continue;
    names.Fail("name", absl::StrCat("must be UTF-8 of at most ", kMaxNameBytes,
                                    " bytes"));
  }
  if (!names.status().ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(kind->word(), ": its ", names.status().message()));
  }
  if (!change.effective_date().empty()) {
    const auto day = CivilDate::Parse(change.effective_date());
    if (!day.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(kind->word(), " ", NameInWords(change.object()),
                       ": effective_date: ", day.status().message()));
    }
  }
  switch (change.action()) {
    case v1::ObjectChange::ACTION_SET:
    case v1::ObjectChange::ACTION_END:
    case v1::ObjectChange::ACTION_RETRACT:
      return absl::OkStatus();
    default:
      return absl::InvalidArgumentError("action is not set or unknown");
  }
}

// What ends may have a name that nothing may be given any more.
absl::Status CheckChange(const v1::ObjectChange& change) {
  ROLLCALL_RETURN_IF_ERROR(CheckShape(change));
  if (change.action() != v1::ObjectChange::ACTION_SET) return absl::OkStatus();
  const ObjectKind& kind = *FindObjectKind(change.object().object_case());
  const auto parts = kind.NameParts(change.object());
  FieldCheck names;
  for (const std::string& part : parts) {
    names.Text("name", !part.empty(), part, kMaxNameBytes);
  }
  if (!names.status().ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(kind.word(), ": its ", names.status().message()));
  }
  return kind.Check(change.object());
}

absl::Status UnreadableItem() {
  return absl::DataLossError(
      "a change to a contract object, as it was proposed, does not parse");
}

absl::StatusOr<v1::ObjectChange> ParseItem(absl::string_view item) {
  v1::ObjectChange change;
  if (!change.ParseFromArray(item.data(), static_cast<int>(item.size())) ||
      !CheckShape(change).ok()) {
    return UnreadableItem();
  }
  return change;
}

bool IsLater(const std::optional<CivilDate>& day,
             const std::optional<CivilDate>& other) {
  return day.has_value() && (!other.has_value() || *other < *day);
}

// The item after that of `change`, if it is about the same object: it holds
// from an earlier day on, as items are ordered.
absl::StatusOr<std::optional<v1::ObjectChange>> EarlierOf(
    const v1::ObjectChange& change, absl::string_view next) {
  std::optional<v1::ObjectChange> earlier;
  if (next.empty()) return earlier;
  ROLLCALL_ASSIGN_OR_RETURN(v1::ObjectChange other, ParseItem(next));
  if (other.object().object_case() == change.object().object_case() &&
      NameOf(other.object()) == NameOf(change.object())) {
    earlier = std::move(other);
  }
  return earlier;
}

// What stands in the store of one object, decided as of one day.
class StateReader {
 public:
  StateReader(const std::optional<CivilDate>& day, KnownStamp as_of)
      : choice_({day, as_of}) {}

  void Add(const ObjectKey& key, const v1::ObjectChange& said) {
    if (!choice_.Decides(key.effective, key.stamp, said.action())) return;
    if (said.action() == v1::ObjectChange::ACTION_SET) state_ = said.object();
  }

  std::optional<v1::ContractObject> Take() { return std::move(state_); }

 private:
  StateChoice choice_;
  std::optional<v1::ContractObject> state_;
};

absl::string_view ActionWord(Action action) {
  switch (action) {
    case v1::ObjectChange::ACTION_END:
      return "end";
    case v1::ObjectChange::ACTION_RETRACT:
      return "retract";
    default:
      return "set";
  }
}

v1::ObjectDifference::Outcome Outcome(const ObjectOutcome& outcome,
                                      bool differs) {
  if (!differs) return v1::ObjectDifference::OUTCOME_NONE;
  if (!outcome.before.has_value()) return v1::ObjectDifference::OUTCOME_ADDED;
  return outcome.after.has_value() ? v1::ObjectDifference::OUTCOME_CHANGED
                                   : v1::ObjectDifference::OUTCOME_REMOVED;
}

template <typename T>
const T* PointerTo(const std::optional<T>& value) {
  return value.has_value() ? &*value : nullptr;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> MakeItems(
    std::vector<v1::ObjectChange> changes) {
  // By key, with the place for messages.
  std::vector<std::pair<std::string, size_t>> order;
  order.reserve(changes.size());
  for (size_t i = 0; i < changes.size(); ++i) {
    const absl::Status checked = CheckChange(changes[i]);
    if (!checked.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("changes[", i, "]: ", checked.message()));
    }
    order.emplace_back(KeyBytes(changes[i]), i);
  }
  std::sort(order.begin(), order.end());
  std::vector<std::string> items;
  items.reserve(changes.size());
  for (size_t at = 0; at < order.size(); ++at) {
    const auto& [key, i] = order[at];
    if (at > 0 && order[at - 1].first == key) {
      return absl::InvalidArgumentError(
          absl::StrCat("changes[", order[at - 1].second, "] and changes[", i,
                       "] are of one object from the same day on: ",
                       NameInWords(changes[i].object())));
    }
    // What is left of the object once a day is void is not told beside another
    // change of it that may be what is left.
    if (at + 1 < order.size() &&
        changes[i].action() == v1::ObjectChange::ACTION_RETRACT &&
        NameOf(changes[order[at + 1].second].object()) ==
            NameOf(changes[i].object()) &&
        changes[order[at + 1].second].object().object_case() ==
            changes[i].object().object_case()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "changes[", i, "] retracts a day of ",
          NameInWords(changes[i].object()), ", of which changes[",
          order[at + 1].second,
          "] says something from an earlier day on; propose them apart"));
    }
    // There are many: each goes once it is an item.
    v1::ObjectChange change = std::move(changes[i]);
    // What no difference shows is not kept: nobody could agree to it.
    change.DiscardUnknownFields();
    const ObjectKind& kind = *FindObjectKind(change.object().object_case());
    if (change.action() == v1::ObjectChange::ACTION_SET) {
      kind.Strip(*change.mutable_object());
    } else {
      kind.KeepName(*change.mutable_object());
    }
    items.push_back(change.SerializeAsString());
  }
  return items;
}

absl::StatusOr<std::vector<v1::ObjectChange>> ParseItems(
    const std::vector<std::string>& items) {
  std::vector<v1::ObjectChange> changes;
  changes.reserve(items.size());
  for (const std::string& item : items) {
    ROLLCALL_ASSIGN_OR_RETURN(auto change, ParseItem(item));
    changes.push_back(std::move(change));
  }
  return changes;
}

std::optional<CivilDate> EffectiveDay(const v1::ObjectChange& change) {
  if (change.effective_date().empty()) return std::nullopt;
  return *CivilDate::Parse(change.effective_date());
}

absl::StatusOr<ObjectOutcome> OutcomeOf(const v1::ObjectChange& change,
                                        const Reader& reader, KnownStamp as_of,
                                        const v1::ObjectChange* earlier) {
  const ObjectKey key = KeyOf(change, KnownStamp());
  ObjectOutcome outcome;
  StateReader before(key.effective, as_of);
  // With what was said from that very day on void, the day before it decides.
  const std::optional<CivilDate> day_before =
      key.effective.has_value() ? key.effective->Plus(-1) : std::nullopt;
  StateReader without(day_before, as_of);
  const auto add = [&](const ObjectKey& at, const v1::ObjectChange& said) {
    before.Add(at, said);
    without.Add(at, said);
  };
  ObjectEntries entries(reader, key.kind, key.name);
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    // It comes before what was known of its day and of the days before that.
    if (earlier != nullptr &&
        (!entry.has_value() ||
         !IsLater(entry->key.effective, EffectiveDay(*earlier)))) {
      add(KeyOf(*earlier, as_of), *earlier);
      earlier = nullptr;
    }
    if (!entry.has_value()) break;
    if (entry->key.stamp > as_of) continue;
    if (entry->key.stamp > outcome.base) {
      outcome.base = entry->key.stamp;
      outcome.base_change_set = entry->change_set;
    }
    add(entry->key, entry->record.change());
  }
  outcome.before = before.Take();
  if (change.action() == v1::ObjectChange::ACTION_SET) {
    outcome.after = change.object();
  } else if (change.action() == v1::ObjectChange::ACTION_RETRACT &&
             key.effective.has_value()) {
    outcome.after = without.Take();
  }
  return outcome;
}

absl::StatusOr<std::string> ContractContent::ThingOf(
    absl::string_view item) const {
  v1::ObjectChange change;
  if (!change.ParseFromArray(item.data(), static_cast<int>(item.size())) ||
      FindObjectKind(change.object().object_case()) == nullptr) {
    return UnreadableItem();
  }
  // On whichever day: what is said of one moves the base of the others.
  change.clear_effective_date();
  return KeyBytes(change);
}

absl::StatusOr<ComparedItem> ContractContent::Compare(absl::string_view item,
                                                      absl::string_view next,
                                                      const Reader& reader,
                                                      KnownStamp as_of) const {
  ROLLCALL_ASSIGN_OR_RETURN(const v1::ObjectChange change, ParseItem(item));
  ROLLCALL_ASSIGN_OR_RETURN(const auto earlier, EarlierOf(change, next));
  ROLLCALL_ASSIGN_OR_RETURN(
      const ObjectOutcome outcome,
      OutcomeOf(change, reader, as_of, PointerTo(earlier)));
  const ObjectKind& kind = *FindObjectKind(change.object().object_case());
  ComparedItem compared;
  compared.base = outcome.base;
  compared.said = std::string(ActionWord(change.action()));
  compared.base_change_set = outcome.base_change_set;
  v1::ObjectDifference& difference = compared.difference;
  difference.set_kind(std::string(kind.word()));
  difference.set_name(NameInWords(change.object()));
  difference.set_object_id(
      ObjectIdHex(kind.number(), kind.NameParts(change.object())));
  difference.set_effective_date(change.effective_date());
  auto fields =
      DifferenceOfObjects(PointerTo(outcome.before), PointerTo(outcome.after));
  difference.set_outcome(Outcome(outcome, !fields.empty()));
  for (auto& field : fields) *difference.add_fields() = std::move(field);
  return compared;
}

absl::Status ContractContent::Write(const std::vector<std::string>& items,
                                    const v1::ChangeSet& change_set,
                                    KnownStamp stamp, const Reader& reader,
                                    Batch& batch) const {
  // One at a time: there may be 200,000 of them, and each is many times its
  // item.
  const auto walk = [&items](EachChange each) -> absl::Status {
    v1::ObjectChange change;
    for (const std::string& item : items) {
      if (!change.ParseFromString(item)) return UnreadableItem();
      ROLLCALL_RETURN_IF_ERROR(each(change));
    }
    return absl::OkStatus();
  };
  ROLLCALL_RETURN_IF_ERROR(CheckReferences(ChangeWalk(walk), reader));
  stored::v1::ObjectRecord record;
  record.set_change_set_id(
      std::string(ChangeSetId::FromHex(change_set.change_set_id())->bytes()));
  return walk([&](const v1::ObjectChange& change) {
    *record.mutable_change() = change;
    record.mutable_change()->clear_effective_date();
    kObjectTable.Put(batch, KeyOf(change, stamp), record);
    return absl::OkStatus();
  });
}

}  // namespace rollcall::collector
