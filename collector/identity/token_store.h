// Tokens: made, listed, ended, and used.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/identity/certificate_revocations.h"
#include "collector/identity/enrolment_tables.h"
#include "collector/ledger/ledger_writer.h"
#include "collector/rpc/access.h"
#include "collector/storage/committer.h"
#include "common/clock.h"
#include "common/random.h"
#include "rollcall/v1/enrolment_service.pb.h"

namespace rollcall::collector {

// Answers the token methods of EnrolmentService, and says whether a token may
// be used. Thread-safe; all arguments outlive it. Blocking.
class TokenStore {
 public:
  TokenStore(const Engine& engine, Committer& committer,
             const LedgerWriter& ledger, CertificateRevocations& certificates,
             const Clock& clock, Random& random)
      : engine_(engine),
        committer_(committer),
        ledger_(ledger),
        certificates_(certificates),
        clock_(clock),
        random_(random) {}

  absl::StatusOr<v1::CreateTokenResponse> Create(
      const v1::CreateTokenRequest& request, const Caller& caller);
  absl::StatusOr<v1::ListTokensResponse> List(
      const v1::ListTokensRequest& request, const Caller& caller) const;
  // The ledger has an entry of it where certificates end with the token.
  absl::StatusOr<v1::RevokeTokenResponse> Revoke(
      const v1::RevokeTokenRequest& request, const Caller& caller);

  // Forgets some of those that were made so long ago that they ended more than
  // 90 days ago; called at intervals.
  absl::Status Forget();

  // The token with this text, used up or not. UNAUTHENTICATED if there is none
  // of this kind; the answer does not tell an unknown id from a wrong secret.
  // PERMISSION_DENIED if it has expired or was revoked.
  absl::StatusOr<v1::Token> Find(const Reader& reader, absl::string_view text,
                                 v1::Token::Kind kind) const;
  // Counts one more use of a token that Find returned. PERMISSION_DENIED if it
  // is used up.
  absl::Status Use(const Reader& reader, const v1::Token& token,
                   Batch& batch) const;

  // The Change::names of a change that uses or ends a token.
  static std::vector<std::string> NamesOf(const v1::Token& token);

 private:
  const Engine& engine_;
  Committer& committer_;
  const LedgerWriter& ledger_;
  CertificateRevocations& certificates_;
  const Clock& clock_;
  Random& random_;
};

}  // namespace rollcall::collector
