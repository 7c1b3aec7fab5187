#include "collector/identity/token_store.h"

#include "absl/strings/str_cat.h"
#include "tests/unit/collector/identity/enrolment_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::FakeRandom;
using ::rollcall::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

class TokenStoreTest : public EnrolmentFixture {
 protected:
  std::vector<std::string> Listed(v1::ListTokensRequest request) const {
    std::vector<std::string> notes;
    while (true) {
      const auto page = tokens_.List(request, ada_);
      EXPECT_OK(page);
      for (const v1::Token& token : page->tokens()) {
        notes.push_back(token.note());
      }
      if (page->next_page_token().empty()) return notes;
      request.set_page_token(page->next_page_token());
    }
  }
  v1::CreateTokenResponse MakeNoted(const std::string& note) {
    v1::CreateTokenRequest request;
    request.set_note(note);
    clock_.Advance(absl::Milliseconds(1));
    return MakeToken(request);
  }
  std::vector<std::string> PrincipalsSeenBy(const Caller& caller) const {
    v1::ListTokensRequest request;
    std::vector<std::string> principals;
    const auto page = tokens_.List(request, caller);
    EXPECT_OK(page);
    for (const v1::Token& token : page->tokens()) {
      principals.push_back(token.principal());
    }
    return principals;
  }

  const Caller bob_{"bob", clock_.Now(), {v1::ROLE_ADMIN}};
};

