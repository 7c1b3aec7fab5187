#include "agent/state/state_lock.h"

#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace rollcall::agent {
namespace {

using ::rollcall::testing::StatusIs;
using ::rollcall::testing::TempDir;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(StateLock, ASecondAgentIsToldWhoUsesTheFolder) {
  const TempDir dir;
  const std::string folder = dir.File("state");  // is made
  ASSERT_OK_AND_ASSIGN(const StateLock lock, StateLock::Take(folder));
  EXPECT_THAT(StateLock::Take(folder),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr(absl::StrCat("another agent (pid ", getpid(),
                                              ") uses ", folder))));
  EXPECT_OK(StateLock::Take(dir.File("other")));
}

TEST(StateLock, EndsWithItsOwner) {
  const TempDir dir;
  { ASSERT_OK(StateLock::Take(dir.path())); }
  ASSERT_OK_AND_ASSIGN(StateLock lock, StateLock::Take(dir.path()));
  {
    const StateLock moved = std::move(lock);
    EXPECT_THAT(StateLock::Take(dir.path()),
                StatusIs(absl::StatusCode::kFailedPrecondition));
  }
  EXPECT_OK(StateLock::Take(dir.path()));
}

TEST(StateLock, BelievesNoNonsenseInTheFile) {
  const TempDir dir;
  ASSERT_OK_AND_ASSIGN(const StateLock lock, StateLock::Take(dir.path()));
  for (const char* nonsense : {"", "-1", "1\x1b[2J", "99999999999999999999"}) {
    dir.Write("lock", nonsense);
    EXPECT_THAT(StateLock::Take(dir.path()),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         AllOf(HasSubstr("another agent uses"),
                               Not(HasSubstr("pid")))));
  }
}

TEST(StateLock, WithoutAFolderThereIsNothingToLock) {
  ASSERT_OK_AND_ASSIGN(const StateLock lock, StateLock::Take(""));
  EXPECT_OK(StateLock::Take(""));
}

TEST(StateLock, SaysThatAFolderCannotBeOne) {
  const TempDir dir;
  const std::string file = dir.Write("file", "x");
  EXPECT_THAT(StateLock::Take(file),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(file)));
  EXPECT_THAT(StateLock::Take(dir.File("no/such")),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("cannot make the state folder")));
}

// Root may write everywhere: somebody else, for as long as it lives.
class AsNobody {
 public:
  AsNobody() {
    if (was_ == 0) EXPECT_EQ(seteuid(65'534), 0);
  }
  ~AsNobody() { EXPECT_EQ(seteuid(was_), 0); }

 private:
  const uid_t was_ = geteuid();
};

TEST(StateLock, GoesOnWithoutOneInAReadOnlyFolder) {
  const TempDir dir;
  const std::string folder = dir.File("state");
  ASSERT_EQ(mkdir(folder.c_str(), 0555), 0);
  ASSERT_EQ(chmod(dir.path().c_str(), 0755), 0);
  const AsNobody nobody;
  ASSERT_OK_AND_ASSIGN(const StateLock lock, StateLock::Take(folder));
  EXPECT_OK(StateLock::Take(folder));
}

}  // namespace
}  // namespace rollcall::agent
