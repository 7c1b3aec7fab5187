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

TEST(RenderTable, WrapsWordsInTheirColumnAndNeverANumber) {
  const Table table = {
      {{"NAME"}, {"COUNT", Align::kRight}, {"STATE", Align::kKey}},
      {{"Visual Studio Enterprise", "123456789012", "in effect"},
       {"short", "1", "open"}}};
  EXPECT_EQ(RenderTable(table, 40),
            "NAME                    COUNT  STATE\n"
            "Visual Studio    123456789012  in effect\n"
            "Enterprise\n"
            "short                       1  open\n");
}

TEST(RenderTable, WrapsSeveralColumnsSideBySide) {
  const Table table = {
      {{"PRODUCT"}, {"BY"}, {"WHY", Align::kWrap}},
      {{"Windows Server Datacenter", "pam as procurement, ivy as itam",
        "renewed for another year of the same"}}};
  EXPECT_EQ(RenderTable(table, 60),
            "PRODUCT           BY                WHY\n"
            "Windows Server    pam as            renewed for another year\n"
            "Datacenter        procurement, ivy  of the same\n"
            "                  as itam\n");
}

TEST(RenderTable, WrapsATitleThatIsWiderThanItsColumn) {
  const Table table = {
      {{"DEVICE", Align::kKey}, {"DAYS BEFORE THE END", Align::kRight}},
      {{"4f1c9a02b1d8", "12"}}};
  EXPECT_EQ(RenderTable(table, 25),
            "DEVICE        DAYS BEFORE\n"
            "                  THE END\n"
            "4f1c9a02b1d8           12\n");
}

TEST(RenderTable, StacksTheRowsOfATableThatCannotFit) {
  const Table table = {{{"DEVICE", Align::kKey},
                        {"SEEN", Align::kKey},
                        {"PACKAGES", Align::kRight},
                        {"MODEL"},
                        {"WHY", Align::kWrap}},
                       {{"4f1c9a02b1d8", "2026-01-31 17:05Z", "912",
                         "PowerEdge R630", "no agent ever spoke for it"},
                        {"5a0000000000", "", "", "", ""}}};
  EXPECT_EQ(RenderTable(table, 24),
            "DEVICE: 4f1c9a02b1d8\n"
            "SEEN: 2026-01-31 17:05Z\n"
            "PACKAGES: 912\n"
            "MODEL: PowerEdge R630\n"
            "WHY: no agent ever\n"
            "  spoke for it\n"
            "\n"
            "DEVICE: 5a0000000000\n"
            "SEEN: -\n"
            "PACKAGES: -\n"
            "MODEL: -\n"
            "WHY: -\n");
}

TEST(RenderTable, NeverBreaksAKeyHoweverNarrowTheTerminalIs) {
  const Table table = {{{"SEEN", Align::kKey}, {"NAME"}},
                       {{"2026-01-31 17:05Z", "a-very-long-name-indeed"}}};
  EXPECT_EQ(RenderTable(table, 1),
            "SEEN: 2026-01-31 17:05Z\n"
            "NAME:\n"
            "  a-very-long-name-indeed\n");
}

TEST(RenderTable, CutsNothingWhereThereIsNoTerminal) {
  const std::string text(5'000, 'x');
  const Table table = {{{"A"}, {"B", Align::kWrap}}, {{text, text + " y"}}};
  EXPECT_THAT(RenderTable(table, kUnlimitedWidth),
              ::testing::EndsWith("\n" + text + "  " + text + " y\n"));
}

TEST(RenderTable, KeepsTheLinesOfASentenceBelowItsTitle) {
  const Table table = {{{"TAG", Align::kKey}, {"NOTE", Align::kWrap}},
                       {{"A-1", "first\r\n\n second\x1b[2J\n"}, {"A-2", "\n"}}};
  EXPECT_EQ(RenderTable(table, kUnlimitedWidth),
            "TAG  NOTE\n"
            "A-1  first\n"
            "      second\\x1b[2J\n"
            "A-2  -\n");
  EXPECT_EQ(RenderTable(table, 12),
            "TAG: A-1\n"
            "NOTE: first\n"
            "   second\\x1b[2J\n"
            "\n"
            "TAG: A-2\n"
            "NOTE: -\n");
}

TEST(RenderTable, ALineBreakInANameMakesNoRow) {
  const Table table = {{{"HOST"}, {"STATE", Align::kKey}},
                       {{"web-1\nweb-2  covered", "short"}}};
  for (const int width : {kUnlimitedWidth, 30, 12}) {
    EXPECT_THAT(RenderTable(table, width),
                ::testing::Not(::testing::HasSubstr("\nweb-2")));
  }
}

TEST(RenderTable, ShowsTitlesAloneWithoutRows) {
  EXPECT_EQ(RenderTable({{{"PUBLISHER"}, {"PRODUCT"}}, {}}, 10),
            "PUBLISHER  PRODUCT\n");
}

TEST(WithoutEmptyColumns, LeavesOutWhatNoRowHas) {
  const Table table = WithoutEmptyColumns(
      {{{"A"}, {"B"}, {"C"}}, {{"1", "", ""}, {"2", "", "3"}}});
  EXPECT_EQ(RenderTable(table, kUnlimitedWidth),
            "A  C\n"
            "1  -\n"
            "2  3\n");
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

TEST(RenderTable, LeavesADigestInTheLastColumnWhole) {
  const std::string digest(64, 'e');
  const Table table = {{{"FACT", Align::kKey}, {"VALUE", Align::kWrap}},
                       {{"state", "proposed"}, {"digest", digest}}};
  EXPECT_EQ(RenderTable(table, 60),
            "FACT    VALUE\n"
            "state   proposed\n"
            "digest  " +
                digest + "\n");
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

TEST(RenderCsv, ANegativeAmountInAColumnOfNumbersIsNoFormula) {
  const Table table = {{{"amount", Align::kRight}},
                       {{"-12.50"},
                        {"-0.5"},
                        {"-12."},
                        {"-.5"},
                        {"-1.2.3"},
                        {"=-12.50+cmd"},
                        {"-12.50+cmd|' /C calc'!A0"},
                        {"-12.50 EUR"}}};
  EXPECT_EQ(RenderCsv(table),
            "amount\n-12.50\n-0.5\n'-12.\n'-.5\n'-1.2.3\n"
            "'=-12.50+cmd\n'-12.50+cmd|' /C calc'!A0\n'-12.50 EUR\n");
}

}  // namespace
}  // namespace rollcall::cli
