#include "common/https_client.h"

#include <boost/asio/io_context.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/https_exchange.h"
#include "common/sync.h"
#include "common/text.h"
#include "google/protobuf/util/json_util.h"
#include "rollcall/v1/enrolment.pb.h"

namespace rollcall {
namespace {

constexpr size_t kMaxMessageBytes = 1 << 10;

// `ours`: the server says what is wrong. Else something before it may speak,
// which says so while the server is away.
absl::StatusCode CodeOfHttp(unsigned status, bool ours) {
  switch (status) {
    case 400:
    case 413:
      return absl::StatusCode::kInvalidArgument;
    case 401:
      return absl::StatusCode::kUnauthenticated;
    case 403:
      return absl::StatusCode::kPermissionDenied;
    case 404:
    case 405:
      return absl::StatusCode::kUnimplemented;
    case 429:
      return ours ? absl::StatusCode::kResourceExhausted
                  : absl::StatusCode::kUnavailable;
    case 500:
      return ours ? absl::StatusCode::kInternal
                  : absl::StatusCode::kUnavailable;
    case 502:
    case 503:
    case 504:
      return absl::StatusCode::kUnavailable;
    default:
      return absl::StatusCode::kInternal;
  }
}

// The error that an answer tells of; its text is another's, so it is escaped.
absl::Status ErrorOf(unsigned status, const std::string& body,
                     const std::string& server) {
  v1::ErrorResponse error;
  google::protobuf::util::JsonParseOptions lenient;
  lenient.ignore_unknown_fields = true;
  const bool ours =
      google::protobuf::util::JsonStringToMessage(body, &error, lenient).ok() &&
      !error.message().empty();
  const std::string text =
      ours ? error.message() : absl::StrCat("HTTP status ", status);
  return absl::Status(
      CodeOfHttp(status, ours),
      absl::StrCat(server, " refused: ",
                   EscapeForTerminal(Abbreviate(text, kMaxMessageBytes))));
}

}  // namespace

struct HttpsClient::Running {
  Mutex mutex;
  bool interrupted ABSL_GUARDED_BY(mutex) = false;
  boost::asio::io_context* io ABSL_GUARDED_BY(mutex) = nullptr;
};

HttpsClient::HttpsClient(HttpsClientOptions options)
    : options_(std::move(options)), running_(std::make_unique<Running>()) {}

HttpsClient::~HttpsClient() = default;

absl::Status HttpsClient::PostJson(absl::string_view path,
                                   const google::protobuf::Message& request,
                                   google::protobuf::Message* response) {
  std::string body;
  if (!google::protobuf::util::MessageToJsonString(request, &body).ok()) {
    return absl::InvalidArgumentError("the request has no JSON form");
  }
  boost::asio::io_context io;
  {
    MutexLock lock(&running_->mutex);
    if (running_->interrupted) return absl::CancelledError("interrupted");
    running_->io = &io;
  }
  const auto interrupted = [this] {
    MutexLock lock(&running_->mutex);
    return running_->interrupted;
  };
  const auto answer =
      PostOnce(options_, io, interrupted, path, std::move(body));
  {
    MutexLock lock(&running_->mutex);
    running_->io = nullptr;
    if (running_->interrupted) return absl::CancelledError("interrupted");
  }
  if (!answer.ok()) return answer.status();
  if (answer->status != 200) {
    return ErrorOf(answer->status, answer->body, options_.server);
  }
  google::protobuf::util::JsonParseOptions lenient;
  lenient.ignore_unknown_fields = true;
  if (!google::protobuf::util::JsonStringToMessage(answer->body, response,
                                                   lenient)
           .ok()) {
    return absl::InternalError(
        absl::StrCat(options_.server, " answered with something else"));
  }
  return absl::OkStatus();
}

void HttpsClient::Interrupt() {
  MutexLock lock(&running_->mutex);
  running_->interrupted = true;
  if (running_->io != nullptr) running_->io->stop();
}

}  // namespace rollcall
