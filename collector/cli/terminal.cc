#include "collector/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "collector/cli/help_text.h"
#include "collector/cli/table.h"

namespace rollcall::cli {

int TerminalWidth(int fd) {
  if (isatty(fd) == 0) return kUnlimitedWidth;
  winsize size = {};
  const bool is_told = ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_told ? size.ws_col : kDefaultHelpWidth;
}

}  // namespace rollcall::cli
