// A change whose caller may repeat it.
#pragma once

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collector/storage/committer.h"
#include "collector/storage/request_table.h"
#include "common/status.h"

namespace rollcall::collector {

// Does `work` in one change of these names, which fills the response, and keeps
// the response with it; or answers as before where the request was made before.
// Errors are those of `work` and the committer. Blocking; thread-safe.
template <typename Response>
absl::StatusOr<Response> ApplyOnce(
    Committer& committer, const std::vector<std::string>& names,
    const RepeatableRequest& repeatable,
    absl::FunctionRef<absl::Status(KnownStamp stamp, const Reader& reader,
                                   Writes& writes, Response& response)>
        work) {
  Response response;
  const auto build = [&](KnownStamp stamp, const Reader& reader,
                         Writes& writes) -> absl::Status {
    ROLLCALL_ASSIGN_OR_RETURN(auto given,
                              repeatable.FindAnswer<Response>(reader));
    if (given.has_value()) {
      response = *std::move(given);
      return absl::OkStatus();
    }
    ROLLCALL_RETURN_IF_ERROR(work(stamp, reader, writes, response));
    repeatable.KeepAnswer(response, writes.head);
    return absl::OkStatus();
  };
  ROLLCALL_RETURN_IF_ERROR(committer.Commit(names, build).status());
  return response;
}

}  // namespace rollcall::collector
