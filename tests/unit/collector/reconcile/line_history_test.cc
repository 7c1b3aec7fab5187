#include "collector/reconcile/line_history.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "collector/contracts/object_states.h"
#include "gmock/gmock.h"
#include "tests/support/fake_random.h"
#include "tests/unit/collector/reconcile/line_scene.h"

namespace rollcall::collector {
namespace {

using Action = v1::ObjectChange;

int QuantityOf(const LineSaying* saying) {
  if (saying == nullptr) return 0;
  return static_cast<int>(saying->line.quantity().value().numerator());
}

// "before/after" of the day.
std::string On(const LineHistory& line, absl::string_view day) {
  const LineHistory::Stretch& stretch = line.On(Day(day));
  return absl::StrCat(QuantityOf(stretch.before), "/",
                      QuantityOf(stretch.after));
}

TEST(LineHistory, IsWhatWasSaidOfTheLatestDayByThen) {
  const LineHistory line({Proposes("2025-06-01", 1, "2024-01-01"),
                          WasSet("2026-01-01", 90, "2024-01-01"),
                          WasSet("", 100, "2024-01-01")});
  EXPECT_EQ(On(line, "1990-01-01"), "100/100");
  EXPECT_EQ(On(line, "2025-05-31"), "100/100");
  EXPECT_EQ(On(line, "2025-06-01"), "100/1");
  EXPECT_EQ(On(line, "2025-12-31"), "100/1");
  EXPECT_EQ(On(line, "2026-01-01"), "90/90");
  EXPECT_EQ(On(line, "2199-12-31"), "90/90");
}

TEST(LineHistory, EndsAndVoidsDays) {
  const LineHistory line({WasSet("", 5, "2024-01-01"),
                          WasSet("2025-01-01", 6, "2024-01-01"),
                          Say("2025-01-01", Action::ACTION_RETRACT, true),
                          Say("2026-01-01", Action::ACTION_END, true)});
  EXPECT_EQ(On(line, "2025-01-01"), "6/5");
  EXPECT_EQ(On(line, "2026-01-01"), "6/0");
}

TEST(LineHistory, DiffersOnlyInWhatAPositionLooksAt) {
  LineSaying other_notes = Proposes("", 5, "2024-01-01");
  other_notes.line.set_notes("dearer now");
  other_notes.line.set_organisation_unit("Sales");
  const LineHistory notes({WasSet("", 5, "2024-01-01"), other_notes});
  EXPECT_FALSE(notes.On(Day("2026-01-01")).Differs());

  LineSaying other_kind = Proposes("", 5, "2024-01-01");
  other_kind.line.set_licence_kind(v1::Entitlement::LICENCE_KIND_UPGRADE);
  const LineHistory kind({WasSet("", 5, "2024-01-01"), other_kind});
  EXPECT_TRUE(kind.On(Day("2026-01-01")).Differs());
}

// What StateChoice chooses of what is as `all` on a day, in the order of keys.
int Chosen(std::vector<LineSaying> all, const CivilDate& day, bool proposed) {
  const auto stamp = [](const LineSaying& saying) {
    return saying.is_proposed ? KnownStamp::Max() : saying.stamp;
  };
  std::sort(all.begin(), all.end(), [&](const auto& a, const auto& b) {
    return a.effective != b.effective ? a.effective > b.effective
                                      : stamp(a) > stamp(b);
  });
  StateChoice choice({day, KnownStamp::Max()});
  for (const LineSaying& saying : all) {
    if (saying.is_proposed && !proposed) continue;
    if (!choice.Decides(saying.effective, stamp(saying), saying.action)) {
      continue;
    }
    return saying.action == Action::ACTION_SET ? QuantityOf(&saying) : 0;
  }
  return 0;
}

TEST(LineHistory, IsWhatStateChoiceChoosesOnEveryDayOfManyHistories) {
  testing::FakeRandom random(23);
  const CivilDate first = Day("2026-01-01");
  for (int round = 0; round < 500; ++round) {
    std::vector<LineSaying> said;
    const uint64_t count = random.Next64() % 12;
    for (uint64_t i = 0; i < count; ++i) {
      LineSaying saying = WasSet("", static_cast<int>(i) + 1, "2024-01-01");
      const uint64_t day = random.Next64() % 6;
      if (day > 0) saying.effective = first.Plus(static_cast<int>(day));
      saying.stamp = KnownStamp::FromRaw(i + 1);
      saying.action = static_cast<v1::ObjectChange::Action>(
          Action::ACTION_SET + random.Next64() % 3);
      // A change-set says one thing of a day.
      saying.is_proposed =
          random.Next64() % 3 == 0 &&
          std::none_of(said.begin(), said.end(), [&](const LineSaying& other) {
            return other.is_proposed && other.effective == saying.effective;
          });
      said.push_back(std::move(saying));
    }
    const LineHistory line(said);
    for (int i = 0; i < 8; ++i) {
      const CivilDate day = *first.Plus(i);
      ASSERT_EQ(QuantityOf(line.On(day).before), Chosen(said, day, false));
      ASSERT_EQ(QuantityOf(line.On(day).after), Chosen(said, day, true));
    }
  }
}

}  // namespace
}  // namespace rollcall::collector
