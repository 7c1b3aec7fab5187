#include "common/log.h"

#include "absl/strings/str_split.h"
#include "common/log_limiter.h"
#include "tests/support/status_matchers.h"

namespace rollcall {
namespace {

using ::rollcall::testing::StatusIs;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

// Catches what is written at every level.
class LogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    SetLogLevel(LogLevel::kDebug);
    ::testing::internal::CaptureStderr();
  }
  void TearDown() override { SetLogLevel(LogLevel::kError); }

  // The text of one event after its time and level.
  static std::string Written(absl::string_view message,
                             std::initializer_list<LogField> fields = {}) {
    Log(LogLevel::kInfo, message, fields);
    const std::string all = ::testing::internal::GetCapturedStderr();
    ::testing::internal::CaptureStderr();
    const size_t begin = all.find("msg=");
    if (begin == std::string::npos || all.back() != '\n') return all;
    return all.substr(begin, all.size() - 1 - begin);
  }

  // Ends the capture.
  static std::vector<std::string> Lines() {
    const std::string all = ::testing::internal::GetCapturedStderr();
    return absl::StrSplit(all, '\n', absl::SkipEmpty());
  }
};

TEST_F(LogTest, WritesOneLineWithTimeLevelMessageAndFields) {
  Log(LogLevel::kWarning, "disk is full", {{"path", "/var"}, {"bytes", 12}});
  EXPECT_THAT(
      Lines(),
      ::testing::ElementsAre(MatchesRegex(
          "time=[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]"
          "{3}Z level=warning msg=\"disk is full\" path=/var bytes=12")));
}

TEST_F(LogTest, NoValueForgesALineOrAField) {
  EXPECT_EQ(Written("m1", {{"v", "a\nlevel=error"}}),
            "msg=m1 v=\"a\\x0alevel=error\"");
  EXPECT_EQ(Written("m1", {{"v", "a b"}}), "msg=m1 v=\"a b\"");
  EXPECT_EQ(Written("m1", {{"v", "a=b"}}), "msg=m1 v=\"a=b\"");
  EXPECT_EQ(Written("m1", {{"v", "\" forged=1"}}),
            "msg=m1 v=\"\\\" forged=1\"");
  EXPECT_EQ(Written("m1", {{"v", ""}}), "msg=m1 v=\"\"");
  Lines();
}

TEST_F(LogTest, ABackslashDoesNotUndoAQuotationMark) {
  // Read as an escaped backslash, these would end the value early or late.
  EXPECT_EQ(Written("m2", {{"v", "\\\" forged=1"}}),
            "msg=m2 v=\"\\\\\\\" forged=1\"");
  EXPECT_EQ(Written("m2", {{"v", "a \\"}, {"w", "1"}}),
            "msg=m2 v=\"a \\\\\" w=1");
  EXPECT_EQ(Written("m2", {{"v", "\\x0a"}}), "msg=m2 v=\"\\\\x0a\"");
  Lines();
}

TEST_F(LogTest, TerminalAndReorderingCharactersAreMadeVisible) {
  EXPECT_EQ(Written("m3", {{"v", "\x1b[31m"}}), "msg=m3 v=\"\\x1b[31m\"");
  EXPECT_EQ(Written("m3", {{"v", "\xe2\x80\xae"}}), "msg=m3 v=\"\\u{202e}\"");
  EXPECT_EQ(Written("m3", {{"v", "\xff"}}), "msg=m3 v=\"\\xff\"");
  Lines();
}

TEST_F(LogTest, AFormatInAValueIsNotFollowed) {
  EXPECT_EQ(Written("m4", {{"v", "{} {0} %n"}}), "msg=m4 v=\"{} {0} %n\"");
  Lines();
}

TEST_F(LogTest, ALongValueIsCutAndMarked) {
  const std::string line = Written("m5", {{"v", std::string(5'000, 'x')}});
  EXPECT_THAT(line, SizeIs(::testing::Lt(1'100u)));
  EXPECT_THAT(line, EndsWith("x…"));
  Lines();
}

TEST_F(LogTest, NothingBelowTheLevelIsWritten) {
  ASSERT_OK(SetLogLevelByName("warning"));
  Log(LogLevel::kInfo, "quiet");
  Log(LogLevel::kWarning, "heard");
  EXPECT_THAT(Lines(), ::testing::ElementsAre(HasSubstr("msg=heard")));
}

TEST_F(LogTest, OffMeansOff) {
  ASSERT_OK(SetLogLevelByName("off"));
  Log(LogLevel::kError, "unheard");
  EXPECT_THAT(Lines(), IsEmpty());
}

TEST_F(LogTest, AnUnknownLevelIsNamedAndChangesNothing) {
  EXPECT_THAT(SetLogLevelByName("loud"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("\"loud\""), HasSubstr("warning"))));
  Log(LogLevel::kDebug, "still heard");
  EXPECT_THAT(Lines(), SizeIs(1));
}

TEST_F(LogTest, AFloodIsCutToAFewLines) {
  for (int i = 0; i < 5'000; ++i) Log(LogLevel::kInfo, "flood", {{"i", i}});
  // It takes far less than ten seconds.
  EXPECT_THAT(Lines(), SizeIs(::testing::Le(200u)));
}

TEST(LogLimiter, LetsTwentyASecondPassAndSaysHowManyDidNot) {
  LogLimiter limiter;
  for (int i = 0; i < 20; ++i) EXPECT_EQ(limiter.Admit("m", 100), 0);
  for (int i = 0; i < 7; ++i) EXPECT_EQ(limiter.Admit("m", 100), -1);
  EXPECT_EQ(limiter.Admit("m", 101), 7);
  EXPECT_EQ(limiter.Admit("m", 101), 0);
}

TEST(LogLimiter, KeepsMessagesApart) {
  LogLimiter limiter;
  for (int i = 0; i < 100; ++i) limiter.Admit("noisy", 100);
  EXPECT_EQ(limiter.Admit("rare", 100), 0);
}

TEST(LogLimiter, GoesOnWhenTheClockGoesBack) {
  LogLimiter limiter;
  for (int i = 0; i < 25; ++i) limiter.Admit("m", 100);
  EXPECT_EQ(limiter.Admit("m", 40), 5);
}

}  // namespace
}  // namespace rollcall
