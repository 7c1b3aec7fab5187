// What a request must be to travel at all.
#pragma once

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace rollcall::cli {

// INVALID_ARGUMENT, beginning with the field's way, if a text in `request` is
// not UTF-8: the collector could not read the request. Pure.
absl::Status CheckTexts(const google::protobuf::Message& request);

}  // namespace rollcall::cli
