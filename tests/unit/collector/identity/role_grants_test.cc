#include "collector/identity/role_grants.h"

#include <string>

#include "collector/changes/change_queries.h"
#include "collector/identity/role_edits.h"
#include "gmock/gmock.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/memory_store.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_ledger.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;
using testing::StatusIs;

// As a collector has them: ada administers, ina is of ITAM, bob only looks.
class RoleGrantsTest : public ::testing::Test {
 protected:
  RoleGrantsTest() {
    EXPECT_OK(store_.Load());
    EXPECT_OK(store_.Install({{"ada", {v1::ROLE_ADMIN}},
                              {"ina", {v1::ROLE_ITAM}},
                              {"bob", {v1::ROLE_VIEWER}}}));
  }

  Caller CallBy(const std::string& who) const {
    return {who, absl::InfiniteFuture(), *store_.RolesOf(who)};
  }

  absl::StatusOr<v1::GrantRoleResponse> Grant(const std::string& to,
                                              const std::string& request_id) {
    v1::GrantRoleRequest request;
    request.set_principal(to);
    request.set_role(v1::ROLE_PROCUREMENT);
    request.set_reason("buys now");
    request.set_request_id(request_id);
    return edits_.Grant(request, CallBy("ada"));
  }

  absl::Status Approve(const std::string& id, const std::string& who) {
    v1::GetChangeSetRequest get;
    get.set_change_set_id(id);
    const auto view =
        ChangeQueries(engine_, store_, change_sets_.contents()).Get(get);
    v1::ApproveChangeSetRequest request;
    request.set_change_set_id(id);
    request.set_digest(view->digest());
    return change_sets_.Approve(request, CallBy(who)).status();
  }

  testing::FakeClock clock_;
  testing::FakeRandom random_;
  HybridClock hybrid_{clock_};
  Engine& engine_ = testing::EmptyStore();
  Committer committer_{engine_, hybrid_};
  const testing::TestLedger ledger_{engine_, committer_};
  PrincipalStore store_{engine_, committer_, ledger_.writer()};
  CertificateRevocations revoked_{engine_};
  const RoleGrantContent content_{engine_, ledger_.writer(), store_, revoked_};
  ChangeSets change_sets_{
      {engine_, committer_, ledger_.writer(), random_, store_},
      {{v1::ChangeSet::KIND_ROLE_GRANT, &content_}}};
  RoleGrants grants_{engine_, change_sets_};
  RoleEdits edits_{engine_, committer_, ledger_.writer(), store_, &grants_};
};

TEST_F(RoleGrantsTest, AGuardedRoleCountsOnceASecondPersonAgreed) {
  ASSERT_OK_AND_ASSIGN(const auto asked, Grant("bob", ""));
  EXPECT_FALSE(store_.RolesOf("bob")->Contains(v1::ROLE_PROCUREMENT));
  EXPECT_THAT(Approve(asked.change_set_id(), "ada"),
              StatusIs(StatusCode::kPermissionDenied));
  EXPECT_THAT(Approve(asked.change_set_id(), "bob"),
              StatusIs(StatusCode::kPermissionDenied));
  EXPECT_OK(Approve(asked.change_set_id(), "ina"));
  EXPECT_TRUE(store_.RolesOf("bob")->Contains(v1::ROLE_PROCUREMENT));
}

TEST_F(RoleGrantsTest, NobodyAgreesToARoleOfHisOwn) {
  // ina has a guarded role, and asks ada for the other.
  ASSERT_OK_AND_ASSIGN(const auto asked, Grant("ina", ""));
  EXPECT_THAT(Approve(asked.change_set_id(), "ina"),
              StatusIs(StatusCode::kPermissionDenied));
  EXPECT_FALSE(store_.RolesOf("ina")->Contains(v1::ROLE_PROCUREMENT));
}

TEST_F(RoleGrantsTest, ARepeatedRequestIsOneProposal) {
  ASSERT_OK_AND_ASSIGN(const auto first, Grant("bob", "r1"));
  ASSERT_OK_AND_ASSIGN(const auto second, Grant("bob", "r1"));
  EXPECT_EQ(first.change_set_id(), second.change_set_id());
}

}  // namespace
}  // namespace rollcall::collector
