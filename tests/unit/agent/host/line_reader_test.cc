#include "agent/host/line_reader.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "tests/fixtures/fake_host.h"
#include "tests/support/status_matchers.h"

namespace rollcall {
namespace {

using ::rollcall::testing::FakeHost;
using ::rollcall::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Lines as text, with "~" after one that was cut and "!" after one without its
// newline.
std::vector<std::string> Split(const std::vector<std::string>& pieces,
                               size_t max_line_bytes) {
  std::vector<std::string> lines;
  const auto consume = [&](const Line& line) {
    lines.push_back(std::string(line.text) + (line.cut ? "~" : "") +
                    (line.complete ? "" : "!"));
  };
  LineSplitter splitter(max_line_bytes, consume);
  for (const std::string& piece : pieces) splitter.Add(piece);
  splitter.Finish();
  return lines;
}

TEST(LineSplitter, FindsTheSameLinesHoweverTheTextIsCut) {
  const std::string text = "one\n\nthree and more\nfour";
  for (size_t at = 0; at <= text.size(); ++at) {
    EXPECT_THAT(Split({text.substr(0, at), text.substr(at)}, 100),
                ElementsAre("one", "", "three and more", "four!"))
        << at;
  }
}

TEST(LineSplitter, CutsLinesThatAreTooLong) {
  EXPECT_THAT(Split({"12345\n123456\n1\n"}, 5),
              ElementsAre("12345", "12345~", "1"));
  EXPECT_THAT(Split({"123", "456", "7\n1\n"}, 5), ElementsAre("12345~", "1"));
  EXPECT_THAT(Split({"123456"}, 5), ElementsAre("12345~!"));
}

TEST(LineSplitter, FindsNoLineInNothing) {
  EXPECT_THAT(Split({}, 5), IsEmpty());
  EXPECT_THAT(Split({"", ""}, 5), IsEmpty());
}

TEST(ForEachLine, HoldsNoMoreThanTheBoundOfALineOfTenMegabytes) {
  FakeHost host;
  host.File("/f", "a\n" + std::string(10 << 20, 'x') + "\nb\n");
  std::vector<size_t> sizes;
  EXPECT_OK(ForEachLine(
      host.fs(), "/f", {.max_bytes = 64 << 20, .max_line_bytes = 1000},
      [&](const Line& line) { sizes.push_back(line.text.size()); }));
  EXPECT_THAT(sizes, ElementsAre(1, 1000, 1));
}

TEST(ForEachLine, ConsumesWhatIsAllowedOfATooLargeFile) {
  FakeHost host;
  host.File("/f", "one\ntwo\nthree\n");
  std::vector<std::string> lines;
  EXPECT_THAT(
      ForEachLine(host.fs(), "/f", {.max_bytes = 9},
                  [&](const Line& line) { lines.emplace_back(line.text); }),
      StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(lines, ElementsAre("one", "two", "t"));
}

}  // namespace
}  // namespace rollcall
