#include "agent/host/host_fs.h"

#include <fcntl.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gmock/gmock.h"
#include "tests/fixtures/fake_host.h"
#include "tests/support/status_matchers.h"

namespace rollcall {
namespace {

using ::absl::StatusCode;
using ::rollcall::testing::FakeHost;
using ::rollcall::testing::IsOkAndHolds;
using ::rollcall::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(HostFs, ReadsAFileUnderItsRoot) {
  FakeHost host;
  host.File("/etc/hostname", "web1\n");
  EXPECT_THAT(host.fs().Read("/etc/hostname", 100), IsOkAndHolds("web1\n"));
}

TEST(HostFs, ReadsFilesLargerThanItsBuffers) {
  FakeHost host;
  std::string content;
  for (int i = 0; i < 50'000; ++i) content += std::to_string(i);
  host.File("/large", content);
  EXPECT_THAT(host.fs().Read("/large", 1 << 20), IsOkAndHolds(content));
}

TEST(HostFs, NamesThePathWithinTheRootWhenAFileIsMissing) {
  FakeHost host;
  EXPECT_THAT(host.fs().Read("/etc/none", 100),
              StatusIs(StatusCode::kNotFound, "/etc/none: not present"));
}

TEST(HostFs, RefusesAFileOfOneByteMoreThanAllowed) {
  FakeHost host;
  host.File("/f", std::string(100, 'x'));
  EXPECT_THAT(host.fs().Read("/f", 100), IsOkAndHolds(SizeIs(100)));
  EXPECT_THAT(host.fs().Read("/f", 99),
              StatusIs(StatusCode::kResourceExhausted, HasSubstr("99 bytes")));
}

TEST(HostFs, HandsOverTheAllowedPartOfATooLargeFile) {
  FakeHost host;
  host.File("/f", std::string(100'000, 'x'));
  size_t got = 0;
  EXPECT_THAT(host.fs().ReadPieces("/f", 70'000,
                                   [&](absl::string_view piece) {
                                     got += piece.size();
                                     return true;
                                   }),
              StatusIs(StatusCode::kResourceExhausted));
  EXPECT_EQ(got, 70'000);
}

TEST(HostFs, StopsReadingWhenAsked) {
  FakeHost host;
  host.File("/f", std::string(100'000, 'x'));
  int pieces = 0;
  EXPECT_OK(host.fs().ReadPieces("/f", 1 << 20, [&](absl::string_view) {
    ++pieces;
    return false;
  }));
  EXPECT_EQ(pieces, 1);
}

TEST(HostFs, DoesNotBlockOnAFifoInPlaceOfAFile) {
  FakeHost host;
  host.Fifo("/var/lib/dpkg/status");
  EXPECT_THAT(
      host.fs().Read("/var/lib/dpkg/status", 100),
      StatusIs(StatusCode::kFailedPrecondition, HasSubstr("not a regular")));
}

TEST(HostFs, RefusesToReadADirectory) {
  FakeHost host;
  host.Folder("/etc");
  EXPECT_THAT(host.fs().Read("/etc", 100),
              StatusIs(StatusCode::kFailedPrecondition));
}

TEST(HostFs, StartsAbsoluteLinksAtItsRoot) {
  FakeHost host;
  host.File("/usr/lib/os-release", "ID=inside\n");
  host.Link("/etc/os-release", "/usr/lib/os-release");
  EXPECT_THAT(host.fs().Read("/etc/os-release", 100),
              IsOkAndHolds("ID=inside\n"));
}

TEST(HostFs, DoesNotFollowLinksOutOfItsRoot) {
  FakeHost host;
  const testing::TempDir outside;
  const std::string secret = outside.Write("secret", "secret");
  host.Link("/absolute", secret);
  host.Link("/up", "../../../../../../../../../.." + secret);
  host.Link("/folder", outside.path());
  for (const char* path : {"/absolute", "/up", "/folder/secret",
                           "/../../../../../../etc/passwd"}) {
    EXPECT_THAT(host.fs().Read(path, 1 << 20), StatusIs(StatusCode::kNotFound))
        << path;
  }
}

TEST(HostFs, GivesUpOnLinksInACircle) {
  FakeHost host;
  host.Link("/a", "/b").Link("/b", "/a");
  EXPECT_THAT(host.fs().Read("/a", 100),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("/a")));
  EXPECT_FALSE(host.fs().Exists("/a"));
}

// Takes the privilege to read what modes forbid from this thread.
class WithoutFilePrivileges {
 public:
  WithoutFilePrivileges() : saved_(setfsuid(kNobody)) {}
  ~WithoutFilePrivileges() { setfsuid(static_cast<uid_t>(saved_)); }

 private:
  static constexpr uid_t kNobody = 65534;
  const int saved_;
};

TEST(HostFs, TellsDeniedFromMissing) {
  FakeHost host;
  host.File("/secret", "x");
  ASSERT_EQ(chmod(host.dir().File("secret").c_str(), 0), 0);
  ASSERT_EQ(chmod(host.dir().path().c_str(), 0755), 0);
  const WithoutFilePrivileges dropped;
  EXPECT_THAT(
      host.fs().Read("/secret", 100),
      StatusIs(StatusCode::kPermissionDenied, "/secret: permission denied"));
  EXPECT_THAT(host.fs().Read("/none", 100), StatusIs(StatusCode::kNotFound));
}

TEST(HostFs, ListsNamesInOrder) {
  FakeHost host;
  host.File("/d/b", "").File("/d/a", "").Folder("/d/c").Link("/d/.l", "none");
  EXPECT_THAT(host.fs().List("/d", 10),
              IsOkAndHolds(ElementsAre(".l", "a", "b", "c")));
}

TEST(HostFs, RefusesAFolderWithTooManyEntries) {
  FakeHost host;
  host.File("/d/b", "").File("/d/a", "");
  EXPECT_OK(host.fs().List("/d", 2));
  EXPECT_THAT(host.fs().List("/d", 1),
              StatusIs(StatusCode::kResourceExhausted, HasSubstr("/d")));
}

TEST(HostFs, ReadsALinkAsItIsWritten) {
  FakeHost host;
  host.Link("/sys/block/vda", "../devices/virtio0/block/vda").File("/f", "");
  EXPECT_THAT(host.fs().ReadLink("/sys/block/vda"),
              IsOkAndHolds("../devices/virtio0/block/vda"));
  EXPECT_THAT(host.fs().ReadLink("/f"),
              StatusIs(StatusCode::kFailedPrecondition));
}

TEST(HostFs, TellsWhenAFileWasModified) {
  FakeHost host;
  host.File("/f", "four").ModifiedAt("/f", 1'700'000'000);
  const auto stat = host.fs().Stat("/f");
  ASSERT_OK(stat);
  EXPECT_EQ(stat->modified, absl::FromUnixSeconds(1'700'000'000));
  EXPECT_EQ(stat->kind, FileStat::Kind::kRegular);
  EXPECT_EQ(stat->size_bytes, 4);
}

TEST(HostDir, ReadsAndStatsFilesInIt) {
  FakeHost host;
  host.File("/d/f", "x").ModifiedAt("/d/f", 1'700'000'000);
  ASSERT_OK_AND_ASSIGN(const auto dir, host.fs().OpenDir("/d"));
  EXPECT_THAT(dir->Read("f", 10), IsOkAndHolds("x"));
  const auto stat = dir->Stat("f");
  ASSERT_OK(stat);
  EXPECT_EQ(stat->modified, absl::FromUnixSeconds(1'700'000'000));
  EXPECT_THAT(dir->Read("none", 10),
              StatusIs(StatusCode::kNotFound, "/d/none: not present"));
}

TEST(HostDir, StaysInItsFolder) {
  FakeHost host;
  host.File("/secret", "x").File("/d/sub/f", "x").Link("/d/l", "../secret");
  ASSERT_OK_AND_ASSIGN(const auto dir, host.fs().OpenDir("/d"));
  for (const char* name : {"../secret", "sub/f", "..", ".", ""}) {
    EXPECT_THAT(dir->Read(name, 10), StatusIs(StatusCode::kNotFound)) << name;
  }
  EXPECT_THAT(dir->Read("l", 10), StatusIs(StatusCode::kFailedPrecondition));
}

TEST(HostDir, DoesNotBlockOnAFifo) {
  FakeHost host;
  host.Fifo("/d/f");
  ASSERT_OK_AND_ASSIGN(const auto dir, host.fs().OpenDir("/d"));
  EXPECT_THAT(dir->Read("f", 10), StatusIs(StatusCode::kFailedPrecondition));
}

TEST(HostFs, KnowsWhetherItIsTheLiveMachine) {
  const FakeHost host;
  EXPECT_FALSE(host.fs().is_live());
  ASSERT_OK_AND_ASSIGN(const auto live, HostFs::Create("/"));
  EXPECT_TRUE(live->is_live());
  EXPECT_OK(live->Read("/proc/self/status", 1 << 20));
}

TEST(HostFs, RefusesARootThatIsNone) {
  const testing::TempDir dir;
  EXPECT_THAT(HostFs::Create(dir.File("none")),
              StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(HostFs::Create(dir.Write("file", "")),
              StatusIs(StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace rollcall
