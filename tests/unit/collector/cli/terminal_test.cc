#include "collector/cli/terminal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "collector/cli/help_text.h"
#include "collector/cli/table.h"
#include "gmock/gmock.h"

namespace rollcall::cli {
namespace {

// A terminal that nobody sits at. Its size is not known at first.
class TerminalWidthTest : public ::testing::Test {
 protected:
  TerminalWidthTest() : master_(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {}
  ~TerminalWidthTest() override {
    if (terminal_ >= 0) close(terminal_);
    if (master_ >= 0) close(master_);
  }

  void SetUp() override {
    ASSERT_GE(master_, 0);
    ASSERT_EQ(grantpt(master_), 0);
    ASSERT_EQ(unlockpt(master_), 0);
    char name[64] = {};
    ASSERT_EQ(ptsname_r(master_, name, sizeof(name)), 0);
    terminal_ = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    ASSERT_GE(terminal_, 0);
  }

  const int master_;
  int terminal_ = -1;
};

TEST_F(TerminalWidthTest, IsThatOfTheTerminal) {
  winsize size = {};
  size.ws_col = 132;
  ASSERT_EQ(ioctl(terminal_, TIOCSWINSZ, &size), 0);
  EXPECT_EQ(TerminalWidth(terminal_), 132);
}

TEST_F(TerminalWidthTest, ATerminalOfUnknownSizeIsOneAllTheSame) {
  EXPECT_EQ(TerminalWidth(terminal_), kDefaultHelpWidth);
}

TEST_F(TerminalWidthTest, WhatIsNoTerminalHasNone) {
  const int file = open("/dev/null", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(file, 0);
  EXPECT_EQ(TerminalWidth(file), kUnlimitedWidth);
  close(file);
}

}  // namespace
}  // namespace rollcall::cli
