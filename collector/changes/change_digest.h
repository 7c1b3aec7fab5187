// What a change-set comes to: the texts of its differences and the hash of them
// that approvals and the ledger name.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collector/changes/change_content.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"
#include "common/hash.h"
#include "common/id.h"

namespace rollcall::collector {

// Sets the text of a difference. It says all that the difference says, and what
// it was compared with, so that equal texts mean equal changes of equal bases:
//
//   entitlement "C-1 / PO-7 / 3" 5d0c… changed
//     from 2026-01-01
//     upon 0006410a2b3c4000
//     said set
//     quantity: "10" -> "20"
//
// Texts are in quotes, with backslashes for what would not be one line.
void SetText(ComparedItem& item);

// Hashes texts as ListDifferencesResponse.digest says.
class DigestOfTexts {
 public:
  explicit DigestOfTexts(ChangeSetId change_set);
  void Add(const std::string& text);
  // 64 hex digits.
  std::string Finish();

 private:
  Sha256 hash_;
};

// Something that a change-set is about and that changed after some moment.
struct Moved {
  // For example "entitlement C-1 / PO-7 / 3".
  std::string what;
  KnownStamp stamp;
  ChangeSetId by;
};

// What a change-set comes to.
struct Compared {
  std::string digest;
  int added_count = 0;
  int changed_count = 0;
  int removed_count = 0;
  // The first day from when on any of it holds; "": it was always so.
  std::string first_effective_date;
  // What its things were known as last, newest first; at most 100.
  std::vector<Moved> bases;
};

// Compares one of a change-set's items with what was known at `as_of`; with its
// text. REQUIRES: at < items.size().
absl::StatusOr<ComparedItem> CompareItem(const ChangeContent& content,
                                         const std::vector<std::string>& items,
                                         size_t at, const Reader& reader,
                                         KnownStamp as_of);

// Compares all items of a change-set.
absl::StatusOr<Compared> CompareItems(const ChangeContent& content,
                                      ChangeSetId change_set,
                                      const std::vector<std::string>& items,
                                      const Reader& reader, KnownStamp as_of);

}  // namespace rollcall::collector
