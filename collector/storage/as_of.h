// The as_of field of requests.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "collector/storage/known_stamp.h"
#include "common/proto_time.h"

namespace rollcall::collector {

// The stamp that a request asks for: of its as_of field, else the newest. A
// time ahead is taken, since people write today for its end. Answers that have
// an as_of state what it came to: that of the newest change, if that is
// earlier. INVALID_ARGUMENT if the time is out of range.
template <typename Request>
absl::StatusOr<KnownStamp> AsOf(const Request& request) {
  if (!request.has_as_of()) return KnownStamp::Max();
  const auto& as_of = request.as_of();
  // google.protobuf.Timestamp is valid from year 1 to 9999; nothing was known
  // before 1970, and stamps end in 2112.
  constexpr int64_t kLastSecond = 4'481'000'000;
  if (as_of.seconds() < 0 || as_of.seconds() > kLastSecond ||
      as_of.nanos() < 0 || as_of.nanos() > 999'999'999) {
    return absl::InvalidArgumentError(
        absl::StrCat("as_of is out of range: seconds ", as_of.seconds(),
                     ", nanos ", as_of.nanos()));
  }
  return KnownStamp::AtEndOf(FromProto(as_of));
}

}  // namespace rollcall::collector
