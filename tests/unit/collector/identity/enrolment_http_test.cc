#include "collector/identity/enrolment_http.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/json_util.h"
#include "tests/unit/collector/identity/enrolment_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::NewKeyPem;
using ::rollcall::testing::RequestFor;
using ::testing::HasSubstr;

class EnrolmentHttpTest : public EnrolmentFixture {
 protected:
  HttpResponse Post(const std::string& target, const std::string& body,
                    const std::string& peer = "192.0.2.1") {
    return http_.Answer({"POST", target, body, peer});
  }
  static std::string Json(const google::protobuf::Message& message) {
    std::string json;
    EXPECT_TRUE(
        google::protobuf::util::MessageToJsonString(message, &json).ok());
    return json;
  }
  std::string EnrolBody(const std::string& token) {
    v1::EnrolRequest request;
    request.set_token(token);
    request.set_csr_pem(RequestFor(NewKeyPem()));
    return Json(request);
  }

  EnrolmentLimiterOptions limits_{
      .burst = 3, .per_failure = absl::Seconds(10), .max_peers = 4};
  EnrolmentLimiter limiter_{limits_};
  EnrolmentStats stats_;
  EnrolmentHttp http_{enrolment_, limiter_, stats_, clock_};
};

TEST_F(EnrolmentHttpTest, GivesACertificateAsJson) {
  const HttpResponse answer = Post("/v1/enrol", EnrolBody(MakeToken().text()));
  EXPECT_EQ(answer.status, 200);
  v1::EnrolResponse response;
  ASSERT_TRUE(
      google::protobuf::util::JsonStringToMessage(answer.body, &response).ok());
  EXPECT_OK(ReadCertificate(response.certificate_pem()));
  EXPECT_EQ(stats_.enrolled, 1);
  EXPECT_EQ(stats_.refused, 0);
}

TEST_F(EnrolmentHttpTest, EveryErrorHasItsStatusAndItsWords) {
  const struct {
    const char* target;
    std::string body;
    int status;
    const char* code;
  } cases[] = {
      {"/v1/enrol", "{", 400, "INVALID_ARGUMENT"},
      {"/v1/enrol", "", 400, "INVALID_ARGUMENT"},
      {"/v1/enrol", "{}", 401, "UNAUTHENTICATED"},
      {"/v1/enrol", EnrolBody(MakeLogin("jo").text()), 403,
       "PERMISSION_DENIED"},
      {"/v1/none", "{}", 404, "NOT_FOUND"},
      {"/v1/enrol?x=1", "{}", 404, "NOT_FOUND"},
  };
  int peer = 0;
  for (const auto& c : cases) {
    const HttpResponse answer = Post(c.target, c.body, absl::StrCat(++peer));
    EXPECT_EQ(answer.status, c.status) << c.body;
    EXPECT_THAT(answer.body, HasSubstr(absl::StrCat("\"", c.code, "\"")));
    EXPECT_EQ(answer.content_type, "application/json; charset=utf-8");
  }
  EXPECT_EQ(stats_.refused, 4);
  EXPECT_EQ(http_.Answer({"GET", "/v1/enrol", "", "p"}).status, 405);
  enrolment_.UseAuthority(nullptr);
  EXPECT_EQ(Post("/v1/enrol", EnrolBody(MakeToken().text()), "q").status, 503);
  EXPECT_EQ(stats_.failed, 1);
}

TEST_F(EnrolmentHttpTest, FieldsOfANewerClientArePassedOver) {
  std::string body = EnrolBody(MakeToken().text());
  body.insert(1, "\"colour\": {\"is\": [1, 2]}, ");
  EXPECT_EQ(Post("/v1/enrol", body).status, 200);
}

TEST_F(EnrolmentHttpTest, WhoFailsTooOftenWaits) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Post("/v1/login", "{").status, 400);
  EXPECT_EQ(Post("/v1/login", "{").status, 400);
  const HttpResponse limited = Post("/v1/login", "{");
  EXPECT_EQ(limited.status, 429);
  EXPECT_EQ(limited.retry_after_seconds, 10);
  EXPECT_EQ(stats_.limited, 1);
  // Others are not held up by it.
  EXPECT_EQ(Post("/v1/login", "{", "192.0.2.2").status, 400);
  clock_.Advance(absl::Seconds(10));
  EXPECT_EQ(Post("/v1/login", "{").status, 400);
}

TEST_F(EnrolmentHttpTest, WhoSucceedsNeverWaits) {
  v1::CreateTokenRequest many;
  many.set_max_uses(100);
  const std::string token = MakeToken(many).text();
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(Post("/v1/enrol", EnrolBody(token)).status, 200);
  }
}

TEST_F(EnrolmentHttpTest, MoreAddressesThanFitShareOneAccount) {
  for (int i = 0; i < 20; ++i) {
    Post("/v1/login", "{", absl::StrCat("2001:db8::", i));
  }
  EXPECT_EQ(Post("/v1/login", "{", "198.51.100.1").status, 429);
  // Those that were there first have accounts of their own.
  EXPECT_EQ(Post("/v1/login", "{", "2001:db8::0").status, 400);
  // Time makes room.
  clock_.Advance(absl::Minutes(10));
  EXPECT_EQ(Post("/v1/login", "{", "198.51.100.1").status, 400);
}

}  // namespace
}  // namespace rollcall::collector
