// What a kind of change-set holds, and what becomes of it: the door through
// which contracts and roles have their changes agreed upon.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"
#include "common/id.h"
#include "rollcall/v1/change_service.pb.h"

namespace rollcall::collector {

// What becomes of one thing.
struct ComparedItem {
  // All but its text.
  v1::ObjectDifference difference;
  // What is said, in a word, where several ways lead to the same difference now
  // and to others later: "set", "end", "retract". Empty: there is one way.
  std::string said;
  // The newest that was known of the thing; zero: nothing.
  KnownStamp base;
  // The change-set that brought that; zero: none did.
  ChangeSetId base_change_set;
};

// Understands the items of change-sets of some kinds. Items are bytes that it
// made itself, in the order of what they change, nothing twice. Thread-safe.
class ChangeContent {
 public:
  virtual ~ChangeContent() = default;

  // Change::names of what Write reads and writes.
  virtual std::vector<std::string> Names() const { return {}; }

  // The thing that an item is about, whatever it says of it: equal for equal
  // things of one kind of change-set. DATA_LOSS for an item that does not
  // parse.
  virtual absl::StatusOr<std::string> ThingOf(absl::string_view item) const = 0;

  // What becomes of the thing that an item is about, compared with what
  // `reader` knew of it at `as_of`, and with what the change-set itself says of
  // it from an earlier day on: that is `next`, the item after this one, if it
  // is about the same thing; "" after the last. DATA_LOSS for an item that does
  // not parse.
  virtual absl::StatusOr<ComparedItem> Compare(absl::string_view item,
                                               absl::string_view next,
                                               const Reader& reader,
                                               KnownStamp as_of) const = 0;

  // Writes what the items say, each of which Compare understood, as known from
  // `stamp` on; the change-set is as it is once it is in effect. Called within
  // a change, on the committer's thread. FAILED_PRECONDITION, with what to do,
  // where it cannot take effect as things are.
  virtual absl::Status Write(const std::vector<std::string>& items,
                             const v1::ChangeSet& change_set, KnownStamp stamp,
                             const Reader& reader, Batch& batch) const = 0;

  // Called once what Write wrote is durable, with the same items.
  virtual void TookEffect(const std::vector<std::string>& items) const {
    static_cast<void>(items);
  }
};

}  // namespace rollcall::collector
