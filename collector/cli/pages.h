// Follows the pages of a listing.
#pragma once

#include <algorithm>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "collector/cli/session.h"
#include "common/status.h"
#include "google/protobuf/message.h"

namespace rollcall::cli {

// What a listing method is called with.
template <typename StubType, typename Request, typename Response>
using ListMethod = grpc::Status (StubType::*)(grpc::ClientContext*,
                                              const Request&, Response*);

// Adds a page to those before it, of the same type: its items follow theirs,
// and what else it says replaces what they said.
void AddPage(const google::protobuf::Message& page,
             google::protobuf::Message& all);

// Asks for page after page until `limit` items are there (0: all), and returns
// them as one response without a token. `count` is the accessor that tells how
// many items a response has. Says on standard error when the limit cut the
// list.
template <typename StubType, typename Request, typename Response>
absl::StatusOr<Response> FollowPages(
    const Session& session, StubType& stub,
    ListMethod<StubType, Request, Response> method, Request request, int limit,
    int (Response::*count)() const) {
  constexpr int kMaxPage = 1'000;
  Response all;
  while (true) {
    const int missing = limit - (all.*count)();
    request.set_page_size(limit == 0 ? kMaxPage : std::min(missing, kMaxPage));
    ROLLCALL_ASSIGN_OR_RETURN(const Response page,
                              session.Call(stub, method, request));
    AddPage(page, all);
    all.clear_next_page_token();
    if (page.next_page_token().empty()) return all;
    if (page.next_page_token() == request.page_token()) {
      return absl::InternalError("the collector repeats a page; ask again");
    }
    if (limit > 0 && (all.*count)() >= limit) break;
    request.set_page_token(page.next_page_token());
  }
  const int shown = (all.*count)();
  session.Note(absl::StrCat("Only the first ",
                            shown == 1 ? "is" : absl::StrCat(shown, " are"),
                            " shown; --limit=N shows more."));
  return all;
}

}  // namespace rollcall::cli
