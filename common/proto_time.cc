#include "common/proto_time.h"

#include <algorithm>

namespace rollcall {
namespace {
// The range that duration.proto gives.
constexpr absl::Duration kLongest = absl::Seconds(int64_t{315'576'000'000});
}  // namespace

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp proto;
  const timespec spec = absl::ToTimespec(time);
  proto.set_seconds(spec.tv_sec);
  proto.set_nanos(static_cast<int32_t>(spec.tv_nsec));
  return proto;
}

absl::Time FromProto(const google::protobuf::Timestamp& proto) {
  return absl::FromUnixSeconds(proto.seconds()) +
         absl::Nanoseconds(proto.nanos());
}

google::protobuf::Duration ToProto(absl::Duration duration) {
  google::protobuf::Duration proto;
  duration = std::clamp(duration, -kLongest, kLongest);
  proto.set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &duration));
  proto.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration)));
  return proto;
}

absl::Duration FromProto(const google::protobuf::Duration& proto) {
  return absl::Seconds(proto.seconds()) + absl::Nanoseconds(proto.nanos());
}

}  // namespace rollcall
