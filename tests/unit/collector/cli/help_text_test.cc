#include "collector/cli/help_text.h"

#include "absl/strings/str_split.h"
#include "collector/cli/cli.h"
#include "common/text.h"
#include "gmock/gmock.h"
#include "rollcall/v1/store_service.grpc.pb.h"
#include "tests/unit/collector/cli/command_fixture.h"

namespace rollcall::cli {
namespace {

using ::testing::HasSubstr;

TEST(WrapHelp, FillsParagraphsAnew) {
  EXPECT_EQ(WrapHelp("Of one that is proposed\nit tells which positions\n"
                     "it would move.\n\nMore.\n",
                     40),
            "Of one that is proposed it tells which\n"
            "positions it would move.\n"
            "\n"
            "More.\n");
}

TEST(WrapHelp, KeepsTheUsageALineOfItsOwn) {
  EXPECT_EQ(WrapHelp("Show one\nUsage: rollcall show ID\n", 80),
            "Show one\nUsage: rollcall show ID\n");
}

TEST(WrapHelp, GoesOnInTheColumnWhereATextStarted) {
  const std::string gap(21, ' ');
  const std::string column(32, ' ');
  EXPECT_EQ(
      WrapHelp("  --date D" + gap + " The day whose positions are told\n", 56),
      "  --date D" + gap + " The day whose positions\n" + column +
          "are told\n");
  EXPECT_EQ(WrapHelp("  1  answered, and the answer is no\n", 30),
            "  1  answered, and the answer\n     is no\n");
}

TEST(WrapHelp, GoesOnBelowATextThatStandsUnderItsName) {
  const std::string column(32, ' ');
  EXPECT_EQ(WrapHelp(column + "The day whose positions are told\n", 56),
            column + "The day whose positions\n" + column + "are told\n");
}

TEST(WrapHelp, LeavesWhatOneCopiesWhole) {
  const std::string examples =
      "Examples:\n"
      "  rollcall device show laptop-17 --section=software --output=csv\n"
      "  {\"reason\": \"a new vendor\",\n"
      "   \"changes\": []}\n";
  EXPECT_EQ(WrapHelp(examples, 40), examples);
}

class HelpTest : public CommandTest<v1::StoreService::Service> {
 protected:
  // The widest line but for those that one copies.
  int Widest(int width) {
    width_ = width;
    EXPECT_EQ(Run({"changes", "show", "--help"}), ExitCode::kOk);
    int widest = 0;
    for (const absl::string_view line : absl::StrSplit(out_.str(), '\n')) {
      if (line.substr(0, 11) == "  rollcall ") continue;
      widest = std::max(widest, DisplayWidth(line));
    }
    return widest;
  }
};

TEST_F(HelpTest, FitsTheTerminal) {
  for (const int width : {60, 80, 100, 200}) {
    EXPECT_LE(Widest(width), width);
    EXPECT_THAT(out_.str(), HasSubstr("Usage: rollcall changes show"));
  }
  EXPECT_GT(Widest(200), 80);
}

TEST_F(HelpTest, IsEightyColumnsWideWhereThereIsNoTerminal) {
  EXPECT_LE(Widest(kUnlimitedWidth), 80);
  EXPECT_GT(Widest(kUnlimitedWidth), 60);
}

}  // namespace
}  // namespace rollcall::cli
