// What imports of every kind of file have in common: a file's lines are good or
// bad, and bad ones are reported or kept aside. Pure; thread-safe.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "rollcall/v1/change_service.pb.h"

namespace rollcall::collector {

// A line that may not be imported.
struct BadLine {
  // The line that its record starts on, from 1.
  int line = 0;
  // Its text in the file, as QuarantineContent gives it.
  std::string content;
  // SHA-256 of the text itself, 32 bytes.
  std::string sha256;
  // What is wrong with it, in order of column; not empty.
  std::vector<v1::ImportError> errors;
};

// Of one line so many errors are kept, in order of column: who mends them sees
// the rest, and a file of nothing else stays within memory.
inline constexpr size_t kMaxLineErrors = 8;
void KeepFirstErrors(std::vector<v1::ImportError>& errors);

// INVALID_ARGUMENT if there is nothing to read, or more than may be.
absl::Status CheckImportFile(absl::string_view content,
                             absl::string_view file_name);

// A line's text as it may be kept and shown: escaped and cut to 4,096 bytes.
std::string QuarantineContent(absl::string_view raw);

// A bad line with that text.
BadLine MakeBadLine(int line, absl::string_view raw,
                    std::vector<v1::ImportError> errors);

// Gives an error of a file or of one of its lines a place in a response, up to
// a bound.
class ErrorList {
 public:
  explicit ErrorList(
      google::protobuf::RepeatedPtrField<v1::ImportError>& errors)
      : errors_(errors) {}

  void Add(const std::vector<v1::ImportError>& errors);
  // All that were added, also those beyond the bound.
  int count() const { return count_; }

 private:
  google::protobuf::RepeatedPtrField<v1::ImportError>& errors_;
  int count_ = 0;
};

}  // namespace rollcall::collector
