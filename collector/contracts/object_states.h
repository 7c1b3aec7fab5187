// Objects as they were on a day, as was known at a moment: the two axes on
// which every contract can be read.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/contracts/civil_date.h"
#include "collector/contracts/object_kind.h"
#include "collector/contracts/object_table.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"
#include "common/id.h"
#include "rollcall/v1/contract.pb.h"
#include "rollcall/v1/contract_service.pb.h"

namespace rollcall::collector {

// A point on both axes.
struct AsAt {
  // The day; nothing: before all days, what was always so.
  std::optional<CivilDate> effective;
  KnownStamp known = KnownStamp::Max();
};

// After all days, as is known now.
inline const AsAt kAtLast = {CivilDate::FromOrdinal(CivilDate::kLastOrdinal),
                             KnownStamp::Max()};

// Decides, from what was said of one object, what it was at a point. What was
// said goes in as keys are ordered. Pure.
//
// Of what was known by then, the latest day at or before the day decides, and
// of that day what was said last; where that voids the day, the day before it
// decides.
class StateChoice {
 public:
  explicit StateChoice(const AsAt& at) : at_(at) {}

  // Whether this decides: it is what the object was, or that it was not. Once
  // something decided nothing else does.
  bool Decides(const std::optional<CivilDate>& effective, KnownStamp stamp,
               v1::ObjectChange::Action action);

 private:
  const AsAt at_;
  bool decided_ = false;
  // The day that was voided last.
  std::optional<uint32_t> void_day_;
};

// An object as it was.
struct KnownObject {
  // What says so.
  ObjectKey key;
  ChangeSetId change_set;
  // With ids; an entitlement also says since when, by which change-set and when
  // that was known.
  v1::ContractObject object;
};

// Walks over the objects of one kind as they were at one point, in order. Not
// thread-safe; the reader outlives it.
class ObjectWalk {
 public:
  // Those whose name begins with `begin`, a first part, ignoring case; "": all.
  // Goes on after the object named `after`, if given.
  ObjectWalk(const Reader& reader, ObjectNumber kind, const AsAt& at,
             absl::string_view begin = "",
             const std::optional<ObjectName>& after = std::nullopt);

  // The next one; nothing at the end. DATA_LOSS, UNAVAILABLE as for Table.
  absl::StatusOr<std::optional<KnownObject>> Next();

 private:
  const AsAt at_;
  ObjectEntries entries_;
  // The object that the walk stands on.
  std::optional<ObjectName> name_;
  std::optional<StateChoice> choice_;
};

// The object as it was; nothing if it was not.
absl::StatusOr<std::optional<KnownObject>> FindObject(const Reader& reader,
                                                      ObjectNumber kind,
                                                      const ObjectName& name,
                                                      const AsAt& at);

// An entry of the table as it is told.
v1::ContractObjectVersion VersionOf(ObjectEntries::Entry entry);

}  // namespace rollcall::collector
