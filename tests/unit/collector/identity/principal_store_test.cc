#include "collector/identity/principal_store.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/support/fake_clock.h"
#include "tests/support/memory_store.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_ledger.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::EmptyStore;
using ::rollcall::testing::FakeClock;
using ::rollcall::testing::IsOkAndHolds;
using ::rollcall::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PrincipalStoreTest : public ::testing::Test {
 protected:
  static RoleChange Change(v1::RoleEvent::Kind kind, const std::string& who,
                           RoleSet roles) {
    RoleChange change;
    change.kind = kind;
    change.principal = who;
    change.roles = roles;
    change.by = "ada";
    change.approved_by = "una";
    change.reason = "test";
    return change;
  }

  absl::StatusOr<StoredPrincipal> Store(const RoleChange& change) {
    absl::StatusOr<StoredPrincipal> then = absl::UnknownError("not built");
    const auto build = [&](KnownStamp stamp, const Reader& reader,
                           Writes& writes) {
      then =
          PutRoleChange(change, ledger_.writer(), stamp, reader, writes.head);
      return then.status();
    };
    const auto stored =
        committer_.Commit({kPrincipalsName, LedgerWriter::kName}, build);
    if (!stored.ok()) return stored.status();
    return then;
  }
  absl::StatusOr<StoredPrincipal> Grant(const std::string& who, RoleSet roles) {
    return Store(Change(v1::RoleEvent::KIND_GRANT, who, roles));
  }
  absl::StatusOr<StoredPrincipal> Revoke(const std::string& who,
                                         RoleSet roles) {
    return Store(Change(v1::RoleEvent::KIND_REVOKE, who, roles));
  }

  static std::vector<std::string> NamesOf(
      const std::vector<StoredPrincipal>& all) {
    std::vector<std::string> names;
    for (const StoredPrincipal& one : all) names.push_back(one.name);
    return names;
  }

  FakeClock clock_;
  HybridClock hybrid_{clock_};
  Engine& engine_ = EmptyStore();
  Committer committer_{engine_, hybrid_};
  const testing::TestLedger ledger_{engine_, committer_};
  PrincipalStore store_{engine_, committer_, ledger_.writer()};
};

TEST_F(PrincipalStoreTest, NobodyHasARoleInANewStoreAndIsToldWhatToDo) {
  ASSERT_OK(store_.Load());
  ASSERT_OK(store_.Install({}));
  EXPECT_THAT(store_.RolesOf("jo"),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       HasSubstr("--first-principal=NAME:ROLE")));
}

TEST_F(PrincipalStoreTest, TheFirstOnesAreMadeOnceAndKept) {
  ASSERT_OK(store_.Load());
  ASSERT_OK(store_.Install({{"jo", {v1::ROLE_ADMIN, v1::ROLE_ITAM}},
                            {"bea", {v1::ROLE_PROCUREMENT}}}));
  EXPECT_THAT(store_.RolesOf("jo"),
              IsOkAndHolds(RoleSet({v1::ROLE_ADMIN, v1::ROLE_ITAM})));
  EXPECT_THAT(store_.RolesOf("eve"), IsOkAndHolds(RoleSet()));
  // Another start, told of others.
  PrincipalStore next(engine_, committer_, ledger_.writer());
  ASSERT_OK(next.Load());
  ASSERT_OK(
      next.Install({{"jo", {v1::ROLE_VIEWER}}, {"eve", {v1::ROLE_ADMIN}}}));
  EXPECT_THAT(next.RolesOf("jo"),
              IsOkAndHolds(RoleSet({v1::ROLE_ADMIN, v1::ROLE_ITAM})));
  EXPECT_THAT(next.RolesOf("bea"),
              IsOkAndHolds(RoleSet({v1::ROLE_PROCUREMENT})));
  EXPECT_THAT(next.RolesOf("eve"), IsOkAndHolds(RoleSet()));
  ASSERT_OK_AND_ASSIGN(const auto stored, ReadPrincipals(engine_));
  EXPECT_THAT(NamesOf(stored), ElementsAre("bea", "jo"));
  EXPECT_EQ(stored[1].record.grants(0).granted_by(), "installation");
}

