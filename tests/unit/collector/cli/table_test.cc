#include "collector/cli/table.h"

#include "gmock/gmock.h"

namespace rollcall::cli {
namespace {

Table Sample() {
  return {{{"NAME"}, {"COUNT", Align::kRight}, {"WHY", Align::kWrap}},
          {{"Zürich", "7", "seen"}, {"", "1024", "not seen"}}};
}

TEST(RenderTable, AlignsByWidthOnTheTerminalAndMarksWhatIsEmpty) {
  EXPECT_EQ(RenderTable(Sample(), kUnlimitedWidth),
            "NAME    COUNT  WHY\n"
            "Zürich      7  seen\n"
            "-        1024  not seen\n");
}

TEST(RenderTable, EscapesWhatATerminalWouldObey) {
  const Table table = {{{"NAME"}}, {{"a\x1b[2Jb\nc"}}};
  EXPECT_EQ(RenderTable(table, kUnlimitedWidth),
            "NAME\n"
            "a\\x1b[2Jb\\x0ac\n");
}

TEST(RenderTable, CutsTheWidestTextToFitAndNeverANumber) {
  const Table table = {
      {{"NAME"}, {"COUNT", Align::kRight}},
      {{"a-very-long-name-indeed", "123456789012"}, {"short", "1"}}};
  EXPECT_EQ(RenderTable(table, 24),
            "NAME               COUNT\n"
            "a-very-lo…  123456789012\n"
            "short                  1\n");
}

TEST(RenderTable, NeverCutsAKey) {
  const Table table = {{{"DEVICE", Align::kKey}, {"NAME"}},
                       {{"4f1c9a02b1d8", "a-very-long-name-indeed"}}};
  EXPECT_EQ(RenderTable(table, 10),
            "DEVICE        NAME\n"
            "4f1c9a02b1d8  a-very-…\n");
}

TEST(WithoutEmptyColumns, LeavesOutWhatNoRowHas) {
  const Table table = WithoutEmptyColumns(
      {{{"A"}, {"B"}, {"C"}}, {{"1", "", ""}, {"2", "", "3"}}});
  EXPECT_EQ(RenderTable(table, kUnlimitedWidth),
            "A  C\n"
            "1  -\n"
            "2  3\n");
}

TEST(RenderTable, StopsCuttingAtALeastWidth) {
  const Table table = {{{"NAME"}, {"COUNT", Align::kRight}},
                       {{"a-very-long-name-indeed", "123456789012"}}};
  EXPECT_EQ(RenderTable(table, 1),
            "NAME             COUNT\n"
            "a-very-…  123456789012\n");
}

TEST(RenderTable, WrapsTheLastColumnAtWords) {
  const Table table = {
      {{"TAG"}, {"WHY", Align::kWrap}},
      {{"A-1", "no agent ever spoke for serial 4711 or host laptop-17"}}};
  EXPECT_EQ(RenderTable(table, 34),
            "TAG  WHY\n"
            "A-1  no agent ever spoke for\n"
            "     serial 4711 or host laptop-17\n");
}

TEST(RenderTable, WrapsAWordThatIsTooLongAnywhere) {
  const Table table = {{{"WHY", Align::kWrap}}, {{std::string(30, 'x')}}};
  EXPECT_EQ(RenderTable(table, 24), "WHY\nxxxxxxxxxxxxxxxxxxxxxxxx\nxxxxxx\n");
}

TEST(RenderCsv, QuotesDisarmsFormulasAndLeavesEmptyCellsEmpty) {
  const Table table = {{{"name"}, {"note"}},
                       {{"=cmd|'/c calc'!A1", "a,\"b\""}, {"", "-1+2"}}};
  EXPECT_EQ(RenderCsv(table),
            "name,note\n"
            "'=cmd|'/c calc'!A1,\"a,\"\"b\"\"\"\n"
            ",'-1+2\n");
}

TEST(RenderCsv, ANegativeNumberInAColumnOfNumbersIsNoFormula) {
  const Table table = {
      {{"days", Align::kRight}, {"text", Align::kLeft}},
      {{"-3", "-3"}, {"-", "-"}, {"-1+2", "-1+2"}, {"-3x", "3"}}};
  EXPECT_EQ(RenderCsv(table),
            "days,text\n-3,'-3\n'-,'-\n'-1+2,'-1+2\n'-3x,3\n");
}

}  // namespace
}  // namespace rollcall::cli
