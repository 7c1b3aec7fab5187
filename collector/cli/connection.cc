#include "collector/cli/connection.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/answer_mark.h"
#include "common/tls.h"

namespace rollcall::cli {
namespace {

// The largest answer: a page of rows, or 10,000 import errors.
constexpr int kMaxAnswerBytes = 64 << 20;

absl::Status BadCredentials(const absl::Status& status) {
  return absl::InvalidArgumentError(absl::StrCat(
      status.message(),
      "\nThe collector asks every caller for a certificate. Give --ca, --cert "
      "and --key, or name a file that holds them with --config or "
      "ROLLCALL_CONFIG; `deploy/pki.sh admin DIR NAME` makes them."));
}

// What the transport's text contains, and what it usually means. The first that
// fits counts.
struct Cause {
  absl::string_view text;
  absl::string_view advice;
};
constexpr Cause kCauses[] = {
    {"connection refused",
     "Nothing listens there: is the collector running, and is this its "
     "administrators' port?"},
    {"dns resolution", "The host name is unknown here; check --collector."},
    {"certificate_verify_failed",
     "The collector's certificate has expired, or does not lead to the "
     "authority given; check --ca."},
    {"certificate verify failed",
     "The collector's certificate has expired, or does not lead to the "
     "authority given; check --ca."},
    {"not in peer certificate",
     "The collector's certificate is not for this host name; use a name that "
     "it has (`deploy/pki.sh server DIR --host=NAME` adds one)."},
    {"alpn", "What listens there is no collector's administrators' port."},
    {"handshake", "What listens there is no collector's administrators' port."},
    {"closed",
     "The collector hung up: it takes no certificate of another authority or "
     "past its end; check --cert."},
    {"reset",
     "The collector hung up: it takes no certificate of another authority or "
     "past its end; check --cert."},
    {"", "Is the collector running, and is --collector right?"},
};

absl::string_view ConnectionAdvice(absl::string_view text) {
  const std::string lower = absl::AsciiStrToLower(text);
  for (const Cause& cause : kCauses) {
    if (absl::StrContains(lower, cause.text)) return cause.advice;
  }
  return "";
}

absl::Status Unavailable(const grpc::Status& status,
                         const GlobalOptions& options) {
  return absl::UnavailableError(absl::StrCat(
      "cannot reach the collector at ", options.collector, ": ",
      status.error_message(), "\n", ConnectionAdvice(status.error_message())));
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> Connect(
    const GlobalOptions& options, absl::Time now) {
  const auto tls =
      LoadTlsCredentials(options.ca, options.cert, options.key, now);
  if (!tls.ok()) return BadCredentials(tls.status());
  grpc::SslCredentialsOptions ssl;
  ssl.pem_root_certs = tls->ca_pem;
  ssl.pem_cert_chain = tls->certificate_pem;
  ssl.pem_private_key = tls->private_key_pem;
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxAnswerBytes);
  // An administrator's client needs neither; a proxy of the environment would
  // break TLS to an internal host.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(options.collector, grpc::SslCredentials(ssl),
                                   arguments);
}

bool IsOfCollector(const grpc::ClientContext& ended) {
  return ended.GetServerTrailingMetadata().contains(kAnswerMark);
}

absl::Status ExplainFailure(const grpc::Status& status, bool is_of_collector,
                            const GlobalOptions& options) {
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  switch (status.error_code()) {
    case grpc::StatusCode::OK:
      return absl::OkStatus();
    case grpc::StatusCode::UNAVAILABLE:
      return is_of_collector ? absl::UnavailableError(status.error_message())
                             : Unavailable(status, options);
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return absl::DeadlineExceededError(absl::StrCat(
          "no answer from ", options.collector, " within ",
          options.timeout_seconds, " s\nGive it more time with --timeout."));
    case grpc::StatusCode::PERMISSION_DENIED:
      return absl::Status(
          code, absl::StrCat("the collector refused: ", status.error_message(),
                             "\nThe certificate is ", options.cert,
                             "; `rollcall whoami` tells whom it names and what "
                             "that one may do."));
    case grpc::StatusCode::UNAUTHENTICATED:
      return absl::Status(
          code, absl::StrCat("the collector refused: ", status.error_message(),
                             "\nUse an administrator's certificate: ",
                             options.cert, " is not one that may do this."));
    case grpc::StatusCode::UNIMPLEMENTED:
      return absl::UnimplementedError(
          absl::StrCat("the collector at ", options.collector,
                       " does not know this question\nIs it older than this "
                       "command, or is this another "
                       "port of it?"));
    default:
      return absl::Status(code, status.error_message());
  }
}

}  // namespace rollcall::cli