TEST_F(PrincipalStoreTest, FirstOnesOfWhomOneIsWrongAreNotMadeAtAll) {
  ASSERT_OK(store_.Load());
  EXPECT_THAT(store_.Install({{"jo", {v1::ROLE_ADMIN}}, {"bea", {}}}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  ASSERT_OK_AND_ASSIGN(const auto stored, ReadPrincipals(engine_));
  EXPECT_THAT(NamesOf(stored), ElementsAre());
}

TEST_F(PrincipalStoreTest, WhatWasStoredCountsOnceItIsLearnt) {
  ASSERT_OK_AND_ASSIGN(const auto made, Grant("jo", {v1::ROLE_VIEWER}));
  store_.Learn(made);
  EXPECT_THAT(store_.RolesOf("jo"), IsOkAndHolds(RoleSet({v1::ROLE_VIEWER})));
  ASSERT_OK_AND_ASSIGN(const auto ended, Revoke("jo", {v1::ROLE_VIEWER}));
  store_.Learn(ended);
  EXPECT_THAT(store_.RolesOf("jo"), IsOkAndHolds(RoleSet()));
  // Heard of late, the older one changes nothing.
  store_.Learn(made);
  EXPECT_THAT(store_.RolesOf("jo"), IsOkAndHolds(RoleSet()));
}

TEST_F(PrincipalStoreTest, TheLastAdminIsTheLastOfAllPrincipals) {
  ASSERT_OK(Grant("jo", {v1::ROLE_ADMIN}));
  ASSERT_OK(Grant("bea", {v1::ROLE_VIEWER}));
  EXPECT_THAT(Revoke("jo", {v1::ROLE_ADMIN}),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  ASSERT_OK(Grant("bea", {v1::ROLE_ADMIN}));
  EXPECT_OK(Revoke("jo", {v1::ROLE_ADMIN}));
  EXPECT_THAT(Revoke("bea", {v1::ROLE_ADMIN}),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(PrincipalStoreTest, WhatWasKnownThenStaysKnown) {
  ASSERT_OK_AND_ASSIGN(const auto first, Grant("jo", {v1::ROLE_VIEWER}));
  clock_.Advance(absl::Hours(1));
  ASSERT_OK_AND_ASSIGN(const auto second, Grant("jo", {v1::ROLE_ITAM}));
  clock_.Advance(absl::Hours(1));
  ASSERT_OK(Revoke("jo", {v1::ROLE_VIEWER, v1::ROLE_ITAM}));
  ASSERT_OK(Grant("joe", {v1::ROLE_ADMIN}));
  const auto roles = [this](KnownStamp as_of) {
    const auto read = ReadPrincipal(engine_, "jo", as_of);
    EXPECT_OK(read);
    return read->has_value() ? RolesIn((*read)->record) : RoleSet();
  };
  EXPECT_EQ(roles(KnownStamp::FromRaw(first.since.raw() - 1)), RoleSet());
  EXPECT_EQ(roles(first.since), RoleSet({v1::ROLE_VIEWER}));
  EXPECT_EQ(roles(KnownStamp::FromRaw(second.since.raw() - 1)),
            RoleSet({v1::ROLE_VIEWER}));
  EXPECT_EQ(roles(second.since), RoleSet({v1::ROLE_VIEWER, v1::ROLE_ITAM}));
  EXPECT_EQ(roles(KnownStamp::Max()), RoleSet());
  ASSERT_OK_AND_ASSIGN(const auto then, ReadPrincipals(engine_, first.since));
  EXPECT_THAT(NamesOf(then), ElementsAre("jo"));
  EXPECT_EQ(RolesIn(then[0].record), RoleSet({v1::ROLE_VIEWER}));
}

TEST_F(PrincipalStoreTest, NamesThatBeginAlikeAreOthers) {
  ASSERT_OK(Grant("jo", {v1::ROLE_VIEWER}));
  ASSERT_OK_AND_ASSIGN(const auto none, ReadPrincipal(engine_, "j"));
  EXPECT_FALSE(none.has_value());
  ASSERT_OK_AND_ASSIGN(const auto longer, ReadPrincipal(engine_, "jo.a"));
  EXPECT_FALSE(longer.has_value());
}

}  // namespace
}  // namespace rollcall::collector
