#include "collector/identity/principal_queries.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/identity/principal_tables.h"
#include "collector/identity/role_edits.h"
#include "collector/rpc/role_set.h"
#include "common/proto_time.h"
#include "tests/unit/collector/identity/enrolment_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class PrincipalQueriesTest : public EnrolmentFixture {
 protected:
  void SetUp() override {
    ASSERT_OK(store_.Load());
    ASSERT_OK(store_.Install({{"ada", {v1::ROLE_ADMIN}},
                              {"ivy", {v1::ROLE_ITAM, v1::ROLE_VIEWER}},
                              {"una", {v1::ROLE_AUDITOR}}}));
  }

  void Revoke(const std::string& principal, v1::Role role) {
    clock_.Advance(absl::Hours(1));
    v1::RevokeRoleRequest request;
    request.set_principal(principal);
    request.set_role(role);
    request.set_reason("left");
    EXPECT_OK(edits_.Revoke(request, ada_));
  }

  std::vector<std::string> Names(v1::ListPrincipalsRequest request) const {
    std::vector<std::string> names;
    while (true) {
      const auto page = queries_.List(request);
      EXPECT_OK(page);
      for (const v1::Principal& one : page->principals()) {
        names.push_back(one.name());
      }
      if (page->next_page_token().empty()) return names;
      request.set_page_token(page->next_page_token());
    }
  }

  const testing::TestLedger ledger_{engine_, committer_};
  PrincipalStore store_{engine_, committer_, ledger_.writer()};
  RoleEdits edits_{engine_, committer_, ledger_.writer(), store_};
  const PrincipalQueries queries_{engine_, store_, clock_};
};

