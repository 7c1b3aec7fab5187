#include "agent/sources/source_output.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/support/proto_matchers.h"

namespace rollcall {
namespace {

using ::rollcall::testing::EqualsText;
using ::rollcall::testing::FromText;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(SourceReport, IsCompleteUntilSomethingIsMissing) {
  EXPECT_THAT(SourceReport().ToStatus("os"),
              EqualsText("source: 'os' outcome: OUTCOME_COMPLETE"));
}

TEST(SourceReport, KeepsTheWorstOutcomeAndAllNotesInOrder) {
  SourceReport report;
  report.NoteError(absl::UnavailableError("/b: cannot be read"));
  report.NoteError(absl::PermissionDeniedError("/c: permission denied"));
  report.NoteError(absl::NotFoundError("/d: not present"));
  report.NoteError(absl::OkStatus());
  report.CountMalformed("/a", 2);
  report.CountMalformed("/a");
  report.CountMalformed("/e", 0);
  EXPECT_THAT(report.ToStatus("os"), EqualsText(R"pb(
                source: "os"
                outcome: OUTCOME_PARTIAL
                notes: "/a: 3 malformed"
                notes: "/b: cannot be read"
                notes: "/c: permission denied"
                malformed_count: 3
              )pb"));
}

TEST(SourceReport, IsBounded) {
  SourceReport report;
  for (int i = 0; i < 1000; ++i) {
    report.Note(v1::SourceStatus::OUTCOME_PARTIAL,
                absl::StrCat(1000 + i, std::string(10'000, 'x')));
  }
  const v1::SourceStatus status = report.ToStatus("os");
  EXPECT_THAT(status.notes(), SizeIs(SourceReport::kMaxNotes + 1));
  EXPECT_EQ(status.notes(SourceReport::kMaxNotes), "~ and 984 more");
  EXPECT_LT(status.ByteSizeLong(), kMaxRowBytes);
}

TEST(SourceReport, MakesNotesValidUtf8) {
  SourceReport report;
  report.Note(v1::SourceStatus::OUTCOME_PARTIAL, "/sys/\xff");
  EXPECT_THAT(report.ToStatus("os").notes(), ElementsAre("/sys/\xef\xbf\xbd"));
}

TEST(SourceOutput, EncodesRowsOnceWithIdAndScope) {
  const auto row =
      FromText<v1::Row>("software_install { ecosystem: 'deb' name: 'a' }");
  SourceOutput output;
  output.Add(row);
  const auto& rows = output.rows()["software.install"];
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].bytes, EncodeRow(row));
  EXPECT_EQ(rows[0].id,
            ComputeRowId("software.install", kRowLevel, rows[0].bytes));
  EXPECT_EQ(rows[0].scope, v1::ROW_SCOPE_OWN);
}

TEST(SourceOutput, DropsFactsThatSayNothing) {
  SourceOutput output;
  output.Add(v1::Row());
  output.Add(FromText<v1::Row>("system_model {}"));
  EXPECT_THAT(output.rows(), IsEmpty());
  EXPECT_THAT(output.reports(), IsEmpty());
}

TEST(SourceOutput, CountsRowsThatAreTooLargeOrTooMany) {
  SourceOutput output({.max_row_bytes = 40, .max_rows_per_section = 2});
  for (int i = 0; i < 4; ++i) {
    output.Add(FromText<v1::Row>(absl::StrCat("disk { name: 'd", i, "' }")));
  }
  output.Add(FromText<v1::Row>("disk { name: 'a' model: '" +
                               std::string(50, 'x') + "' }"));
  EXPECT_THAT(output.rows()["hardware.disk"], SizeIs(2));
  const auto status = output.report("hardware.disk").ToStatus("hardware.disk");
  EXPECT_EQ(status.outcome(), v1::SourceStatus::OUTCOME_PARTIAL);
  EXPECT_THAT(status.notes(), ElementsAre(HasSubstr("more than the 2 rows"),
                                          HasSubstr("larger than 40 bytes")));
}

}  // namespace
}  // namespace rollcall
