#include "agent/host/path_resolver.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <functional>
#include <string>

#include "gmock/gmock.h"
#include "tests/fixtures/fake_host.h"

namespace rollcall {
namespace {

using ::rollcall::testing::FakeHost;

using Opener = std::function<UniqueFd(int, absl::string_view, int)>;

struct Way {
  const char* name;
  Opener open;
};
void PrintTo(const Way& way, std::ostream* os) { *os << way.name; }

// Both ways of opening must behave alike, since which is used depends on the
// kernel.
class PathResolverTest : public ::testing::TestWithParam<Way> {
 protected:
  PathResolverTest() {
    host_.File("/a/b/file", "content").File("/top", "top");
    root_ = UniqueFd(open(host_.dir().path().c_str(), O_PATH | O_DIRECTORY));
  }

  // The content of the file, or "errno N".
  std::string Read(absl::string_view path, int flags = 0) {
    errno = 0;
    const UniqueFd fd = GetParam().open(root_.get(), path, O_RDONLY | flags);
    if (!fd.ok()) return "errno " + std::to_string(errno);
    char buffer[64];
    const ssize_t size = read(fd.get(), buffer, sizeof(buffer));
    return size < 0 ? "unreadable"
                    : std::string(buffer, static_cast<size_t>(size));
  }
  static std::string Errno(int number) {
    return "errno " + std::to_string(number);
  }

  FakeHost host_;
  UniqueFd root_;
};

TEST_P(PathResolverTest, OpensPlainPaths) {
  EXPECT_EQ(Read("/a/b/file"), "content");
  EXPECT_EQ(Read("a//b/./file"), "content");
  EXPECT_EQ(Read("/a/b/../../top"), "top");
}

TEST_P(PathResolverTest, StopsAtTheRootOnTheWayUp) {
  EXPECT_EQ(Read("/../../top"), "top");
  EXPECT_EQ(Read("/a/../../../top"), "top");
}

TEST_P(PathResolverTest, FollowsLinksWithinTheRoot) {
  host_.Link("/relative", "a/b").Link("/a/up", "../top");
  host_.Link("/a/b/absolute", "/a/b/file").Link("/chain", "relative/absolute");
  EXPECT_EQ(Read("/relative/file"), "content");
  EXPECT_EQ(Read("/a/up"), "top");
  EXPECT_EQ(Read("/a/b/absolute"), "content");
  EXPECT_EQ(Read("/chain"), "content");
}

TEST_P(PathResolverTest, NeverLeavesTheRoot) {
  const testing::TempDir outside;
  const std::string secret = outside.Write("secret", "secret");
  host_.Link("/out", secret).Link("/dir", outside.path());
  host_.Link("/up", "../../../../../../../.." + secret);
  EXPECT_EQ(Read("/out"), Errno(ENOENT));
  EXPECT_EQ(Read("/up"), Errno(ENOENT));
  EXPECT_EQ(Read("/dir/secret"), Errno(ENOENT));
}

TEST_P(PathResolverTest, FailsOnLinksInACircle) {
  host_.Link("/x", "y").Link("/y", "x");
  EXPECT_EQ(Read("/x"), Errno(ELOOP));
  EXPECT_EQ(Read("/x/file"), Errno(ELOOP));
}

TEST_P(PathResolverTest, FailsWhereAPathGoesThroughAFile) {
  EXPECT_EQ(Read("/top/x"), Errno(ENOTDIR));
  EXPECT_EQ(Read("/none/x"), Errno(ENOENT));
}

TEST_P(PathResolverTest, DoesNotFollowTheLastLinkIfToldSo) {
  host_.Link("/link", "top").Link("/dir", "a");
  EXPECT_EQ(Read("/link", O_NOFOLLOW), Errno(ELOOP));
  EXPECT_EQ(Read("/dir/b/file", O_NOFOLLOW), "content");
  const UniqueFd fd =
      GetParam().open(root_.get(), "/link", O_PATH | O_NOFOLLOW);
  ASSERT_TRUE(fd.ok());
  char target[16];
  EXPECT_EQ(readlinkat(fd.get(), "", target, sizeof(target)), 3);
}

TEST_P(PathResolverTest, OpensTheRootItself) {
  for (const char* path : {"/", ".", "/a/.."}) {
    EXPECT_TRUE(GetParam().open(root_.get(), path, O_RDONLY | O_DIRECTORY).ok())
        << path;
  }
}

INSTANTIATE_TEST_SUITE_P(Ways, PathResolverTest,
                         ::testing::Values(Way{"Kernel", OpenInRoot},
                                           Way{"Walking", OpenByWalking}),
                         [](const auto& instance) {
                           return std::string(instance.param.name);
                         });

}  // namespace
}  // namespace rollcall
