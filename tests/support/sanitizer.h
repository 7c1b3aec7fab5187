// How much less a test does under a sanitizer.
#pragma once

namespace rollcall::testing {

// Whether this is a build with a sanitizer, in which everything takes several
// times as long.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#else
inline constexpr bool kSanitized = false;
#endif

// `all` rounds of something random; a tenth of them under a sanitizer, which
// looks at the code, where the other builds look at all cases.
constexpr int Rounds(int all) { return kSanitized ? (all + 9) / 10 : all; }

}  // namespace rollcall::testing
