// Enrolment over HTTPS: JSON in, JSON out.
#pragma once

#include "absl/strings/string_view.h"
#include "collector/identity/enrolment.h"
#include "collector/identity/enrolment_limiter.h"
#include "collector/identity/enrolment_stats.h"
#include "collector/rpc/http.h"
#include "common/clock.h"

namespace rollcall::collector {

// An answer that tells of an error: a v1.ErrorResponse with the HTTP status
// that fits its code. Pure.
HttpResponse ErrorAnswer(const absl::Status& status);

// Thread-safe; all arguments outlive it.
class EnrolmentHttp {
 public:
  EnrolmentHttp(Enrolment& enrolment, EnrolmentLimiter& limiter,
                EnrolmentStats& stats, const Clock& clock)
      : enrolment_(enrolment),
        limiter_(limiter),
        stats_(stats),
        clock_(clock) {}

  // Whether a request is for here: its path begins with "/v1/".
  static bool Serves(const HttpRequest& request);

  // Answers POST /v1/enrol, /v1/renew and /v1/login, as
  // rollcall/v1/enrolment.proto says. Blocking.
  HttpResponse Answer(const HttpRequest& request);

 private:
  absl::Status Dispatch(const HttpRequest& request, std::string& json);
  void Count(const absl::Status& status, const HttpRequest& request);

  Enrolment& enrolment_;
  EnrolmentLimiter& limiter_;
  EnrolmentStats& stats_;
  const Clock& clock_;
};

}  // namespace rollcall::collector
