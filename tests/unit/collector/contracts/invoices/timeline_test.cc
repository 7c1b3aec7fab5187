#include "collector/contracts/invoices/timeline.h"

#include <string>

#include "gmock/gmock.h"

namespace rollcall::collector {
namespace {

using ::testing::Eq;
using ::testing::IsNull;
using ::testing::Optional;
using ::testing::Pointee;

CivilDate On(const std::string& text) { return *CivilDate::Parse(text); }

// "a" from 2024 on, nothing from 2025 on, "b" from 2026 on, nothing from 2027
// on.
Timeline<std::string> ComesAndGoes() {
  return Timeline<std::string>({{On("2024-01-01"), "a"},
                                {On("2025-01-01"), std::nullopt},
                                {On("2026-01-01"), "b"},
                                {On("2027-01-01"), std::nullopt}});
}

TEST(Timeline, TellsTheNearestState) {
  const auto timeline = ComesAndGoes();
  EXPECT_THAT(timeline.Nearest(On("2023-06-01")), Pointee(Eq("a")));
  EXPECT_THAT(timeline.Nearest(On("2024-01-01")), Pointee(Eq("a")));
  EXPECT_THAT(timeline.Nearest(On("2025-06-01")), Pointee(Eq("a")));
  EXPECT_THAT(timeline.Nearest(On("2026-01-01")), Pointee(Eq("b")));
  EXPECT_THAT(timeline.Nearest(On("2030-01-01")), Pointee(Eq("b")));
  EXPECT_THAT(Timeline<std::string>().Nearest(On("2024-01-01")), IsNull());
  EXPECT_THAT(Timeline<std::string>({{std::nullopt, std::nullopt}})
                  .Nearest(On("2024-01-01")),
              IsNull());
}

TEST(Timeline, TellsSinceWhenItIsGone) {
  const auto timeline = ComesAndGoes();
  EXPECT_THAT(timeline.GoneSince(On("2023-06-01")), Eq(std::nullopt));
  EXPECT_THAT(timeline.GoneSince(On("2024-06-01")), Eq(std::nullopt));
  EXPECT_THAT(timeline.GoneSince(On("2025-06-01")), Optional(On("2025-01-01")));
  EXPECT_THAT(timeline.GoneSince(On("2026-06-01")), Eq(std::nullopt));
  EXPECT_THAT(timeline.GoneSince(On("2027-01-01")), Optional(On("2027-01-01")));
}

TEST(Timeline, TellsFromWhenOnItIsThereAtAll) {
  const auto timeline = ComesAndGoes();
  EXPECT_THAT(timeline.ThereOnlyFrom(On("2023-06-01")),
              Optional(On("2024-01-01")));
  EXPECT_THAT(timeline.ThereOnlyFrom(On("2024-01-01")), Eq(std::nullopt));
  EXPECT_THAT(timeline.ThereOnlyFrom(On("2025-06-01")), Eq(std::nullopt));
}

}  // namespace
}  // namespace rollcall::collector
