#include "agent/sources/registry.h"

#include <set>

#include "common/rows.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"

namespace rollcall {
namespace {

using ::rollcall::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// The sections that a selection brings, in order of name.
std::vector<std::string> SectionsOf(const SourceSelection& selection) {
  std::set<std::string> sections;
  const auto sources = MakeSources(selection);
  EXPECT_OK(sources);
  for (const auto& source : *sources) {
    for (const std::string& section : source->Describe().sections) {
      EXPECT_TRUE(sections.insert(section).second)
          << section << " is fed twice";
    }
  }
  return {sections.begin(), sections.end()};
}

TEST(Registry, FeedsEverySectionOfTheProtosOnce) {
  std::vector<std::string> expected;
  for (const std::string& section : AllSections()) {
    if (section != "source_status") expected.push_back(section);
  }
  EXPECT_EQ(SectionsOf({}), expected);
  EXPECT_EQ(SourceNames(), expected);
}

TEST(Registry, DescribesEverySource) {
  const auto sources = MakeSources({});
  ASSERT_OK(sources);
  for (const auto& source : *sources) {
    const SourceDescription description = source->Describe();
    EXPECT_EQ(description.sections.at(0), source->name());
    EXPECT_THAT(description.paths, Not(IsEmpty())) << source->name();
    EXPECT_THAT(description.cost, Not(IsEmpty())) << source->name();
  }
}

TEST(Registry, BringsInstallsAlongWithSoftware) {
  EXPECT_THAT(SectionsOf({.only = {"software"}}),
              ElementsAre("software", "software.install"));
  EXPECT_THAT(SectionsOf({.only = {"software.install"}}),
              ElementsAre("software.install"));
  EXPECT_THAT(SectionsOf({.only = {"os", "software", "software.install"}}),
              ElementsAre("os", "software", "software.install"));
}

TEST(Registry, LeavesOutWhatIsDisabled) {
  EXPECT_THAT(
      SectionsOf({.only = {"software"}, .disabled = {"software.install"}}),
      ElementsAre("software"));
  EXPECT_THAT(SectionsOf({.only = {"os", "software", "software.install"},
                          .disabled = {"software"}}),
              ElementsAre("os"));
  EXPECT_THAT(SectionsOf({.only = {"os"}, .disabled = {"os", "unheard-of"}}),
              IsEmpty());
}

TEST(Registry, RefusesANameThatNoSourceHas) {
  EXPECT_THAT(MakeSources({.only = {"os", "hardware"}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("\"hardware\""),
                             HasSubstr("hardware.cpu, hardware.disk"))));
}

}  // namespace
}  // namespace rollcall
