// 10,000 mutations of the sample files of all mappings (R3): what is taken is
// what an independent reading of the line says, what is refused names its
// place, and lines that were left alone are taken.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "collector/contracts/exchange/mapped_csv.h"
#include "common/text.h"
#include "gmock/gmock.h"
#include "tests/support/fake_random.h"
#include "tests/support/sanitizer.h"
#include "tests/unit/collector/contracts/exchange/mapped_oracle.h"
#include "tests/unit/collector/contracts/exchange/sample_mappings.h"

namespace rollcall::collector {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kMutations = testing::Rounds(10'000);

const char* const kSamples[] = {"flexera-purchase-order-line",
                                "flexera-term",
                                "rollcall-contract",
                                "rollcall-invoice",
                                "servicenow-entitlement",
                                "snipe-it-licence",
                                "snow-licence"};

// What people and programs put into cells.
const std::vector<std::string>& HostileCells() {
  static const auto* cells =
      new std::vector<std::string>{"",
                                   " ",
                                   "-1",
                                   "-5",
                                   "0",
                                   "0.0",
                                   "1.000",
                                   "1,5",
                                   "1e9",
                                   "9223372036854775807",
                                   "9223372036854775808",
                                   "18446744073709551616",
                                   "4.25",
                                   "37",
                                   "007",
                                   "0.5",
                                   "unlimited",
                                   "NaN",
                                   "=1+1",
                                   "=HYPERLINK(\"http://x.example\")",
                                   "+1",
                                   "@SUM(A1)",
                                   "2026-02-29",
                                   "2028-02-29",
                                   "0000-00-00",
                                   "9999-12-31",
                                   "1989-12-31",
                                   "31/12/2026",
                                   "12/31/2026",
                                   "2026-1-1",
                                   "yes",
                                   "no",
                                   "true",
                                   "EUR",
                                   "eur",
                                   "EURO",
                                   "EUR;1",
                                   "USD;2.5",
                                   ";5",
                                   "EUR;",
                                   "core",
                                   "per device",
                                   "Perpetual",
                                   "Retired",
                                   "cancelled",
                                   "In stock",
                                   "Sold",
                                   "New",
                                   "Completed",
                                   "a\tb",
                                   "two\nlines",
                                   std::string("nul\0byte", 8),
                                   "\x1b[31m",
                                   "caf\xe9",
                                   "caf\xc3\xa9",
                                   "\xed\xa0\x80",
                                   "\xe2\x80\xae",
                                   "say \"so\"",
                                   "comma, here",
                                   "; ; ;",
                                   "a:b;c:d",
                                   "01-31;31-01",
                                   std::string(101, 'x'),
                                   std::string(5000, 'y')};
  return *cells;
}

std::string Quoted(const std::string& cell) {
  return absl::StrCat("\"", absl::StrReplaceAll(cell, {{"\"", "\"\""}}), "\"");
}

// A file as rows of fields, and how it is written.
struct Sheet {
  std::vector<std::vector<std::string>> rows;
  std::string line_end = "\n";
  std::string begin;
  bool quote_all = false;
  // What is done to the bytes at the end; empty: nothing.
  std::string recoded;

  std::string Row(size_t i) const {
    std::vector<std::string> cells;
    for (const std::string& cell : rows[i]) {
      const bool needs =
          quote_all || cell.find_first_of(",\"\n\r") != std::string::npos;
      cells.push_back(needs ? Quoted(cell) : cell);
    }
    return absl::StrJoin(cells, ",");
  }
  std::string Text() const {
    std::string text = begin;
    for (size_t i = 0; i < rows.size(); ++i) {
      absl::StrAppend(&text, Row(i), line_end);
    }
    return text;
  }
};

Sheet SheetOf(const std::string& content) {
  Sheet sheet;
  // The samples have one record with a line break, inside quotes.
  std::string record;
  for (const absl::string_view line : absl::StrSplit(content, '\n')) {
    record += (record.empty() ? "" : "\n") + std::string(line);
    if (std::count(record.begin(), record.end(), '"') % 2 != 0) continue;
    if (!record.empty()) sheet.rows.push_back(*OracleFields(record));
    record.clear();
  }
  return sheet;
}

std::string Utf16(const std::string& text, bool mark) {
  std::string wide = mark ? "\xff\xfe" : "";
  for (const char c : text) {
    wide += c;
    wide += '\0';
  }
  return wide;
}

// Mutates sheets at random.
class Mutator {
 public:
  explicit Mutator(uint64_t seed) : random_(seed) {}

  size_t Below(size_t bound) { return random_.Next64() % bound; }

  // One mutation of the sheet's meaning or of its form; returns its bytes.
  std::string Mutate(Sheet sheet) {
    const size_t times = 1 + Below(3);
    for (size_t i = 0; i < times; ++i) ChangeSheet(sheet);
    std::string text = sheet.Text();
    switch (Below(12)) {
      case 0:
        return text.substr(0, Below(text.size()));
      case 1:
        return Utf16(text, Below(2) == 0);
      case 2:
        for (size_t n = 1 + Below(4); n > 0; --n) {
          static const std::string kBytes("\",\n\r=-0.\xff\xc3;9z\0\t", 15);
          text[Below(text.size())] = kBytes[Below(kBytes.size())];
        }
        return text;
      case 3:
        text.insert(Below(text.size()), 1, '"');
        return text;
      default:
        return text;
    }
  }

 private:
  void ChangeSheet(Sheet& sheet) {
    const size_t row = 1 + Below(sheet.rows.size() - 1);
    std::vector<std::string>& cells = sheet.rows[row];
    switch (Below(14)) {
      case 0:
        SwapColumns(sheet);
        break;
      case 1:
        // Two cells of one line have each other's places.
        std::swap(cells[Below(cells.size())], cells[Below(cells.size())]);
        break;
      case 2:
        cells.resize(1 + Below(cells.size()));
        break;
      case 3:
        cells.push_back("more");
        break;
      case 4:
        sheet.line_end = "\r\n";
        break;
      case 5:
        sheet.begin = "\xef\xbb\xbf";
        break;
      case 6:
        sheet.quote_all = true;
        break;
      case 7:
        sheet.rows.push_back(sheet.rows[row]);
        break;
      case 8:
        Relabel(sheet.rows[0][Below(sheet.rows[0].size())]);
        break;
      default:
        cells[Below(cells.size())] =
            HostileCells()[Below(HostileCells().size())];
        break;
    }
  }

  void SwapColumns(Sheet& sheet) {
    const size_t width = sheet.rows[0].size();
    const size_t a = Below(width);
    const size_t b = Below(width);
    for (auto& row : sheet.rows) {
      if (std::max(a, b) < row.size()) std::swap(row[a], row[b]);
    }
  }

  void Relabel(std::string& label) {
    switch (Below(4)) {
      case 0:
        label = absl::StrReplaceAll(label, {{" ", "_"}});
        break;
      case 1:
        label = absl::StrCat(" ", absl::AsciiStrToUpper(label), " ");
        break;
      case 2:
        label = "Something else";
        break;
      default:
        label = absl::StrReplaceAll(label, {{" ", "-"}});
        break;
    }
  }

  testing::FakeRandom random_;
};

// The text of the record that starts on a line, from 1, must be `raw`.
bool StandsAt(absl::string_view content, int line, absl::string_view raw) {
  absl::ConsumePrefix(&content, "\xef\xbb\xbf");
  for (int i = 1; i < line; ++i) {
    const size_t feed = content.find('\n');
    if (feed == absl::string_view::npos) return false;
    content.remove_prefix(feed + 1);
  }
  return absl::StartsWith(content, raw);
}

// The text of the sound record that starts on a line: its quotes are even in
// number.
std::string RecordAt(absl::string_view content, int line) {
  absl::ConsumePrefix(&content, "\xef\xbb\xbf");
  std::vector<absl::string_view> lines = absl::StrSplit(content, '\n');
  std::string record;
  for (size_t i = static_cast<size_t>(line) - 1; i < lines.size(); ++i) {
    absl::StrAppend(&record, record.empty() ? "" : "\n", lines[i]);
    if (std::count(record.begin(), record.end(), '"') % 2 == 0) break;
  }
  return std::string(absl::StripSuffix(record, "\r"));
}

// The header's record: its quotes are even in number.
std::vector<std::string> HeaderOf(absl::string_view content) {
  absl::ConsumePrefix(&content, "\xef\xbb\xbf");
  std::string record;
  for (const absl::string_view line : absl::StrSplit(content, '\n')) {
    absl::StrAppend(&record, record.empty() ? "" : "\n", line);
    if (std::count(record.begin(), record.end(), '"') % 2 != 0) continue;
    if (!absl::StripAsciiWhitespace(record).empty()) break;
    record.clear();
  }
  return OracleFields(absl::StripSuffix(record, "\r"))
      .value_or(std::vector<std::string>());
}

void CheckPlace(const BadLine& bad, const v1::ImportError& error) {
  EXPECT_EQ(error.line(), bad.line);
  EXPECT_NE(error.reason(), "");
  EXPECT_TRUE(IsValidUtf8(error.value()));
  EXPECT_LE(error.value().size(), 120u);
  // Without a column it is about the whole line.
  if (error.column_number() == 0 && error.column().empty()) {
    EXPECT_THAT(
        error.reason(),
        ::testing::AnyOf(HasSubstr("fields and the header"),
                         HasSubstr("is of the same"), HasSubstr("the line has"),
                         // What no single cell shows.
                         HasSubstr("contract"), HasSubstr("entitlement"),
                         HasSubstr("invoice line")));
  }
}

// Checks what was made of a mutated file; returns lines that were taken.
size_t CheckFile(const std::string& mapping, const std::string& content,
                 const std::set<std::string>& intact,
                 const std::vector<std::string>& intact_header) {
  const ImportedFile file = ReadSample(mapping, content);
  if (!file.file_errors.empty()) {
    EXPECT_THAT(file.good, IsEmpty());
    EXPECT_THAT(file.bad, IsEmpty());
    for (const auto& error : file.file_errors) EXPECT_NE(error.reason(), "");
    return 0;
  }
  const std::vector<std::string> header = HeaderOf(content);
  std::set<std::string> taken;
  for (size_t i = 0; i < file.good.size(); ++i) {
    const absl::string_view raw = file.good_text[i];
    EXPECT_TRUE(StandsAt(content, file.good_line[i], raw));
    const auto fields = OracleFields(raw);
    if (!fields.has_value()) {
      ADD_FAILURE() << "a malformed record was taken: " << raw;
      continue;
    }
    EXPECT_EQ(SaidBy(file.good[i]), OracleOf(mapping, header, *fields))
        << mapping << ": " << raw;
    taken.insert(std::string(raw));
  }
  for (const LeftOutLine& out : file.left_out) {
    const auto fields = OracleFields(RecordAt(content, out.line));
    EXPECT_TRUE(fields.has_value() && OracleLeavesOut(mapping, header, *fields))
        << mapping << ": line " << out.line << ": " << out.reason;
  }
  bool may_collide = false;
  for (const BadLine& bad : file.bad) {
    EXPECT_THAT(bad.errors, ::testing::Not(IsEmpty()));
    for (const auto& error : bad.errors) {
      CheckPlace(bad, error);
      may_collide |= absl::StrContains(error.reason(), "is of the same");
    }
  }
  // What was left alone is taken.
  if (header != intact_header || may_collide) return taken.size();
  for (const BadLine& bad : file.bad) {
    EXPECT_EQ(intact.count(bad.content), 0u)
        << mapping << ": " << bad.errors[0].ShortDebugString();
  }
  return taken.size();
}

TEST(MappedMutation, WhatIsTakenIsWhatTheLineSaysAndWhatIsNotNamesItsPlace) {
  std::map<std::string, size_t> taken;
  Mutator mutator(20'261'123);
  std::map<std::string, Sheet> sheets;
  std::map<std::string, std::set<std::string>> intact;
  for (const std::string sample : kSamples) {
    const Sheet sheet = SheetOf(SampleFile(sample));
    ASSERT_GE(sheet.rows.size(), 4u) << sample;
    for (size_t i = 1; i < sheet.rows.size(); ++i) {
      intact[sample].insert(EscapeForTerminal(sheet.Row(i)));
    }
    ASSERT_GE(CheckFile(sample, sheet.Text(), intact[sample], sheet.rows[0]),
              2u);
    sheets[sample] = sheet;
  }
  for (int i = 0; i < kMutations && !::testing::Test::HasFailure(); ++i) {
    const std::string sample =
        kSamples[static_cast<size_t>(i) % std::size(kSamples)];
    const std::string content = mutator.Mutate(sheets[sample]);
    taken[sample] +=
        CheckFile(sample, content, intact[sample], sheets[sample].rows[0]);
    if (::testing::Test::HasFailure()) {
      ADD_FAILURE() << "mutation " << i << " of " << sample << ":\n"
                    << EscapeForTerminal(content);
    }
  }
  // The mutations leave enough to be taken that the comparison means something.
  for (const std::string sample : kSamples) {
    EXPECT_GT(taken[sample], static_cast<size_t>(kMutations) / 20);
  }
}

TEST(MappedMutation, TheFormOfAFileChangesNothing) {
  for (const std::string sample : kSamples) {
    const Sheet sheet = SheetOf(SampleFile(sample));
    const ImportedFile plain = ReadSample(sample, sheet.Text());
    for (int form = 1; form < 8; ++form) {
      Sheet other = sheet;
      if ((form & 1) != 0) other.line_end = "\r\n";
      if ((form & 2) != 0) other.begin = "\xef\xbb\xbf";
      if ((form & 4) != 0) other.quote_all = true;
      const std::string text = other.Text();
      const ImportedFile read = ReadSample(sample, text);
      ASSERT_EQ(read.good.size(), plain.good.size()) << sample << form;
      for (size_t i = 0; i < plain.good.size(); ++i) {
        EXPECT_EQ(read.good[i].SerializeAsString(),
                  plain.good[i].SerializeAsString());
      }
    }
  }
}

TEST(MappedMutation, NoOtherEncodingIsTakenForUtf8) {
  for (const std::string sample : kSamples) {
    const std::string text = SampleFile(sample);
    for (const bool mark : {false, true}) {
      const std::string wide = Utf16(text, mark);
      EXPECT_THAT(ReadSample(sample, wide).file_errors,
                  ::testing::Not(IsEmpty()));
    }
    const std::string latin = absl::StrReplaceAll(text, {{"Quayside",
                                                          "Quays\xef"
                                                          "de"},
                                                         {"Renewal",
                                                          "Ren\xe9"
                                                          "wal"}});
    const ImportedFile file = ReadSample(sample, latin);
    ASSERT_THAT(file.bad, ::testing::Not(IsEmpty())) << sample;
    EXPECT_THAT(file.bad[0].errors[0].reason(), HasSubstr("not UTF-8"));
    EXPECT_GT(file.bad[0].errors[0].column_number(), 0);
  }
}

}  // namespace
}  // namespace rollcall::collector
