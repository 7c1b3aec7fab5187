// How a client tells what the collector said from what gRPC, or something on
// the way, made up in its place: both have the same codes.
#pragma once

namespace rollcall {

// A trailing metadata entry of every answer to an admin call, also of errors.
inline constexpr char kAnswerMark[] = "rollcall-answer";

}  // namespace rollcall