TEST(TokenText, SaysWhatItIsAndFindsItsRecord) {
  FakeRandom random;
  const TokenId id = MakeTokenId(absl::FromUnixSeconds(1'770'000'000), random);
  const std::string text = MakeTokenText(v1::Token::KIND_LOGIN, id, random);
  EXPECT_THAT(text, StartsWith("rollcall-login-"));
  ASSERT_OK_AND_ASSIGN(const ParsedToken parsed, ParseTokenText(text));
  EXPECT_EQ(parsed.id, id);
  EXPECT_EQ(parsed.kind, v1::Token::KIND_LOGIN);
  EXPECT_TRUE(IsTokenOf(text, HashOfToken(text)));
  EXPECT_FALSE(IsTokenOf(text + "x", HashOfToken(text)));
  EXPECT_FALSE(IsTokenOf(text, HashOfToken(text).substr(1)));
  EXPECT_FALSE(IsTokenOf(text, ""));
}

TEST(TokenText, IdsAreFoundByTheTimeOfTheirMaking) {
  FakeRandom random;
  const absl::Time time = absl::FromUnixSeconds(1'770'000'000);
  const absl::Duration step = absl::Microseconds(1);
  const std::string first = FirstTokenIdBy(time).ToBytes();
  for (int i = 0; i < 100; ++i) {
    EXPECT_LE(first, MakeTokenId(time - step, random).ToBytes());
    EXPECT_LE(first, MakeTokenId(time, random).ToBytes());
    EXPECT_GT(first, MakeTokenId(time + step, random).ToBytes());
  }
}

TEST(TokenText, WhatIsNoneIsRefused) {
  FakeRandom random;
  const std::string text =
      MakeTokenText(v1::Token::KIND_ENROLMENT, TokenId(), random);
  for (const std::string& bad :
       {std::string(), std::string("rollcall-agent-"), text.substr(1),
        text.substr(0, text.size() - 1), text + "A",
        "rollcall-admin-" + text.substr(15)}) {
    EXPECT_THAT(ParseTokenText(bad),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << bad;
  }
}

TEST_F(TokenStoreTest, KeepsWhatWasAskedForAndNoText) {
  v1::CreateTokenRequest request;
  request.set_device_class("laptop");
  request.set_organisation_unit("Sales");
  request.set_max_uses(3);
  const auto made = MakeToken(request);
  EXPECT_EQ(made.token().device_class(), "laptop");
  EXPECT_EQ(made.token().organisation_unit(), "Sales");
  EXPECT_EQ(made.token().max_uses(), 3);
  EXPECT_EQ(made.token().created_by(), "ada");
  EXPECT_EQ(made.token().kind(), v1::Token::KIND_ENROLMENT);
  const auto stored = engine_.Get(
      TableId::kToken, TokenId::FromHex(made.token().token_id())->bytes());
  ASSERT_TRUE(stored.ok() && stored->has_value());
  EXPECT_THAT(**stored, Not(HasSubstr(made.text().substr(48))));
  EXPECT_THAT(**stored, HasSubstr(HashOfToken(made.text())));
}

TEST_F(TokenStoreTest, TwoTokensHaveNothingInCommon) {
  const auto one = MakeToken();
  const auto two = MakeToken();
  EXPECT_NE(one.token().token_id(), two.token().token_id());
  EXPECT_NE(one.text().substr(48), two.text().substr(48));
}

TEST_F(TokenStoreTest, RefusesWhatIsOutOfBounds) {
  const auto refused = [this](auto change) {
    v1::CreateTokenRequest request;
    change(request);
    return absl::IsInvalidArgument(tokens_.Create(request, ada_).status());
  };
  EXPECT_TRUE(refused([](auto& r) { r.set_max_uses(-1); }));
  EXPECT_TRUE(refused([](auto& r) { r.set_max_uses(1'000'001); }));
  EXPECT_TRUE(refused([](auto& r) { r.mutable_life()->set_seconds(59); }));
  EXPECT_TRUE(refused([](auto& r) { r.mutable_life()->set_seconds(-1); }));
  EXPECT_TRUE(
      refused([](auto& r) { r.mutable_life()->set_seconds(367 * 86'400); }));
  EXPECT_TRUE(refused([](auto& r) { r.set_note(std::string(257, 'x')); }));
  EXPECT_TRUE(refused([](auto& r) { r.set_device_class("\xff"); }));
  EXPECT_TRUE(refused([](auto& r) { r.set_principal("jo"); }));
  EXPECT_TRUE(refused([](auto& r) { r.set_kind(v1::Token::KIND_LOGIN); }));
  EXPECT_TRUE(refused([](auto& r) {
    r.set_kind(v1::Token::KIND_LOGIN);
    r.set_principal("Jo Smith");
  }));
  EXPECT_TRUE(
      refused([](auto& r) { r.set_kind(static_cast<v1::Token::Kind>(7)); }));
}

TEST_F(TokenStoreTest, ListsTheNewestFirstInPages) {
  for (const char* note : {"a", "b", "c", "d", "e"}) MakeNoted(note);
  v1::ListTokensRequest request;
  EXPECT_THAT(Listed(request), ElementsAre("e", "d", "c", "b", "a"));
  request.set_page_size(2);
  EXPECT_THAT(Listed(request), ElementsAre("e", "d", "c", "b", "a"));
}

TEST_F(TokenStoreTest, WhatHasEndedIsListedWhereAskedFor) {
  MakeNoted("open");
  const auto ended = MakeNoted("ended");
  v1::RevokeTokenRequest revoke;
  revoke.set_token_id(ended.token().token_id());
  ASSERT_OK_AND_ASSIGN(const auto first, tokens_.Revoke(revoke, bob_));
  EXPECT_EQ(first.token().revoked_by(), "bob");
  v1::ListTokensRequest request;
  EXPECT_THAT(Listed(request), ElementsAre("open"));
  request.set_include_ended(true);
  EXPECT_THAT(Listed(request), ElementsAre("ended", "open"));
  // To revoke it again changes nothing.
  clock_.Advance(absl::Hours(1));
  ASSERT_OK_AND_ASSIGN(const auto again, tokens_.Revoke(revoke, ada_));
  EXPECT_EQ(again.token().SerializeAsString(),
            first.token().SerializeAsString());
}

TEST_F(TokenStoreTest, WhatEndedLongAgoIsForgotten) {
  v1::CreateTokenRequest longest;
  longest.set_note("old");
  longest.mutable_life()->set_seconds(366 * 86'400);
  const std::string old_text = MakeToken(longest).text();
  clock_.Advance(absl::Hours(24 * 366));
  MakeNoted("later");
  clock_.Advance(absl::Hours(24 * 90) - absl::Seconds(1));
  v1::ListTokensRequest request;
  request.set_include_ended(true);
  ASSERT_OK(tokens_.Forget());
  EXPECT_THAT(Listed(request), ElementsAre("later", "old"));
  clock_.Advance(absl::Seconds(1));
  ASSERT_OK(tokens_.Forget());
  EXPECT_THAT(Listed(request), ElementsAre("later"));
  EXPECT_THAT(tokens_.Find(engine_, old_text, v1::Token::KIND_ENROLMENT),
              StatusIs(absl::StatusCode::kUnauthenticated));
}

TEST_F(TokenStoreTest, EachSeesTheTokensThatAreHisToSee) {
  MakeToken();
  MakeLogin("jo");
  MakeLogin("bea");
  const auto seen_as = [this](const char* name, v1::Role role) {
    return PrincipalsSeenBy({name, clock_.Now(), {role}});
  };
  EXPECT_THAT(seen_as("una", v1::ROLE_AUDITOR),
              UnorderedElementsAre("", "jo", "bea"));
  EXPECT_THAT(seen_as("ada", v1::ROLE_ADMIN),
              UnorderedElementsAre("", "jo", "bea"));
  EXPECT_THAT(seen_as("jo", v1::ROLE_VIEWER), ElementsAre("jo"));
  EXPECT_THAT(seen_as("jo", v1::ROLE_ITAM), UnorderedElementsAre("", "jo"));
  EXPECT_THAT(seen_as("pam", v1::ROLE_PROCUREMENT), IsEmpty());
}

TEST_F(TokenStoreTest, ListsTheTokensOfOnePrincipal) {
  MakeToken();
  MakeLogin("jo");
  MakeLogin("bea");
  v1::ListTokensRequest request;
  request.set_principal("jo");
  ASSERT_OK_AND_ASSIGN(const auto page, tokens_.List(request, ada_));
  ASSERT_EQ(page.tokens_size(), 1);
  EXPECT_EQ(page.tokens(0).principal(), "jo");
}

TEST_F(TokenStoreTest, ATokenToLogInWithNeedsAPrincipal) {
  EXPECT_THAT(tokens_.Create(LoginRequestFor("jo"), ada_),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("rollcall principal grant jo")));
  EXPECT_THAT(PrincipalsSeenBy(ada_), IsEmpty());
}

TEST_F(TokenStoreTest, WhoHasARoleOfTwoPeopleMakesItsTokensItself) {
  Give("jo", {v1::ROLE_PROCUREMENT});
  EXPECT_THAT(tokens_.Create(LoginRequestFor("jo"), ada_),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       HasSubstr("nobody else may make a token")));
  const Caller jo = {"jo", clock_.Now(), {v1::ROLE_PROCUREMENT}};
  ASSERT_OK_AND_ASSIGN(const auto made,
                       tokens_.Create(LoginRequestFor("jo"), jo));
  EXPECT_EQ(made.token().created_by(), "jo");
}

TEST_F(TokenStoreTest, AMakersOpenTokensForAPrincipalAreBounded) {
  Give("jo", {v1::ROLE_VIEWER});
  Give("bea", {v1::ROLE_VIEWER});
  const Caller jo = {"jo", clock_.Now(), {v1::ROLE_VIEWER}};
  v1::RevokeTokenRequest revoke;
  for (int i = 0; i < 100; ++i) {
    ASSERT_OK_AND_ASSIGN(const auto made,
                         tokens_.Create(LoginRequestFor("jo"), jo));
    revoke.set_token_id(made.token().token_id());
  }
  EXPECT_THAT(tokens_.Create(LoginRequestFor("jo"), jo),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       AllOf(HasSubstr("jo has made 100 tokens to log in as "
                                       "jo that can be used still"),
                             HasSubstr("rollcall token revoke"))));
  // Neither an admin's, nor those for others, nor those for agents.
  EXPECT_OK(tokens_.Create(LoginRequestFor("jo"), ada_));
  EXPECT_OK(tokens_.Create(LoginRequestFor("bea"), ada_));
  for (int i = 0; i < 101; ++i) MakeToken();
  // One that has ended makes room.
  ASSERT_OK(tokens_.Revoke(revoke, jo));
  EXPECT_OK(tokens_.Create(LoginRequestFor("jo"), jo));
  EXPECT_THAT(tokens_.Create(LoginRequestFor("jo"), jo),
              StatusIs(absl::StatusCode::kResourceExhausted));
  clock_.Advance(absl::Hours(7 * 24));
  EXPECT_OK(tokens_.Create(LoginRequestFor("jo"), jo));
}

TEST_F(TokenStoreTest, WhoMakesAndRevokesTokensAllDayIsStopped) {
  Give("jo", {v1::ROLE_VIEWER});
  const Caller jo = {"jo", clock_.Now(), {v1::ROLE_VIEWER}};
  for (int i = 0; i < 500; ++i) {
    ASSERT_OK_AND_ASSIGN(const auto made,
                         tokens_.Create(LoginRequestFor("jo"), jo));
    v1::RevokeTokenRequest revoke;
    revoke.set_token_id(made.token().token_id());
    ASSERT_OK(tokens_.Revoke(revoke, jo));
  }
  EXPECT_THAT(tokens_.Create(LoginRequestFor("jo"), jo),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       AllOf(HasSubstr("500 tokens to log in as jo within a "
                                       "day"),
                             HasSubstr("tomorrow"))));
  clock_.Advance(absl::Hours(24));
  EXPECT_OK(tokens_.Create(LoginRequestFor("jo"), jo));
}

TEST_F(TokenStoreTest, ATokenIsEndedByWhomItLogsInAndByAdminsAlone) {
  v1::RevokeTokenRequest request;
  request.set_token_id(MakeLogin("jo").token().token_id());
  for (const v1::Role role : kAllRoles.List()) {
    if (role == v1::ROLE_ADMIN) continue;
    EXPECT_THAT(tokens_.Revoke(request, {"pam", clock_.Now(), {role}}),
                StatusIs(absl::StatusCode::kPermissionDenied));
  }
  ASSERT_OK_AND_ASSIGN(
      const auto ended,
      tokens_.Revoke(request, {"jo", clock_.Now(), {v1::ROLE_VIEWER}}));
  EXPECT_EQ(ended.token().revoked_by(), "jo");
  request.set_token_id(MakeLogin("jo").token().token_id());
  EXPECT_OK(tokens_.Revoke(request, ada_));
}

TEST_F(TokenStoreTest, WhatDoesNotExistCannotBeRevoked) {
  v1::RevokeTokenRequest request;
  request.set_token_id(std::string(32, '0'));
  EXPECT_THAT(tokens_.Revoke(request, bob_),
              StatusIs(absl::StatusCode::kNotFound));
  request.set_token_id("x");
  EXPECT_THAT(tokens_.Revoke(request, bob_),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(TokenStoreTest, ARevocationOutlivesTheProcess) {
  const std::string agent(32, 'a');
  int ended = 0;
  revocations_.SetEnder([&](AgentId) { return ++ended; });
  ASSERT_OK(Revoke(agent));
  EXPECT_EQ(ended, 1);
  EXPECT_TRUE(revocations_.IsRevoked(*AgentId::FromHex(agent)));
  EXPECT_FALSE(revocations_.IsRevoked(*AgentId::FromHex(std::string(32, 'b'))));
  Revocations next(engine_, committer_);
  ASSERT_OK(next.Load());
  EXPECT_EQ(next.RevokedSince(*AgentId::FromHex(agent)),
            revocations_.RevokedSince(*AgentId::FromHex(agent)));
  // Who revokes it again learns who did first.
  v1::RevokeAgentRequest request;
  request.set_agent_id(agent);
  EXPECT_EQ(next.Revoke(request, "eve")->revoked_by(), "ada");
  request.set_agent_id("x");
  EXPECT_THAT(next.Revoke(request, "eve"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace rollcall::collector
