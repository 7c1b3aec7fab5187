#include "collector/catalog/package_version.h"

#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "tests/support/fake_random.h"

namespace rollcall::collector {
namespace {

TEST(UpstreamOfDebianVersion, DropsWhatPackagingAdds) {
  const std::pair<const char*, const char*> cases[] = {
      {"5:7.0.15-1~deb12u1", "7.0.15"},
      {"15.18-0+deb12u1", "15.18"},
      {"20.10.24+dfsg1-1+deb12u1+b6", "20.10.24"},
      {"2.8.2+ds1-1", "2.8.2"},
      {"1.6.20~ds1-1+deb12u1", "1.6.20"},
      {"3.0.0.ds1-2", "3.0.0"},
      {"1:10.6.16+maria~deb12", "10.6.16"},
      {"20.20.2-1nodesource1+repack1", "20.20.2"},
      {"1.2.3+repack1-1", "1.2.3"},
      {"1.2.3-4~bpo12+1", "1.2.3"},
      {"2.0+really1.9-1", "1.9"},
      {"248+deb12u1", "248"},
  };
  for (const auto& [version, upstream] : cases) {
    EXPECT_EQ(UpstreamOfDebianVersion(version), upstream) << version;
  }
}

TEST(UpstreamOfDebianVersion, KeepsWhatIsUpstreams) {
  const std::pair<const char*, const char*> cases[] = {
      {"17.0.15+6-1~deb12u1", "17.0.15+6"},
      {"16~rc1-1", "16~rc1"},
      {"8u402-ga-1", "8u402-ga"},
      {"1.0.debug-1", "1.0.debug"},
      {"1.0+really-1", "1.0+really"},
      {"a:1-1", "a:1"},
      {":1", ":1"},
      {"-1", "-1"},
      {"", ""},
      {"+dfsg", "+dfsg"},
  };
  for (const auto& [version, upstream] : cases) {
    EXPECT_EQ(UpstreamOfDebianVersion(version), upstream) << version;
  }
}

TEST(UpstreamOfDebianVersion, GivesAPartOfAnyText) {
  testing::FakeRandom random(2);
  const std::string alphabet = "019.:-+~adefgilrsuy";
  for (int i = 0; i < 20'000; ++i) {
    std::string version(random.Next64() % 24, ' ');
    for (char& c : version) c = alphabet[random.Next64() % alphabet.size()];
    const std::string upstream = UpstreamOfDebianVersion(version);
    ASSERT_NE(version.find(upstream), std::string::npos) << version;
    ASSERT_EQ(upstream.empty(), version.empty()) << version;
  }
}

}  // namespace
}  // namespace rollcall::collector