TEST_F(PrincipalQueriesTest, ListsByNameInPages) {
  v1::ListPrincipalsRequest request;
  EXPECT_THAT(Names(request), ElementsAre("ada", "ivy", "una"));
  request.set_page_size(1);
  EXPECT_THAT(Names(request), ElementsAre("ada", "ivy", "una"));
  request.set_role(v1::ROLE_ITAM);
  EXPECT_THAT(Names(request), ElementsAre("ivy"));
  request.set_role(v1::ROLE_SECURITY);
  EXPECT_THAT(Names(request), IsEmpty());
  request.set_role(static_cast<v1::Role>(99));
  EXPECT_THAT(queries_.List(request),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(PrincipalQueriesTest, APageIsNoLargerThanClientsTake) {
  constexpr int kCount = 1'000;
  const auto put = [](KnownStamp stamp, const Reader&, Writes& writes) {
    stored::v1::PrincipalRecord record;
    for (const v1::Role role : kAllRoles.List()) {
      v1::RoleGrant& grant = *record.add_grants();
      grant.set_role(role);
      grant.set_reason(std::string(1'024, 'w'));
    }
    for (int i = 0; i < kCount; ++i) {
      kPrincipalTable.Put(writes.head, {absl::StrCat("p", i), stamp}, record);
    }
    return absl::OkStatus();
  };
  ASSERT_OK(committer_.Commit({kPrincipalsName}, put));
  v1::ListPrincipalsRequest request;
  request.set_page_size(kCount);
  ASSERT_OK_AND_ASSIGN(const auto page, queries_.List(request));
  EXPECT_LT(page.ByteSizeLong(), size_t{4} << 20);
  EXPECT_NE(page.next_page_token(), "");
  // And the three that are there from the start.
  EXPECT_THAT(Names(request), SizeIs(kCount + 3));
}

TEST_F(PrincipalQueriesTest, TellsWhoHadWhichRoleAtAPastTime) {
  const auto then = ToProto(clock_.Now());
  Revoke("ivy", v1::ROLE_ITAM);
  v1::ListPrincipalsRequest request;
  request.set_role(v1::ROLE_ITAM);
  EXPECT_THAT(Names(request), IsEmpty());
  *request.mutable_as_of() = then;
  EXPECT_THAT(Names(request), ElementsAre("ivy"));
  *request.mutable_as_of() = ToProto(FromProto(then) - absl::Hours(1));
  EXPECT_THAT(Names(request), IsEmpty());
  request.mutable_as_of()->set_nanos(-1);
  EXPECT_THAT(queries_.List(request),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(PrincipalQueriesTest, TellsWhatBecameOfThePrincipalsRoles) {
  Revoke("ivy", v1::ROLE_ITAM);
  Revoke("ivy", v1::ROLE_VIEWER);
  v1::GetPrincipalRequest request;
  request.set_principal("ivy");
  ASSERT_OK_AND_ASSIGN(const auto all, queries_.Get(request));
  ASSERT_EQ(all.events_size(), 3);
  EXPECT_THAT(all.events(0).roles(), ElementsAre(v1::ROLE_VIEWER));
  EXPECT_EQ(all.events(0).kind(), v1::RoleEvent::KIND_REVOKE);
  EXPECT_EQ(all.events(0).by(), "ada");
  EXPECT_THAT(all.events(2).roles(),
              ElementsAre(v1::ROLE_VIEWER, v1::ROLE_ITAM));
  EXPECT_EQ(all.events(2).by(), "installation");
  EXPECT_THAT(all.principal().grants(), IsEmpty());
  // The same in pages.
  request.set_page_size(2);
  ASSERT_OK_AND_ASSIGN(const auto first, queries_.Get(request));
  EXPECT_EQ(first.events_size(), 2);
  request.set_page_token(first.next_page_token());
  ASSERT_OK_AND_ASSIGN(const auto second, queries_.Get(request));
  ASSERT_EQ(second.events_size(), 1);
  EXPECT_EQ(second.events(0).SerializeAsString(),
            all.events(2).SerializeAsString());
  EXPECT_EQ(second.next_page_token(), "");
}

TEST_F(PrincipalQueriesTest, APastPrincipalHasTheEventsOfThen) {
  const auto then = ToProto(clock_.Now());
  Revoke("ivy", v1::ROLE_ITAM);
  v1::GetPrincipalRequest request;
  request.set_principal("ivy");
  *request.mutable_as_of() = then;
  ASSERT_OK_AND_ASSIGN(const auto past, queries_.Get(request));
  EXPECT_EQ(past.principal().grants_size(), 2);
  EXPECT_EQ(past.events_size(), 1);
  *request.mutable_as_of() = ToProto(FromProto(then) - absl::Hours(1));
  EXPECT_THAT(queries_.Get(request),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("as of then")));
}

TEST_F(PrincipalQueriesTest, CountsOpenTokensAndTellsTheLastLogins) {
  v1::CreateTokenRequest twice = LoginRequestFor("una");
  twice.set_max_uses(2);
  const auto open = MakeToken(twice);
  ASSERT_OK(tokens_.Create(LoginRequestFor("una"),
                           {"una", clock_.Now(), {v1::ROLE_AUDITOR}}));
  const auto used_up = MakeToken(LoginRequestFor("una"));
  ASSERT_OK(LogIn(used_up.text()));
  MakeToken();  // for agents
  v1::GetPrincipalRequest request;
  request.set_principal("una");
  ASSERT_OK_AND_ASSIGN(const auto una, queries_.Get(request));
  EXPECT_EQ(una.principal().open_token_count(), 2);
  EXPECT_EQ(una.principal().open_token_by_others_count(), 1);
  ASSERT_EQ(una.principal().last_certificates_size(), 1);
  EXPECT_EQ(una.principal().last_certificates(0).token_id(),
            used_up.token().token_id());
  ASSERT_OK_AND_ASSIGN(const auto all, queries_.List({}));
  EXPECT_EQ(all.principals(0).open_token_count(), 0);
  EXPECT_EQ(all.principals(2).open_token_count(), 2);
  // Not told as of a past time.
  *request.mutable_as_of() = ToProto(clock_.Now());
  ASSERT_OK_AND_ASSIGN(const auto past, queries_.Get(request));
  EXPECT_EQ(past.principal().open_token_count(), 0);
  EXPECT_THAT(past.principal().last_certificates(), IsEmpty());
}

TEST_F(PrincipalQueriesTest, SaysWhoIsNotThere) {
  v1::GetPrincipalRequest request;
  request.set_principal("eve");
  EXPECT_THAT(queries_.Get(request), StatusIs(absl::StatusCode::kNotFound));
  request.set_principal("Eve");
  EXPECT_THAT(queries_.Get(request),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(PrincipalQueriesTest, TellsTheCallerWhoHeIs) {
  const absl::Time end = clock_.Now() + absl::Hours(1);
  ASSERT_OK_AND_ASSIGN(const auto ivy, queries_.WhoAmI({"ivy", end, {}}));
  EXPECT_TRUE(ivy.known());
  EXPECT_EQ(ivy.principal(), "ivy");
  EXPECT_EQ(ivy.grants_size(), 2);
  EXPECT_EQ(FromProto(ivy.certificate_end()), end);
  EXPECT_EQ(ivy.advice(), "");
  ASSERT_OK_AND_ASSIGN(const auto eve, queries_.WhoAmI({"eve", end, {}}));
  EXPECT_FALSE(eve.known());
  EXPECT_THAT(eve.grants(), IsEmpty());
  EXPECT_THAT(eve.advice(), HasSubstr("rollcall principal grant eve"));
}

TEST_F(PrincipalQueriesTest, AnotherPrincipalsPageIsRefused) {
  Revoke("ivy", v1::ROLE_ITAM);
  v1::GetPrincipalRequest request;
  request.set_principal("ivy");
  request.set_page_size(1);
  ASSERT_OK_AND_ASSIGN(const auto page, queries_.Get(request));
  request.set_page_token(page.next_page_token());
  request.set_principal("una");
  EXPECT_THAT(queries_.Get(request),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace rollcall::collector
