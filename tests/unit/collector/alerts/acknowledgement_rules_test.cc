#include "collector/alerts/acknowledgement_rules.h"

#include "gmock/gmock.h"
#include "tests/support/proto_matchers.h"

namespace rollcall::collector {
namespace {

using testing::FromText;

const absl::Time kSeen = absl::FromUnixSeconds(1'770'000'000);

v1::Alert Notice(const char* renewal) {
  auto alert = FromText<v1::Alert>(
      "kind: KIND_NOTICE action: 'Tell the vendor by this day'");
  *alert.mutable_renewal() = FromText<v1::RenewalClause>(renewal);
  return alert;
}

TEST(AcknowledgementRules, EachTermOfARenewalIsSomethingNew) {
  const v1::Alert then =
      AsAcknowledged(Notice("notice_days: 30 term_months: 12"));
  EXPECT_TRUE(
      IsCovered(Notice("notice_days: 30 term_months: 12"), then, kSeen));
  for (const char* other :
       {"automatic: true notice_days: 30 term_months: 12",
        "notice_days: 60 term_months: 12", "term_months: 12",
        "notice_days: 30 term_months: 36", "notice_days: 30", ""}) {
    EXPECT_FALSE(IsCovered(Notice(other), then, kSeen)) << other;
  }
}

TEST(AcknowledgementRules, WordsOfARenewalAreNothingNew) {
  const v1::Alert then = AsAcknowledged(Notice("notice_days: 30"));
  v1::Alert now = Notice("notice_days: 30");
  now.set_action("Tell the vendor by this day; 2 lines end with it");
  EXPECT_TRUE(IsCovered(now, then, kSeen));
}

// Else all that is in hand would be shown again by a newer collector.
TEST(AcknowledgementRules, WhatWasKeptWithoutARenewalGoesOn) {
  v1::Alert then = AsAcknowledged(Notice(""));
  then.clear_renewal();
  EXPECT_TRUE(IsCovered(Notice("automatic: true"), then, kSeen));
}

}  // namespace
}  // namespace rollcall::collector
