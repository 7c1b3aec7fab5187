#include "collector/inventory/row_words.h"

#include "common/rows.h"
#include "tests/support/proto_matchers.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::FromText;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Words(const std::string& before, const std::string& after) {
  const auto old_row = FromText<v1::Row>(before);
  const auto new_row = FromText<v1::Row>(after);
  return ChangeInWords(before.empty() ? nullptr : &old_row,
                       after.empty() ? nullptr : &new_row);
}

TEST(RowLabel, NamesTheKindAndWhatTellsItFromOthers) {
  EXPECT_EQ(RowLabel(FromText<v1::Row>(
                "software_package { ecosystem: 'deb' name: 'openssl' "
                "version: '3' architecture: 'amd64' }")),
            "software package openssl amd64");
  EXPECT_EQ(RowLabel(FromText<v1::Row>("board_model { index: 0 }")),
            "board model 0");
  EXPECT_EQ(RowLabel(FromText<v1::Row>("os_release { id: 'debian' }")),
            "os release");
  EXPECT_EQ(RowLabel(v1::Row()), "empty row");
}

TEST(RowLabel, AnAbsentPartOfTheNameIsUnknown) {
  EXPECT_EQ(RowLabel(FromText<v1::Row>("disk {}")), "disk unknown");
}

TEST(RowLabel, EveryKindHasOne) {
  for (const RowKind& kind : AllRowKinds()) {
    v1::Row row;
    row.GetReflection()->MutableMessage(&row, kind.field);
    EXPECT_THAT(RowLabel(row), AllOf(Not(HasSubstr("_")), Not("")))
        << kind.field->name();
  }
}

TEST(ChangeInWords, SaysWhatCameAndWent) {
  EXPECT_EQ(Words("", "disk { name: 'sda' }"), "disk sda added");
  EXPECT_EQ(Words("disk { name: 'sda' }", ""), "disk sda removed");
  EXPECT_EQ(ChangeInWords(nullptr, nullptr), "no change");
}

TEST(ChangeInWords, SaysEveryDifferenceWithTheValuesOfBoth) {
  EXPECT_EQ(Words("disk { name: 'sda' size_bytes: 100 rotational: true }",
                  "disk { name: 'sda' size_bytes: 200 model: 'M' }"),
            "disk sda: model unknown -> M, size bytes 100 -> 200, "
            "rotational true -> unknown");
}

TEST(ChangeInWords, TellsAbsentFromZeroAndEmpty) {
  EXPECT_EQ(Words("disk { name: 'a' }", "disk { name: 'a' size_bytes: 0 }"),
            "disk a: size bytes unknown -> 0");
}

TEST(ChangeInWords, ListsRepeatedValues) {
  EXPECT_EQ(Words("os_release { id_like: 'debian' id_like: 'ubuntu' }",
                  "os_release {}"),
            "os release: id like debian, ubuntu -> none");
}

TEST(ChangeInWords, CallsValuesOfAnEnumByName) {
  EXPECT_THAT(Words("source_status { source: 'os' outcome: OUTCOME_COMPLETE }",
                    "source_status { source: 'os' outcome: OUTCOME_FAILED }"),
              HasSubstr("outcome OUTCOME_COMPLETE -> OUTCOME_FAILED"));
}

TEST(ChangeInWords, SaysTimesAsPeopleWriteThem) {
  EXPECT_EQ(Words("os_instance { install_time { seconds: 0 } }",
                  "os_instance { install_time { seconds: 86400 } }"),
            "os instance: install time 1970-01-01T00:00:00Z -> "
            "1970-01-02T00:00:00Z");
}

TEST(ChangeInWords, ATimeThatCannotBeDoesNoHarm) {
  EXPECT_THAT(Words("os_instance {}",
                    "os_instance { install_time { "
                    "seconds: 9223372036854775807 nanos: -5 } }"),
              HasSubstr("install time unknown -> "));
}

}  // namespace
}  // namespace rollcall::collector
