#include "common/compression.h"

#include <zstd.h>

#include "tests/support/status_matchers.h"

namespace rollcall {
namespace {

using ::rollcall::testing::IsOkAndHolds;
using ::rollcall::testing::StatusIs;
using ::testing::HasSubstr;

TEST(Compression, RoundTrips) {
  EXPECT_THAT(Decompress(Compress("hello")), IsOkAndHolds("hello"));
  EXPECT_THAT(Decompress(Compress("")), IsOkAndHolds(""));
}

TEST(Compression, RefusesABombByItsDeclaredSize) {
  const std::string frame = Compress(std::string(8 << 20, 'x'));
  EXPECT_THAT(Decompress(frame), StatusIs(absl::StatusCode::kInvalidArgument,
                                          HasSubstr("at most 1048576")));
}

TEST(Compression, RefusesABombByItsRatio) {
  const std::string frame = Compress(std::string(1 << 20, 'x'));
  EXPECT_THAT(Decompress(frame), StatusIs(absl::StatusCode::kInvalidArgument,
                                          HasSubstr("200-fold")));
}

TEST(Compression, TakesFactsThatRepeatThemselvesWhateverTheirRatio) {
  const std::string content(400 << 10, 'x');
  const std::string frame = Compress(content);
  ASSERT_GT(content.size() / frame.size(), 1'000u);
  EXPECT_THAT(Decompress(frame), IsOkAndHolds(content));
}

TEST(Compression, RefusesAFrameThatHidesItsSize) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  std::string frame(128, '\0');
  frame.resize(ZSTD_compress2(context, frame.data(), frame.size(), "abc", 3));
  ZSTD_freeCCtx(context);
  EXPECT_THAT(Decompress(frame), StatusIs(absl::StatusCode::kInvalidArgument,
                                          HasSubstr("does not declare")));
}

TEST(Compression, RefusesGarbageAndTrailingBytes) {
  EXPECT_THAT(Decompress("garbage"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Decompress(""), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Decompress(Compress("abc") + "x"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace rollcall
