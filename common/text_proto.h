// Messages written by people, in protobuf's text format.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"

namespace rollcall {

// Reads the whole text into `message`. INVALID_ARGUMENT if it is larger than
// `max_bytes`, or, with the first line and column that are wrong, malformed.
// Thread-safe.
absl::Status ParseTextProto(absl::string_view text, size_t max_bytes,
                            google::protobuf::Message& message);

}  // namespace rollcall
