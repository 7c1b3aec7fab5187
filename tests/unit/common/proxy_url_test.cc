#include "common/proxy_url.h"

#include "tests/support/status_matchers.h"

namespace rollcall {
namespace {

using ::rollcall::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ProxyUrl, IsAnAddress) {
  ASSERT_OK_AND_ASSIGN(const ProxyUrl proxy, ParseProxyUrl("http://p:8080"));
  EXPECT_EQ(proxy.address, "p:8080");
  EXPECT_EQ(proxy.credentials, "");
  EXPECT_EQ(ParseProxyUrl("http://[::1]:8080/")->address, "[::1]:8080");
}

TEST(ProxyUrl, MayNameWhoAsks) {
  ASSERT_OK_AND_ASSIGN(const ProxyUrl proxy,
                       ParseProxyUrl("http://jo:a%3Ab%25@p:8080"));
  EXPECT_EQ(proxy.address, "p:8080");
  EXPECT_EQ(proxy.credentials, "jo:a:b%");
}

TEST(ProxyUrl, WhatIsMalformedIsNotRepeated) {
  for (const char* url :
       {"secret", "https://secret:1", "http://secret", "http://jo:secret@p",
        "http://secret@p:1", "http://jo:secret%4@p:1", "http://jo:secret%@p:1",
        "http://jo:secret%zz@p:1", "http://jo:secret%40@p:1",
        "http://jo:se@cret@p:1", "http://jo:secret/@p:x"}) {
    EXPECT_THAT(ParseProxyUrl(url),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         AllOf(HasSubstr("proxy"), Not(HasSubstr("secret")))))
        << url;
  }
}

}  // namespace
}  // namespace rollcall
