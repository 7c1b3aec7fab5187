// The terminal that standard output may be.
#pragma once

namespace rollcall::cli {

// The width of the terminal that `fd` is: kDefaultHelpWidth for one that does
// not tell, as a serial console. kUnlimitedWidth where it is no terminal.
int TerminalWidth(int fd);

}  // namespace rollcall::cli
