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

  // Stores it, as --first-principal would, and tells memory nothing.
  absl::Status StoreChange(v1::RoleEvent::Kind kind, const std::string& who,
                           v1::Role role) {
    RoleChange change;
    change.kind = kind;
    change.principal = who;
    change.roles.Insert(role);
    change.by = std::string(kByInstallation);
    change.reason = "test";
    const auto build = [&](KnownStamp stamp, const Reader& reader,
                           Writes& writes) {
      return PutRoleChange(change, ledger_.writer(), stamp, reader, writes.head)
          .status();
    };
    return committer_.Commit({kPrincipalsName, LedgerWriter::kName}, build)
        .status();
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

TEST_F(RoleGrantsTest, WhoIsAdminNoMoreProposedNothing) {
  ASSERT_OK(StoreChange(v1::RoleEvent::KIND_GRANT, "eve", v1::ROLE_ADMIN));
  ASSERT_OK_AND_ASSIGN(const auto asked, Grant("bob", ""));
  ASSERT_OK(StoreChange(v1::RoleEvent::KIND_REVOKE, "ada", v1::ROLE_ADMIN));
  EXPECT_THAT(Approve(asked.change_set_id(), "ina"),
              StatusIs(StatusCode::kFailedPrecondition,
                       HasSubstr("ada, who proposed it, was not admin")));
  // Nor once she is again: who made her so knew nothing of it.
  clock_.Advance(absl::Seconds(1));
  ASSERT_OK(StoreChange(v1::RoleEvent::KIND_GRANT, "ada", v1::ROLE_ADMIN));
  EXPECT_THAT(Approve(asked.change_set_id(), "ina"),
              StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_FALSE(store_.RolesOf("bob")->Contains(v1::ROLE_PROCUREMENT));
}

TEST_F(RoleGrantsTest, ARoleIsLostWithTheLedgersEntryAndNotOnlyInMemory) {
  ASSERT_OK_AND_ASSIGN(const auto asked, Grant("bob", ""));
  // Stored, and not learnt yet.
  ASSERT_OK(StoreChange(v1::RoleEvent::KIND_REVOKE, "ina", v1::ROLE_ITAM));
  EXPECT_TRUE(store_.RolesOf("ina")->Contains(v1::ROLE_ITAM));
  EXPECT_THAT(Approve(asked.change_set_id(), "ina"),
              StatusIs(StatusCode::kPermissionDenied,
                       HasSubstr("ina is not itam any more")));
}

TEST_F(RoleGrantsTest, TwoGrantsToOnePrincipalTellOfEachOther) {
  ASSERT_OK_AND_ASSIGN(const auto first, Grant("bob", ""));
  ASSERT_OK_AND_ASSIGN(const auto second, Grant("bob", ""));
  v1::GetChangeSetRequest get;
  get.set_change_set_id(first.change_set_id());
  get.set_with_overlaps(true);
  ASSERT_OK_AND_ASSIGN(
      const auto view,
      ChangeQueries(engine_, store_, change_sets_.contents()).Get(get));
  ASSERT_EQ(view.overlaps_size(), 1);
  EXPECT_EQ(view.overlaps(0).change_set_id(), second.change_set_id());
  EXPECT_EQ(view.overlaps(0).names(0), "principal bob");
}

TEST_F(RoleGrantsTest, ARepeatedRequestIsOneProposal) {
  ASSERT_OK_AND_ASSIGN(const auto first, Grant("bob", "r1"));
  ASSERT_OK_AND_ASSIGN(const auto second, Grant("bob", "r1"));
  EXPECT_EQ(first.change_set_id(), second.change_set_id());
}

}  // namespace
}  // namespace rollcall::collector
