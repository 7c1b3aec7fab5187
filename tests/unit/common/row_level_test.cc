#include "common/row_level.h"

#include "common/rows.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"

namespace rollcall {
namespace {

using ::rollcall::testing::EqualsProto;
using ::rollcall::testing::FromText;
using ::rollcall::testing::StatusIs;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Optional;

const v1::Row& Release() {
  static const auto* const kRow = new v1::Row(FromText<v1::Row>(
      "os_release { id: 'fedora' support_end: '2026-05-13' }"));
  return *kRow;
}

TEST(RowLevel, EveryFieldAndKindIsOfALevelThatThisBuildKnows) {
  int newest = 0;
  for (const RowKind& kind : AllRowKinds()) {
    EXPECT_LE(kind.since_level, kRowLevel) << kind.section;
    const auto* fact = kind.field->message_type();
    for (int i = 0; i < fact->field_count(); ++i) {
      newest = std::max(newest, LevelOf(*fact->field(i)));
    }
  }
  EXPECT_EQ(newest, kRowLevel);
}

TEST(RowLevel, WhatALaterLevelIntroducedIsNotCanonicalAtAnEarlier) {
  EXPECT_TRUE(FitsLevel(Release(), 2));
  EXPECT_FALSE(FitsLevel(Release(), 1));
  EXPECT_OK(DecodeRow("os", EncodeRow(Release()), 2));
  EXPECT_THAT(DecodeRow("os", EncodeRow(Release()), 1),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("canonical form for row level 1")));
}

TEST(RowLevel, AnEarlierLevelSaysTheSameWithoutIt) {
  EXPECT_THAT(
      RowAtLevel(Release(), 1),
      Optional(EqualsProto(FromText<v1::Row>("os_release { id: 'fedora' }"))));
  EXPECT_THAT(RowAtLevel(Release(), 2), Optional(EqualsProto(Release())));
}

TEST(RowLevel, ARowOfWhichNothingIsLeftIsNone) {
  const auto row =
      FromText<v1::Row>("os_release { support_end: '2026-05-13' }");
  EXPECT_THAT(RowAtLevel(row, 1), Eq(std::nullopt));
}

TEST(RowLevel, AValueThatNoEnumDeclaresFitsNoLevel) {
  v1::Row row;
  row.mutable_virtualization_layer()->set_kind(
      static_cast<v1::VirtualizationLayer::Kind>(77));
  EXPECT_FALSE(FitsLevel(row, kRowLevel));
  EXPECT_THAT(DecodeRow("virtualization", EncodeRow(row)),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(RowLevel, PartsOfARowAreLookedAtToo) {
  auto row = FromText<v1::Row>("os_instance { install_time { seconds: 5 } }");
  EXPECT_TRUE(FitsLevel(row, 1));
  row.mutable_os_instance()
      ->mutable_install_time()
      ->GetReflection()
      ->MutableUnknownFields(row.mutable_os_instance()->mutable_install_time())
      ->AddVarint(99, 1);
  EXPECT_FALSE(FitsLevel(row, kRowLevel));
}

TEST(RowLevel, SectionsAreKnownFromTheirLevelOn) {
  EXPECT_TRUE(IsSection("os", 1));
  EXPECT_FALSE(IsSection("os", 0));
  EXPECT_FALSE(IsSection("no.such", kRowLevel));
}

}  // namespace
}  // namespace rollcall
