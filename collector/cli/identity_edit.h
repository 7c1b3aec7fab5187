// What the commands that correct identities share.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "collector/cli/arguments.h"
#include "collector/cli/explained_edit.h"
#include "collector/cli/session.h"
#include "collector/cli/views/identity_view.h"
#include "common/status.h"
#include "rollcall/v1/identity_service.grpc.pb.h"

namespace rollcall::cli {

class IdentityEdit {
 public:
  void Declare(Arguments& arguments) { edit_.Declare(arguments); }

  // Sends the request and prints the event that it became. INVALID_ARGUMENT
  // without a reason, else as Session::Call.
  template <typename Request, typename Response>
  absl::StatusOr<ExitCode> Send(
      Session& session,
      grpc::Status (v1::IdentityService::Stub::*method)(grpc::ClientContext*,
                                                        const Request&,
                                                        Response*),
      Request request) const {
    ROLLCALL_RETURN_IF_ERROR(edit_.Check());
    edit_.Fill(request);
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

  ExplainedEdit edit_;
};

}  // namespace rollcall::cli
