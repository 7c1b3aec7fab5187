// What the commands share that change something others will ask about.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "collector/cli/arguments.h"

namespace rollcall::cli {

// For --help of --request-id.
inline constexpr absl::string_view kRequestIdHelp =
    "A word of yours: a repeated call with it changes nothing and gets the "
    "first one's answer";
// For --help of --reason, where CheckReason follows.
inline constexpr absl::string_view kReasonHelp =
    "Why, for those who look later; needed";

// INVALID_ARGUMENT without a reason.
inline absl::Status CheckReason(absl::string_view reason) {
  if (!reason.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "--reason is needed: say why, for those who look later");
}

// Why a person does it, and the id that makes a repeated call harmless.
class ExplainedEdit {
 public:
  void Declare(Arguments& arguments) {
    arguments.Text("reason", kReasonHelp, &reason_).Fills("reason");
    arguments.Text("request-id", kRequestIdHelp, &request_id_)
        .Fills("request_id");
  }

  // INVALID_ARGUMENT without a reason.
  absl::Status Check() const { return CheckReason(reason_); }

  template <typename Request>
  void Fill(Request& request) const {
    request.set_reason(reason_);
    request.set_request_id(request_id_);
  }

 private:
  std::string reason_;
  std::string request_id_;
};

}  // namespace rollcall::cli
