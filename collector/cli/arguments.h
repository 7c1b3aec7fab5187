// How a command declares its arguments, without knowing the library that parses
// them.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "collector/cli/field_arguments.h"

namespace rollcall::cli {

// Takes declarations. Each target keeps its value if the argument is not given,
// is filled by parsing, and outlives it. What fills a field of the request says
// so where it is declared:
//
//   arguments.Text("date", kDayHelp, &date_).Fills("at.effective_date");
//
// Not thread-safe.
class Arguments {
 public:
  virtual ~Arguments() = default;

  // A required word without a dash, shown as `name`.
  virtual DeclaredArgument Positional(absl::string_view name,
                                      absl::string_view help,
                                      std::string* target) = 0;
  // One or more words without a dash, all that are left.
  virtual DeclaredArgument Words(absl::string_view name, absl::string_view help,
                                 std::vector<std::string>* target) = 0;
  // "--name=TEXT".
  virtual DeclaredArgument Text(absl::string_view name, absl::string_view help,
                                std::string* target) = 0;
  // "--name=A,B" or "--name=A --name=B".
  virtual DeclaredArgument Texts(absl::string_view name, absl::string_view help,
                                 std::vector<std::string>* target) = 0;
  // "--name=A --name=B", where each may hold commas.
  virtual DeclaredArgument WholeTexts(absl::string_view name,
                                      absl::string_view help,
                                      std::vector<std::string>* target) = 0;
  // "--name=N" from `least` to `most`.
  virtual DeclaredArgument Number(absl::string_view name,
                                  absl::string_view help, int least, int most,
                                  int* target) = 0;
  // "--name".
  virtual DeclaredArgument Flag(absl::string_view name, absl::string_view help,
                                bool* target) = 0;
};

}  // namespace rollcall::cli
