#include "collector/contracts/documents/document_check.h"

#include "absl/strings/str_cat.h"
#include "collector/contracts/documents/document_links.h"
#include "collector/contracts/documents/document_table.h"
#include "collector/contracts/object_kind.h"
#include "common/status.h"

namespace rollcall::collector {

absl::Status DocumentCheck::Check(const v1::ObjectChange& change) {
  if (change.action() != v1::ObjectChange::ACTION_SET) return absl::OkStatus();
  for (const v1::DocumentLink& link : DocumentsOf(change.object())) {
    if (held_.contains(link.sha256())) continue;
    ROLLCALL_ASSIGN_OR_RETURN(const bool is_held,
                              IsDocumentHeld(reader_, link.sha256()));
    if (!is_held) {
      return absl::FailedPreconditionError(absl::StrCat(
          FindObjectKind(change.object().object_case())->word(), " ",
          NameInWords(change.object()), " refers to document ", link.sha256(),
          ", which is not held; put it first"));
    }
    held_.insert(link.sha256());
  }
  return absl::OkStatus();
}

}  // namespace rollcall::collector
