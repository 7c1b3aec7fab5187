// A proposal whose caller may repeat it.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "collector/changes/change_sets.h"
#include "collector/rpc/access.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"
#include "collector/storage/request_table.h"
#include "common/status.h"
#include "rollcall/v1/change_service.pb.h"

namespace rollcall::collector {

// Proposes; `fill` completes the response within the change, and may write what
// else goes with it. The response is kept with the change-set, or it is the one
// that was given before where the request was made before. `check`, if given,
// is asked within the change whether it may be. Errors are those of it and of
// ChangeSets::Propose. Blocking; thread-safe.
template <typename Response>
absl::StatusOr<Response> ProposeOnce(
    ChangeSets& change_sets, Proposal proposal,
    const RepeatableRequest& repeatable, const Caller& caller,
    Response response,
    absl::FunctionRef<void(const v1::ChangeSet& change_set, KnownStamp stamp,
                           Batch& batch, Response& response)>
        fill,
    const std::function<absl::Status(const Reader& reader)>& check = nullptr) {
  std::optional<Response> given;
  proposal.answered = [&](const Reader& reader) -> absl::StatusOr<bool> {
    ROLLCALL_ASSIGN_OR_RETURN(given, repeatable.FindAnswer<Response>(reader));
    if (!given.has_value() && check != nullptr) {
      ROLLCALL_RETURN_IF_ERROR(check(reader));
    }
    return given.has_value();
  };
  proposal.also = [&](const v1::ChangeSet& change_set, KnownStamp stamp,
                      Batch& batch) {
    fill(change_set, stamp, batch, response);
    repeatable.KeepAnswer(response, batch);
  };
  ROLLCALL_RETURN_IF_ERROR(change_sets.Propose(proposal, caller).status());
  return given.has_value() ? *std::move(given) : std::move(response);
}

}  // namespace rollcall::collector
