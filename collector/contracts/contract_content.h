// What change-sets of contracts hold: changes to objects of the repository.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "collector/changes/change_content.h"
#include "collector/contracts/documents/document_table.h"
#include "collector/contracts/object_states.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

// The changes as items, which take their place: checked, without what is
// derived, ordered as objects are on disk. INVALID_ARGUMENT, naming the change,
// for one that is malformed, and for two of one object from the same day on.
absl::StatusOr<std::vector<std::string>> MakeItems(
    std::vector<v1::ObjectChange> changes);

// The changes that items hold. DATA_LOSS for one that does not parse.
absl::StatusOr<std::vector<v1::ObjectChange>> ParseItems(
    const std::vector<std::string>& items);

// The day from when on a checked change holds; nothing: it was always so.
std::optional<CivilDate> EffectiveDay(const v1::ObjectChange& change);

// What a change makes of an object.
struct ObjectOutcome {
  // On the change's day, without it and with it; nothing: it is not there.
  std::optional<v1::ContractObject> before;
  std::optional<v1::ContractObject> after;
  // The newest that was said of it on any day; zero: nothing.
  KnownStamp base;
  ChangeSetId base_change_set;
};

// Compared with what was known at `as_of` and, if given, with what is proposed
// with it of the same object from an earlier day on: of several the latest.
// REQUIRES: the changes were checked.
absl::StatusOr<ObjectOutcome> OutcomeOf(
    const v1::ObjectChange& change, const Reader& reader, KnownStamp as_of,
    const v1::ObjectChange* earlier = nullptr);

// Thread-safe.
class ContractContent final : public ChangeContent {
 public:
  // No document goes that what is written refers to.
  std::vector<std::string> Names() const override {
    return {std::string(kDocumentsName)};
  }
  absl::StatusOr<std::string> ThingOf(absl::string_view item) const override;
  absl::StatusOr<ComparedItem> Compare(absl::string_view item,
                                       absl::string_view next,
                                       const Reader& reader,
                                       KnownStamp as_of) const override;
  absl::Status Write(const std::vector<std::string>& items,
                     const v1::ChangeSet& change_set, KnownStamp stamp,
                     const Reader& reader, Batch& batch) const override;
};

}  // namespace rollcall::collector
