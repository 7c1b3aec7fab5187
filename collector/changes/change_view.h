// A proposed change-set as it is now: what it comes to, and which of its
// approvals still count.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/changes/change_content.h"
#include "collector/changes/change_digest.h"
#include "collector/changes/change_set_table.h"
#include "collector/changes/role_holders.h"
#include "collector/storage/engine.h"

namespace rollcall::collector {

// Who understands the items of which kind. Kinds that are not here keep none.
using ChangeContents = std::map<v1::ChangeSet::Kind, const ChangeContent*>;

// What the items of a change-set are compared with: of one that is proposed,
// all that is known; of one in effect, what was known right before; of others,
// what was known when it was proposed.
KnownStamp ComparedAt(const KeptChangeSet& kept);

struct ChangeView {
  // With lapse reasons.
  KeptChangeSet kept;
  // As it is stored.
  stored::v1::ChangeSetRecord stored;
  std::vector<std::string> items;
  Compared compared;
  // Null: its kind keeps no items.
  const ChangeContent* content = nullptr;
};

// Reads the change-set that `text` names and compares it. Errors as for
// FindChangeSet and CompareItems.
absl::StatusOr<ChangeView> ViewChangeSet(const ChangeContents& contents,
                                         const RoleHolders& roles,
                                         const Reader& reader,
                                         absl::string_view text);

// What has moved after `since`, in words: "entitlement C-1 / PO-7 / 3, by
// change-set 5d0c… at …". "" if nothing has.
std::string MovedInWords(const Compared& compared, KnownStamp since);

}  // namespace rollcall::collector
