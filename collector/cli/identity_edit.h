// What the commands that correct identities share.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "collector/cli/arguments.h"
#include "collector/cli/session.h"
#include "collector/cli/views/identity_view.h"
#include "common/status.h"
#include "rollcall/v1/identity_service.grpc.pb.h"

namespace rollcall::cli {

// Why a person does it, and the id that makes a repeated call harmless.
class IdentityEdit {
 public:
  void Declare(Arguments& arguments) {
    arguments.Text("reason", "Why, for those who look later; needed", &reason_);
    arguments.Text("request-id",
                   "A word of yours: a repeated call with it changes nothing "
                   "and gets the first one's answer",
                   &request_id_);
  }

  // Sends the request and prints the event that it became. INVALID_ARGUMENT
  // without a reason, else as Session::Call.
  template <typename Request, typename Response>
  absl::StatusOr<ExitCode> Send(
      Session& session,
      grpc::Status (v1::IdentityService::Stub::*method)(grpc::ClientContext*,
                                                        const Request&,
                                                        Response*),
      Request request) const {
    if (reason_.empty()) {
      return absl::InvalidArgumentError(
          "--reason is needed: say why, for those who look later");
    }
    request.set_reason(reason_);
    request.set_request_id(request_id_);
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::IdentityService>());
    ROLLCALL_ASSIGN_OR_RETURN(const Response response,
                              session.Call(*stub, method, request));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, Table<Response>, Csv<Response>, ""));
    return ExitCode::kOk;
  }

 private:
  template <typename Response>
  static std::string Table(const Response& response, int width) {
    return EventTable(response.event(), width);
  }
  template <typename Response>
  static std::string Csv(const Response& response) {
    return EventCsv(response.event());
  }

  std::string reason_;
  std::string request_id_;
};

}  // namespace rollcall::cli
