// A collector's enrolment over a store in memory, with an authority of its own.
#pragma once

#include <memory>
#include <string>

#include "collector/identity/certificate_list.h"
#include "collector/identity/enrolment.h"
#include "collector/identity/principal_changes.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/memory_store.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_ledger.h"
#include "tests/support/test_pki.h"
#include "tests/support/test_requests.h"

namespace rollcall::collector {

class EnrolmentFixture : public ::testing::Test {
 protected:
  EnrolmentFixture() {
    auto authority = CertificateAuthority::Create(
        pki_.ca_pem(), pki_.ca_key_pem(), pki_.ca_pem(), clock_.Now());
    EXPECT_OK(authority);
    if (authority.ok()) enrolment_.UseAuthority(*std::move(authority));
  }

  v1::CreateTokenResponse MakeToken(
      const v1::CreateTokenRequest& request = {}) {
    auto made = tokens_.Create(request, ada_);
    EXPECT_OK(made);
    return made.value_or(v1::CreateTokenResponse());
  }

  // The principal has these roles from now on, as --first-principal would say.
  void Give(const std::string& principal, RoleSet roles) {
    RoleChange change;
    change.principal = principal;
    change.roles = roles;
    change.by = std::string(kByInstallation);
    change.reason = "test";
    const auto build = [&](KnownStamp stamp, const Reader& reader,
                           Writes& writes) {
      return PutRoleChange(change, ledger_.writer(), stamp, reader, writes.head)
          .status();
    };
    EXPECT_OK(committer_.Commit({kPrincipalsName, LedgerWriter::kName}, build));
  }

  // That ada may ask for.
  static v1::CreateTokenRequest LoginRequestFor(const std::string& principal) {
    v1::CreateTokenRequest request;
    request.set_kind(v1::Token::KIND_LOGIN);
    request.set_principal(principal);
    return request;
  }

  // For a principal that is there from then on, as a viewer.
  v1::CreateTokenResponse MakeLogin(const std::string& principal) {
    if (!ReadPrincipal(engine_, principal)->has_value()) {
      Give(principal, {v1::ROLE_VIEWER});
    }
    return MakeToken(LoginRequestFor(principal));
  }

  absl::StatusOr<v1::LoginResponse> LogIn(const std::string& token) {
    v1::LoginRequest request;
    request.set_token(token);
    request.set_csr_pem(testing::RequestFor(testing::NewKeyPem()));
    return enrolment_.Login(request);
  }

  absl::StatusOr<v1::EnrolResponse> Enrol(const std::string& token,
                                          const std::string& key) {
    v1::EnrolRequest request;
    request.set_token(token);
    request.set_csr_pem(testing::RequestFor(key));
    return enrolment_.Enrol(request);
  }

  // Asks for a certificate for `key` with one of `old_key`.
  absl::StatusOr<v1::RenewResponse> Renew(const std::string& certificate,
                                          const std::string& old_key,
                                          const std::string& key) {
    v1::RenewRequest request;
    request.set_certificate_pem(certificate);
    request.set_csr_pem(testing::RequestFor(key));
    request.set_signature(
        SignText(old_key, RenewalText(request.csr_pem())).value_or(""));
    return enrolment_.Renew(request);
  }

  absl::Status Revoke(const std::string& agent) {
    v1::RevokeAgentRequest request;
    request.set_agent_id(agent);
    return revocations_.Revoke(request, "ada").status();
  }

  // Certificates of the test's authority last a day from now on.
  testing::FakeClock clock_{absl::Now()};
  testing::FakeRandom random_;
  const testing::TestPki pki_;
  const Caller ada_{"ada", clock_.Now() + absl::Hours(1), {v1::ROLE_ADMIN}};
  HybridClock hybrid_{clock_};
  Engine& engine_ = testing::EmptyStore();
  Committer committer_{engine_, hybrid_};
  const testing::TestLedger ledger_{engine_, committer_};
  Revocations revocations_{engine_, committer_};
  CertificateRevocations revoked_{engine_};
  TokenStore tokens_{engine_,  committer_, ledger_.writer(),
                     revoked_, clock_,     random_};
  CertificateList certificates_{engine_, committer_, revocations_, revoked_,
                                clock_};
  EnrolmentOptions options_{.agent_life = absl::Hours(4),
                            .admin_life = absl::Hours(1),
                            .renewal_grace = absl::Hours(2),
                            .max_children = 2};
  Enrolment enrolment_{engine_, committer_, tokens_, revocations_,
                       clock_,  random_,    options_};
};

}  // namespace rollcall::collector
