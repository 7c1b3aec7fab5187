// A collector's words about a request as the words of who typed a command.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace rollcall::cli {

// Which argument of a command fills which field of what it asks. Not
// thread-safe.
class FieldArguments {
 public:
  // One that was said with Fills.
  struct Filled {
    // By its way there, for example "at.effective_date".
    std::string field;
    // As the command's help shows it, for example "--date".
    std::string argument;
  };

  void Add(absl::string_view field, absl::string_view argument);

  // `message`, an error about a request, with the argument in place of the
  // field that it begins with. A field that is named by the end of its way
  // ("effective_date") counts where it can be only one argument's. What does
  // not begin with the name of a field, and what no argument fills, stays.
  std::string Reword(absl::string_view message) const;

  const std::vector<Filled>& all() const { return all_; }

 private:
  // The argument that fills the field at `place`; "" if none or several do.
  absl::string_view ArgumentOf(absl::string_view place) const;

  std::vector<Filled> all_;
};

// An argument that was declared. Outlived by what it was declared to.
class DeclaredArgument {
 public:
  DeclaredArgument(std::string shown, FieldArguments& fields)
      : shown_(std::move(shown)), fields_(fields) {}

  // It fills this field of what the command asks, so that errors about the
  // field name the argument.
  DeclaredArgument& Fills(absl::string_view field) {
    fields_.Add(field, shown_);
    return *this;
  }

 private:
  const std::string shown_;
  FieldArguments& fields_;
};

}  // namespace rollcall::cli
