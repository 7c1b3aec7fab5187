#include "collector/reconcile/use_rights.h"

#include <string>

#include "collector/reconcile/product_use.h"
#include "gmock/gmock.h"
#include "tests/support/proto_matchers.h"

namespace rollcall::collector {
namespace {

using ::testing::ElementsAre;
using testing::FromText;

v1::Entitlement Line(const std::string& text) {
  return FromText<v1::Entitlement>(text);
}

TEST(VersionAdmits, EndsAtComponents) {
  EXPECT_TRUE(VersionAdmits("15", "15"));
  EXPECT_TRUE(VersionAdmits("15", "15.18"));
  EXPECT_TRUE(VersionAdmits("8", "8u402-ga"));
  EXPECT_TRUE(VersionAdmits("17.0.15", "17.0.15+6"));
  EXPECT_TRUE(VersionAdmits("7.", "7.0"));
  EXPECT_TRUE(VersionAdmits("R2", "r2 SP1"));
  EXPECT_FALSE(VersionAdmits("15", "150"));
  EXPECT_FALSE(VersionAdmits("15", "1"));
  EXPECT_FALSE(VersionAdmits("3.1", "3.11.2"));
  EXPECT_FALSE(VersionAdmits("1.0a", "1.0alpha"));
  EXPECT_FALSE(VersionAdmits("15", ""));
  EXPECT_FALSE(VersionAdmits("", "15"));
}

TEST(Admits, LooksAtVersionAndEditionWhereTheLineNamesThem) {
  const Install install = {"15.18", "Enterprise"};
  EXPECT_TRUE(Admits(Line(""), install));
  EXPECT_TRUE(Admits(Line("version: '15'"), install));
  EXPECT_TRUE(Admits(Line("edition: 'ENTERPRISE'"), install));
  EXPECT_TRUE(Admits(Line("version: '15' edition: 'Enterprise'"), install));
  EXPECT_FALSE(Admits(Line("version: '16'"), install));
  EXPECT_FALSE(Admits(Line("edition: 'Standard'"), install));
  EXPECT_FALSE(Admits(Line("version: '15' edition: 'Standard'"), install));
}

TEST(Admits, AdmitsNothingUnknownUnderALineThatNamesIt) {
  const Install unknown;
  EXPECT_TRUE(Admits(Line(""), unknown));
  EXPECT_FALSE(Admits(Line("version: '15'"), unknown));
  EXPECT_FALSE(Admits(Line("edition: 'Standard'"), unknown));
}

std::string TermOn(const std::string& line, const char* date) {
  return OutOfTerm(Line(line), *CivilDate::Parse(date));
}

TEST(OutOfTerm, HoldsFirstAndLastDay) {
  const std::string line = "start_date: '2025-01-01' end_date: '2025-12-31'";
  EXPECT_EQ(TermOn(line, "2024-12-31"), "starts 2025-01-01");
  EXPECT_EQ(TermOn(line, "2025-01-01"), "");
  EXPECT_EQ(TermOn(line, "2025-12-31"), "");
  EXPECT_EQ(TermOn(line, "2026-01-01"), "ended 2025-12-31");
  EXPECT_EQ(TermOn("start_date: '2025-01-01'", "2199-12-31"), "");
}

TEST(OutOfTerm, CountsNoUnreadableLine) {
  EXPECT_NE(TermOn("", "2025-01-01"), "");
  EXPECT_NE(TermOn("start_date: '2025-01-01' end_date: 'x'", "2025-01-01"), "");
}

// A row recognised as OpenJDK.
RecognisedRow Java(const std::string& edition, const std::string& version) {
  RecognisedRow row;
  row.product.set_publisher("OpenJDK");
  row.product.set_product("OpenJDK");
  row.product.set_edition(edition);
  row.product.set_version(version);
  if (edition == "JRE") row.product.add_included_in_editions("JDK");
  return row;
}

TEST(InstallsOf, CountsAnEditionWithinAnotherOnlyOnItsOwn) {
  const RecognisedRow jre = Java("JRE", "17.0.15");
  const RecognisedRow jdk = Java("JDK", "17.0.15");
  const RecognisedRow old_jre = Java("JRE", "11.0.2");
  const Install jdk_install = {"17.0.15", "JDK"};
  const RecognisedRow* both[] = {&jre, &jdk, &jre};
  EXPECT_THAT(InstallsOf(both), ElementsAre(jdk_install));
  const RecognisedRow* alone[] = {&jre};
  EXPECT_THAT(InstallsOf(alone), ElementsAre(Install{"17.0.15", "JRE"}));
  const RecognisedRow* other_version[] = {&jdk, &old_jre};
  EXPECT_THAT(InstallsOf(other_version),
              ElementsAre(Install{"11.0.2", "JRE"}, jdk_install));
}

TEST(InstallsOf, KeepsInstallsOfUnknownVersionApart) {
  RecognisedRow jre = Java("JRE", "");
  jre.product.clear_version();
  RecognisedRow jdk = Java("JDK", "");
  jdk.product.clear_version();
  const RecognisedRow* rows[] = {&jre, &jdk};
  EXPECT_THAT(InstallsOf(rows), ElementsAre(Install{std::nullopt, "JDK"},
                                            Install{std::nullopt, "JRE"}));
}

TEST(ProductKey, IgnoresCase) {
  EXPECT_EQ(ProductKey::Of("Redis", "REDIS"), ProductKey::Of("redis", "Redis"));
  EXPECT_NE(ProductKey::Of("Redis", "Stack"), ProductKey::Of("Other", "Stack"));
}

}  // namespace
}  // namespace rollcall::collector
