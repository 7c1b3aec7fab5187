#include "collector/cli/exit_code.h"

namespace rollcall::cli {

ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return ExitCode::kOk;
    case absl::StatusCode::kInvalidArgument:
      return ExitCode::kUsage;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return ExitCode::kUnreachable;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return ExitCode::kRefused;
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    case absl::StatusCode::kFailedPrecondition:
      return ExitCode::kNotPossible;
    default:
      return ExitCode::kOther;
  }
}

absl::string_view ExitCodeHelp() {
  return "Exit codes:\n"
         "  0  done\n"
         "  1  answered, and the answer is no: an import was not applied or "
         "had bad lines; position --fail-on-shortfall found a product that is "
         "not covered; store check found a difference; ledger verify or ledger "
         "prove found one that is not as it was signed; device delete was not "
         "told --yes; changes approve was told no\n"
         "  2  wrong arguments, or a file that cannot be read or written, or "
         "a certificate that has expired\n"
         "  3  the collector cannot be reached or cannot work now, or TLS "
         "failed\n"
         "  4  refused: the certificate is no principal's, or its roles do not "
         "allow this\n"
         "  5  there is no such device, product, contract, alert, change-set "
         "or principal\n"
         "  6  any other error\n"
         "  7  not possible as things are: the device is held, or is not; the "
         "event was undone; the change-set is not proposed any more, or comes "
         "to something else; the role takes two people, or is held already, or "
         "is the last admin's; the name fits several; what was known then is "
         "no longer kept\n";
}

}  // namespace rollcall::cli
