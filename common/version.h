#pragma once

namespace rollcall {

// The version of agent, collector and command line.
inline constexpr char kVersion[] = "0.1.0";

}  // namespace rollcall
