// What the commands share that change something others will ask about.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "collector/cli/arguments.h"

namespace rollcall::cli {

// Why a person does it, and the id that makes a repeated call harmless.
class ExplainedEdit {
 public:
  void Declare(Arguments& arguments) {
    arguments.Text("reason", "Why, for those who look later; needed", &reason_)
        .Fills("reason");
    arguments
        .Text("request-id",
              "A word of yours: a repeated call with it changes nothing "
              "and gets the first one's answer",
              &request_id_)
        .Fills("request_id");
  }

  // INVALID_ARGUMENT without a reason.
  absl::Status Check() const {
    if (!reason_.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        "--reason is needed: say why, for those who look later");
  }

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
