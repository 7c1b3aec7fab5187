#include "collector/identity/enrolment_http.h"

#include <atomic>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/log.h"
#include "common/status.h"
#include "google/protobuf/util/json_util.h"
#include "rollcall/v1/enrolment.pb.h"

namespace rollcall::collector {
namespace {

constexpr absl::string_view kPathPrefix = "/v1/";
constexpr char kJson[] = "application/json; charset=utf-8";

int HttpStatusOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kOk:
      return 200;
    case absl::StatusCode::kInvalidArgument:
      return 400;
    case absl::StatusCode::kUnauthenticated:
      return 401;
    case absl::StatusCode::kPermissionDenied:
      return 403;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kUnimplemented:
      return 405;
    case absl::StatusCode::kResourceExhausted:
      return 429;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kFailedPrecondition:
      return 503;
    default:
      return 500;
  }
}

// Whose fault an error is.
bool IsCallers(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsUnauthenticated(status) ||
         absl::IsPermissionDenied(status);
}

template <typename Message>
std::string ToJson(const Message& message) {
  std::string json;
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  if (!google::protobuf::util::MessageToJsonString(message, &json, options)
           .ok()) {
    return "{}\n";
  }
  return json + "\n";
}

// Runs one method of Enrolment on a body of JSON.
template <typename Request, typename Response>
absl::Status Call(Enrolment& enrolment,
                  absl::StatusOr<Response> (Enrolment::*method)(const Request&),
                  std::atomic<int64_t>& count, const std::string& body,
                  std::string& json) {
  Request request;
  google::protobuf::util::JsonParseOptions lenient;
  // Of a newer client.
  lenient.ignore_unknown_fields = true;
  if (!google::protobuf::util::JsonStringToMessage(body, &request, lenient)
           .ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the body is no JSON form of ", request.GetTypeName()));
  }
  ROLLCALL_ASSIGN_OR_RETURN(const Response response,
                            (enrolment.*method)(request));
  ++count;
  json = ToJson(response);
  return absl::OkStatus();
}

}  // namespace

HttpResponse ErrorAnswer(const absl::Status& status) {
  v1::ErrorResponse error;
  error.set_code(absl::StatusCodeToString(status.code()));
  error.set_message(std::string(status.message()));
  HttpResponse response;
  response.status = HttpStatusOf(status.code());
  response.content_type = kJson;
  response.body = ToJson(error);
  return response;
}

bool EnrolmentHttp::Serves(const HttpRequest& request) {
  return absl::StartsWith(request.target, kPathPrefix);
}

HttpResponse EnrolmentHttp::Answer(const HttpRequest& request) {
  const absl::Duration wait =
      limiter_.WaitFor(request.peer, clock_.Monotonic());
  if (wait > absl::ZeroDuration()) {
    ++stats_.limited;
    const int64_t seconds =
        absl::ToInt64Seconds(absl::Ceil(wait, absl::Seconds(1)));
    HttpResponse answer = ErrorAnswer(absl::ResourceExhaustedError(
        absl::StrCat("too many requests from this address failed; try again "
                     "in ",
                     seconds, " s")));
    answer.retry_after_seconds = static_cast<int>(seconds);
    return answer;
  }
  std::string json;
  const absl::Status status = Dispatch(request, json);
  if (!status.ok()) {
    Count(status, request);
    return ErrorAnswer(status);
  }
  HttpResponse answer;
  answer.content_type = kJson;
  answer.body = std::move(json);
  return answer;
}

absl::Status EnrolmentHttp::Dispatch(const HttpRequest& request,
                                     std::string& json) {
  const bool known = request.target == "/v1/enrol" ||
                     request.target == "/v1/renew" ||
                     request.target == "/v1/login";
  if (!known) {
    return absl::NotFoundError("there is /v1/enrol, /v1/renew and /v1/login");
  }
  if (request.method != "POST") {
    return absl::UnimplementedError("only POST is answered here");
  }
  if (request.target == "/v1/enrol") {
    return Call(enrolment_, &Enrolment::Enrol, stats_.enrolled, request.body,
                json);
  }
  if (request.target == "/v1/renew") {
    return Call(enrolment_, &Enrolment::Renew, stats_.renewed, request.body,
                json);
  }
  return Call(enrolment_, &Enrolment::Login, stats_.logged_in, request.body,
              json);
}

void EnrolmentHttp::Count(const absl::Status& status,
                          const HttpRequest& request) {
  if (IsCallers(status)) {
    ++stats_.refused;
    limiter_.CountFailure(request.peer, clock_.Monotonic());
  } else if (!absl::IsNotFound(status) && !absl::IsUnimplemented(status)) {
    ++stats_.failed;
  }
  Log(LogLevel::kWarning, "no certificate given",
      {{"peer", request.peer},
       {"target", request.target},
       {"code", absl::StatusCodeToString(status.code())},
       {"error", status.message()}});
}

}  // namespace rollcall::collector
