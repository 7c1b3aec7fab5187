// Enrolment put together.
#pragma once

#include "collector/app/options.h"
#include "collector/identity/certificate_list.h"
#include "collector/identity/enrolment.h"
#include "collector/identity/enrolment_http.h"
#include "collector/identity/revocations.h"
#include "collector/identity/token_store.h"
#include "collector/ledger/ledger_writer.h"
#include "collector/rpc/executor.h"
#include "collector/rpc/https_listener.h"

namespace rollcall::collector {

// In order of their making. Thread-safe; all arguments outlive it.
struct EnrolmentParts {
  EnrolmentParts(const Engine& engine, Committer& committer,
                 const LedgerWriter& ledger,
                 CertificateRevocations& of_principals, const Clock& clock,
                 Random& random, const EnrolmentOptions& options)
      : revocations(engine, committer),
        tokens(engine, committer, ledger, of_principals, clock, random),
        certificates(engine, committer, revocations, of_principals, clock),
        enrolment(engine, committer, tokens, revocations, clock, random,
                  options),
        http(enrolment, limiter, stats, clock) {}

  // Answers a request that EnrolmentHttp serves, on the executor.
  void Answer(const HttpRequest& request,
              const HttpsListener::Respond& respond) {
    const absl::Status posted = executor.Post(
        [this, request, respond] { respond(http.Answer(request)); });
    if (!posted.ok()) {
      ++stats.failed;
      respond(ErrorAnswer(absl::UnavailableError(posted.message())));
    }
  }

  Revocations revocations;
  TokenStore tokens;
  CertificateList certificates;
  Enrolment enrolment;
  EnrolmentLimiter limiter;
  EnrolmentStats stats;
  EnrolmentHttp http;
  // Its own, so that strangers cannot keep agents waiting.
  Executor executor{{.threads = 2, .max_queue = 256}};
};

}  // namespace rollcall::collector
