#include "common/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace rollcall {
namespace {

using ::rollcall::testing::IsOkAndHolds;
using ::rollcall::testing::StatusIs;
using ::rollcall::testing::TempDir;
using ::testing::AllOf;
using ::testing::HasSubstr;

int ModeOf(const std::string& path) {
  struct stat info = {};
  EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
  return static_cast<int>(info.st_mode & 07777);
}

TEST(ReadFile, ReadsEveryByte) {
  const TempDir dir;
  std::string content(100'000, '\0');
  for (size_t i = 0; i < content.size(); ++i) {
    content[i] = static_cast<char>(i * 7);
  }
  EXPECT_THAT(ReadFile(dir.Write("f", content), content.size()),
              IsOkAndHolds(content));
  EXPECT_THAT(ReadFile(dir.Write("empty", ""), 0), IsOkAndHolds(""));
}

TEST(ReadFile, RefusesOneByteTooMany) {
  const TempDir dir;
  EXPECT_THAT(ReadFile(dir.Write("f", "12345"), 4),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       AllOf(HasSubstr(dir.File("f")), HasSubstr("4 bytes"))));
}

TEST(ReadFile, DoesNotReadAnEndlessFileToItsEnd) {
  EXPECT_THAT(ReadFile("/dev/zero", 1 << 20),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST(ReadFile, NamesThePathOfAFileThatIsNotThere) {
  const TempDir dir;
  EXPECT_THAT(
      ReadFile(dir.File("none"), 10),
      StatusIs(absl::StatusCode::kNotFound, HasSubstr(dir.File("none"))));
}

TEST(ReadFile, SaysThatAFolderIsNoFile) {
  const TempDir dir;
  EXPECT_THAT(ReadFile(dir.path(), 10),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr(dir.path()), HasSubstr("directory"))));
}

TEST(WriteFileAtomically, ReplacesTheContentAndLeavesNothingElse) {
  const TempDir dir;
  const std::string path = dir.Write("f", "old and longer");
  ASSERT_OK(WriteFileAtomically(path, "new", 0600));
  EXPECT_THAT(ReadFile(path, 100), IsOkAndHolds("new"));
  const std::filesystem::directory_iterator files(dir.path());
  EXPECT_EQ(std::distance(begin(files), end(files)), 1);
}

TEST(WriteFileAtomically, GivesTheModeItIsToldWhateverTheUmask) {
  const TempDir dir;
  const mode_t before = umask(0077);
  const absl::Status open_to_all =
      WriteFileAtomically(dir.File("public"), "x", 0644);
  umask(before);
  ASSERT_OK(open_to_all);
  EXPECT_EQ(ModeOf(dir.File("public")), 0644);
  ASSERT_OK(WriteFileAtomically(dir.File("secret"), "x", 0600));
  EXPECT_EQ(ModeOf(dir.File("secret")), 0600);
}

TEST(WriteFileAtomically, ProtectsASecretAlsoWhereACrashLeftAnOpenFile) {
  const TempDir dir;
  const std::string left = dir.Write("secret.new", "left by a crash");
  ASSERT_EQ(chmod(left.c_str(), 0666), 0);
  ASSERT_OK(WriteFileAtomically(dir.File("secret"), "x", 0600));
  EXPECT_EQ(ModeOf(dir.File("secret")), 0600);
}

TEST(WriteFileAtomically, DoesNotFollowALinkThatIsInItsWay) {
  const TempDir dir;
  const std::string victim = dir.Write("victim", "precious");
  ASSERT_EQ(symlink(victim.c_str(), dir.File("f.new").c_str()), 0);
  EXPECT_FALSE(WriteFileAtomically(dir.File("f"), "x", 0600).ok());
  EXPECT_THAT(ReadFile(victim, 100), IsOkAndHolds("precious"));
}

TEST(WriteFileAtomically, LeavesNothingBehindWhereItCannotReplace) {
  const TempDir dir;
  dir.Write("folder/inside", "x");
  EXPECT_THAT(WriteFileAtomically(dir.File("folder"), "x", 0600),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr(dir.File("folder"))));
  EXPECT_NE(access(dir.File("folder.new").c_str(), F_OK), 0);
}

TEST(WriteFileAtomically, NamesTheFolderThatIsMissing) {
  const TempDir dir;
  EXPECT_THAT(
      WriteFileAtomically(dir.File("no/f"), "x", 0600),
      StatusIs(absl::StatusCode::kNotFound, HasSubstr(dir.File("no/f"))));
}

TEST(FileError, SaysWhereWhatAndWhy) {
  EXPECT_THAT(FileError("/x", "cannot write", ENOSPC),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       "/x: cannot write: No space left on device"));
}

}  // namespace
}  // namespace rollcall
