// What the commands that import a file have in common.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collector/cli/arguments.h"
#include "collector/cli/exit_code.h"
#include "collector/cli/file_name.h"
#include "collector/cli/file_progress.h"
#include "collector/cli/session.h"
#include "common/status.h"

namespace rollcall::cli {

// FILE, --quarantine, --dry-run and --request-id. Not thread-safe.
class ImportArguments {
 public:
  void Declare(Arguments& arguments);

  // Reads the file into the request. INVALID_ARGUMENT if it cannot be read or
  // is larger than the collector takes.
  template <typename Request>
  absl::Status Fill(Request& request) const {
    ROLLCALL_ASSIGN_OR_RETURN(*request.mutable_content(), ReadContent());
    request.set_file_name(FileNameOf(path_));
    request.set_quarantine(quarantine_);
    request.set_dry_run(dry_run_);
    request.set_request_id(request_id_);
    return absl::OkStatus();
  }

  // Calls the import method; shows on a terminal that a large file is on its
  // way.
  template <typename StubType, typename Request, typename Response>
  absl::StatusOr<Response> Send(
      Session& session, StubType& stub,
      grpc::Status (StubType::*method)(grpc::ClientContext*, const Request&,
                                       Response*),
      const Request& request) const {
    const ProgressLine progress =
        ShowFileProgress(session, "Importing", path_, request.content().size());
    return session.Call(stub, method, request);
  }

  // Prints the answer in the format of --output.
  template <typename Response>
  absl::Status Print(const Session& session, const Response& response,
                     std::string (*table)(const Response&, bool quarantine,
                                          int width),
                     std::string (*csv)(const Response&)) const {
    return session.Print(
        response,
        [&](const Response& answer, int width) {
          return table(answer, quarantine_, width);
        },
        csv, "");
  }

 private:
  absl::StatusOr<std::string> ReadContent() const;

  std::string path_;
  bool quarantine_ = false;
  bool dry_run_ = false;
  std::string request_id_;
};

// kNegative if any line was bad. A file that changes nothing is no failure.
template <typename Response>
ExitCode ImportExitCode(const Response& response) {
  return response.error_count() > 0 ? ExitCode::kNegative : ExitCode::kOk;
}

}  // namespace rollcall::cli
