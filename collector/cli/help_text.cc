#include "collector/cli/help_text.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "collector/cli/wrap.h"

namespace rollcall::cli {
namespace {

// Options say in this column, or in one to the left of it, what they are.
constexpr size_t kLastTextColumn = 32;
// Texts are not made narrower than this.
constexpr int kLeastTextWidth = 24;

// Where the second column of an indented line starts; 0: it has none.
size_t SecondColumn(absl::string_view line) {
  const size_t gap = line.substr(0, kLastTextColumn).rfind("  ");
  const size_t start = line.find_first_not_of(' ');
  if (gap == absl::string_view::npos || start == absl::string_view::npos) {
    return 0;
  }
  const size_t column = line.find_first_not_of(' ', gap);
  return column == start && column < kLastTextColumn ? 0 : column;
}

// `text` after `lead`, and its further lines below it.
void AppendHanging(absl::string_view lead, absl::string_view text, int width,
                   std::string& out) {
  const int left = width - static_cast<int>(lead.size());
  std::string before(lead);
  for (const std::string& line :
       WrapWords(text, std::max(left, kLeastTextWidth))) {
    absl::StrAppend(&out, before, line, "\n");
    before.assign(lead.size(), ' ');
  }
}

// Fills paragraphs from lines that are given one after the other.
class HelpWriter {
 public:
  explicit HelpWriter(int width) : width_(width) {}

  void Add(absl::string_view line) {
    const bool is_text = !line.empty() && line[0] != ' ';
    if (!is_text || absl::StartsWith(line, "Usage:")) EndParagraph();
    if (is_text) {
      absl::StrAppend(&paragraph_, paragraph_.empty() ? "" : " ", line);
    } else if (const size_t column = SecondColumn(line); column > 0) {
      AppendHanging(line.substr(0, column), line.substr(column), width_, out_);
    } else {
      absl::StrAppend(&out_, line, "\n");
    }
  }

  std::string Finish() && {
    EndParagraph();
    return std::move(out_);
  }

 private:
  void EndParagraph() {
    if (!paragraph_.empty()) AppendHanging("", paragraph_, width_, out_);
    paragraph_.clear();
  }

  const int width_;
  std::string paragraph_;
  std::string out_;
};

}  // namespace

std::string WrapHelp(absl::string_view help, int width) {
  absl::ConsumeSuffix(&help, "\n");
  HelpWriter writer(width);
  for (const absl::string_view line : absl::StrSplit(help, '\n')) {
    writer.Add(line);
  }
  return std::move(writer).Finish();
}

}  // namespace rollcall::cli
