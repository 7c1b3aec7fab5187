#include "collector/reconcile/border_days.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "collector/reconcile/use_rights.h"
#include "gmock/gmock.h"
#include "tests/support/fake_random.h"
#include "tests/unit/collector/reconcile/line_scene.h"

namespace rollcall::collector {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kToday[] = "2026-02-02";

std::vector<std::string> InWords(const std::vector<CivilDate>& days) {
  std::vector<std::string> words;
  for (const CivilDate& day : days) words.push_back(day.ToString());
  return words;
}

std::vector<std::string> DaysOfLines(
    std::vector<std::vector<LineSaying>> lines) {
  const BorderDays days =
      BorderDaysOf(LinesOfSayings(std::move(lines)), Day(kToday), 12);
  EXPECT_THAT(days.left_out, IsEmpty());
  return InWords(days.compared);
}

TEST(BorderDays, AreTodayAloneWhereAllOfItHoldsToday) {
  EXPECT_THAT(DaysOfLines({}), ElementsAre(kToday));
  EXPECT_THAT(DaysOfLines({{Proposes("", 5, "2024-01-01")},
                           {Proposes("", 5, "2024-01-01", "2027-12-31")},
                           {WasSet("", 5, "2024-01-01"),
                            Proposes("2025-01-01", 6, "2024-01-01")}}),
              ElementsAre(kToday));
}

TEST(BorderDays, AreWhenATermBeginsAheadOrWasOver) {
  EXPECT_THAT(DaysOfLines({{Proposes("", 5, "2027-06-01", "2028-05-31")},
                           {Proposes("", 5, "2024-01-01", "2024-12-31")}}),
              ElementsAre("2024-01-01", kToday, "2027-06-01"));
}

TEST(BorderDays, AreTheDaysAfterAnEndThatMoves) {
  // Put off, and brought forward.
  EXPECT_THAT(DaysOfLines({{WasSet("", 5, "2024-01-01", "2026-12-31"),
                            Proposes("", 5, "2024-01-01", "2027-12-31")}}),
              ElementsAre(kToday, "2027-01-01"));
  EXPECT_THAT(DaysOfLines({{WasSet("", 5, "2024-01-01", "2027-12-31"),
                            Proposes("", 5, "2024-01-01", "2026-12-31")}}),
              ElementsAre(kToday, "2027-01-01"));
}

TEST(BorderDays, AreFromWhenOnACorrectionUnderAnAmendmentHolds) {
  EXPECT_THAT(DaysOfLines({{WasSet("", 100, "2024-01-01"),
                            WasSet("2026-01-01", 90, "2024-01-01"),
                            Proposes("2025-06-01", 1, "2024-01-01")}}),
              ElementsAre("2025-06-01", kToday));
  // Always so, up to the amendment.
  EXPECT_THAT(DaysOfLines({{WasSet("", 100, "2024-01-01"),
                            WasSet("2026-01-01", 90, "2024-01-01"),
                            Proposes("", 1, "2024-01-01")}}),
              ElementsAre("2024-01-01", kToday));
}

TEST(BorderDays, AreAllFromWhenOnSomethingIsProposed) {
  EXPECT_THAT(
      DaysOfLines({{WasSet("", 5, "2024-01-01"),
                    Proposes("2027-01-01", 6, "2024-01-01"),
                    Proposes("2028-01-01", 7, "2024-01-01"),
                    Say("2029-01-01", v1::ObjectChange::ACTION_END, true)}}),
      ElementsAre(kToday, "2027-01-01", "2028-01-01", "2029-01-01"));
}

TEST(BorderDays, AreOfADayThatIsVoided) {
  EXPECT_THAT(
      DaysOfLines(
          {{WasSet("", 5, "2024-01-01"), WasSet("2027-01-01", 6, "2024-01-01"),
            Say("2027-01-01", v1::ObjectChange::ACTION_RETRACT, true)}}),
      ElementsAre(kToday, "2027-01-01"));
}

TEST(BorderDays, AreNoneOfWhatCountsAlike) {
  LineSaying other = Proposes("2027-01-01", 5, "2024-01-01");
  other.line.set_notes("dearer now");
  EXPECT_THAT(DaysOfLines({{WasSet("", 5, "2024-01-01"), std::move(other)}}),
              ElementsAre(kToday));
  // A line that nothing is proposed of has none either.
  EXPECT_THAT(DaysOfLines({{WasSet("", 5, "2027-01-01", "2027-12-31")}}),
              ElementsAre(kToday));
}

// They were compared on no day, and the approver saw that nothing moves.
TEST(BorderDays, AreFromWhenOnALineThatIsOverIsNotThereOrOfAnother) {
  const LineSaying over = WasSet("", 5, "2020-01-01", "2025-12-31");
  EXPECT_THAT(DaysOfLines({{over, Say("2027-01-01",
                                      v1::ObjectChange::ACTION_END, true)}}),
              ElementsAre(kToday, "2027-01-01"));
  LineSaying metric = Proposes("2027-02-01", 5, "2020-01-01", "2025-12-31");
  metric.line.set_metric("core");
  EXPECT_THAT(DaysOfLines({{over, std::move(metric)}}),
              ElementsAre(kToday, "2027-02-01"));
  EXPECT_THAT(DaysOfLines({{over, Set("2027-03-01", true, 5, "2020-01-01",
                                      "2025-12-31", "Valkey")}}),
              ElementsAre(kToday, "2027-03-01"));
  // How much was bought until then decides nothing any more.
  EXPECT_THAT(DaysOfLines({{over, Proposes("2027-01-01", 6, "2020-01-01",
                                           "2025-12-31")}}),
              ElementsAre(kToday));
}

TEST(BorderDays, AreThoseOfMostLinesThenTheNearestThenTheLater) {
  std::vector<std::vector<LineSaying>> lines;
  for (const char* start : {"2030-01-01", "2030-01-01", "2026-03-01",
                            "2026-04-01", "2029-01-01", "2028-01-01"}) {
    lines.push_back({Proposes("", 5, start)});
  }
  // As far from today as 2026-03-01.
  lines.push_back({Proposes("", 5, "2026-01-06", "2026-01-20")});
  ASSERT_EQ(Day("2026-03-01").DaysAfter(Day(kToday)),
            Day(kToday).DaysAfter(Day("2026-01-06")));
  const BorderDays days = BorderDaysOf(LinesOfSayings(lines), Day(kToday), 3);
  EXPECT_THAT(InWords(days.compared),
              ElementsAre(kToday, "2026-03-01", "2030-01-01"));
  EXPECT_THAT(InWords(days.left_out), ElementsAre("2026-01-06", "2026-04-01",
                                                  "2028-01-01", "2029-01-01"));
  // In whatever order the lines are.
  std::reverse(lines.begin(), lines.end());
  const BorderDays again = BorderDaysOf(LinesOfSayings(lines), Day(kToday), 3);
  EXPECT_EQ(again.compared, days.compared);
  EXPECT_EQ(again.left_out, days.left_out);
}

TEST(BorderDays, AreNoMoreThanAskedForAndTodayIsOfThem) {
  std::vector<std::vector<LineSaying>> lines;
  for (int i = 1; i <= 100; ++i) {
    lines.push_back(
        {Proposes("", 5, Day(kToday).Plus(i)->ToString(), "2199-12-31")});
  }
  const auto histories = LinesOfSayings(std::move(lines));
  const BorderDays days = BorderDaysOf(histories, Day(kToday), 12);
  EXPECT_THAT(days.compared, SizeIs(12));
  EXPECT_THAT(days.left_out, SizeIs(89));
  EXPECT_EQ(days.compared.front(), Day(kToday));
  EXPECT_EQ(days.compared.back(), *Day(kToday).Plus(11));
  EXPECT_THAT(BorderDaysOf(histories, Day(kToday), 1).compared,
              ElementsAre(Day(kToday)));
}

// What of the line counts on the day, without and with what is proposed.
std::pair<int, int> Counted(const LineHistory& line, const CivilDate& day) {
  const auto quantity = [&](const LineSaying* saying) {
    if (saying == nullptr || !OutOfTerm(saying->line, day).empty()) return 0;
    return static_cast<int>(saying->line.quantity().value().numerator());
  };
  return {quantity(line.On(day).before), quantity(line.On(day).after)};
}

TEST(BorderDays, ShowEveryWayInWhichALineCountsOtherwise) {
  testing::FakeRandom random(29);
  const CivilDate first = Day("2026-01-01");
  const auto draw = [&] { return static_cast<int>(random.Next64() % 20); };
  for (int round = 0; round < 500; ++round) {
    std::vector<LineSaying> said;
    for (int i = 1; i <= 6; ++i) {
      const int start = draw();
      LineSaying saying = Set("", i > 3, i, first.Plus(start)->ToString(),
                              first.Plus(start + draw())->ToString());
      if (i != 1 && i != 4) saying.effective = first.Plus(10 * (i % 3) + i);
      said.push_back(std::move(saying));
    }
    const auto lines = LinesOfSayings({std::move(said)});
    const LineHistory& line = lines[0];
    const BorderDays days = BorderDaysOf(lines, *first.Plus(draw()), 1'000);
    for (int i = 0; i < 45; ++i) {
      const auto counted = Counted(line, *first.Plus(i));
      if (counted.first == counted.second) continue;
      const bool is_shown = std::any_of(
          days.compared.begin(), days.compared.end(),
          [&](const CivilDate& day) { return Counted(line, day) == counted; });
      ASSERT_TRUE(is_shown) << "round " << round << ", day " << i;
    }
  }
}

}  // namespace
}  // namespace rollcall::collector
