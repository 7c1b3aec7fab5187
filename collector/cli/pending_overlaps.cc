#include "collector/cli/pending_overlaps.h"

#include "absl/strings/str_cat.h"
#include "collector/cli/views/change_view.h"
#include "rollcall/v1/change_service.grpc.pb.h"

namespace rollcall::cli {

void NoteOverlaps(Session& session, const std::string& change_set_id) {
  if (change_set_id.empty()) return;
  const auto stub = session.Stub<v1::ChangeService>();
  if (!stub.ok()) return;
  v1::GetChangeSetRequest request;
  request.set_change_set_id(change_set_id);
  request.set_with_overlaps(true);
  const auto response =
      session.Call(**stub, &v1::ChangeService::Stub::GetChangeSet, request);
  if (!response.ok()) {
    session.Note(absl::StrCat(
        "Whether other proposals are about the same is not known: rollcall "
        "changes show ",
        change_set_id));
    return;
  }
  for (const std::string& line : OverlapLines(*response)) session.Note(line);
}

}  // namespace rollcall::cli
