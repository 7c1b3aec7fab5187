#include "collector/alerts/acknowledgement_rules.h"

#include <optional>

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
  const AcknowledgedAlert then =
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
  const AcknowledgedAlert then = AsAcknowledged(Notice("notice_days: 30"));
  v1::Alert now = Notice("notice_days: 30");
  now.set_action("Tell the vendor by this day; 2 lines end with it");
  EXPECT_TRUE(IsCovered(now, then, kSeen));
}

// Else all that is in hand would be shown again by a newer collector.
TEST(AcknowledgementRules, WhatWasKeptWithoutARenewalGoesOn) {
  AcknowledgedAlert then = AsAcknowledged(Notice(""));
  then.alert.clear_renewal();
  EXPECT_TRUE(IsCovered(Notice("automatic: true"), then, kSeen));
}

v1::Alert Remains(const char* of_devices) {
  auto alert = FromText<v1::Alert>(of_devices);
  alert.set_kind(v1::Alert::KIND_INSTALLS_REMAIN);
  return alert;
}

TEST(AcknowledgementRules, WhatCannotBeCountedAnyMoreIsSomethingNew) {
  const v1::Alert unknown = Remains("caveat: 'devices were deleted'");
  const v1::Alert counted = Remains("device_count: 3 caveat: 'not all seen'");
  EXPECT_FALSE(IsCovered(unknown, AsAcknowledged(counted), kSeen));
  EXPECT_TRUE(IsCovered(unknown, AsAcknowledged(unknown), kSeen));
  EXPECT_FALSE(IsCovered(counted, AsAcknowledged(unknown), kSeen));
}

TEST(AcknowledgementRules, ACaveatIsSomethingNewWhereThereWasNone) {
  const v1::Alert certain = Remains("device_count: 3");
  const v1::Alert caveat = Remains("device_count: 3 caveat: 'not all seen'");
  const v1::Alert other = Remains("device_count: 3 caveat: 'one not seen'");
  EXPECT_FALSE(IsCovered(caveat, AsAcknowledged(certain), kSeen));
  EXPECT_TRUE(IsCovered(other, AsAcknowledged(caveat), kSeen));
  EXPECT_TRUE(IsCovered(certain, AsAcknowledged(caveat), kSeen));
}

// Else all that is in hand would be shown again by a newer collector.
TEST(AcknowledgementRules, WhatWasKeptWithoutCaveatsGoesOn) {
  AcknowledgedAlert then = AsAcknowledged(Remains("device_count: 3"));
  then.had_caveat = std::nullopt;
  EXPECT_TRUE(IsCovered(Remains("device_count: 3 caveat: 'not all seen'"), then,
                        kSeen));
  EXPECT_TRUE(
      IsCovered(Remains("caveat: 'devices were deleted'"), then, kSeen));
  EXPECT_FALSE(IsCovered(Remains("device_count: 4"), then, kSeen));
}

}  // namespace
}  // namespace rollcall::collector
