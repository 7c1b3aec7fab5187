// What a document may be called. Pure.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rollcall::collector {

// INVALID_ARGUMENT unless it is empty, or one line of at most 256 bytes that no
// spreadsheet takes for a formula.
absl::Status CheckDocumentTitle(absl::string_view title);

// The media type in lower case, "application/octet-stream" for "".
// INVALID_ARGUMENT unless it is a type and a subtype as RFC 6838, section 4.2,
// writes them, of at most 127 bytes together.
absl::StatusOr<std::string> ParseMediaType(absl::string_view text);

// INVALID_ARGUMENT unless it is 64 hex digits in lower case.
absl::Status CheckDocumentHash(absl::string_view sha256);

}  // namespace rollcall::collector
