#include "collector/csv/csv_splitter.h"

#include <csv.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace rollcall::collector {
namespace {

constexpr absl::string_view kUtf8Mark = "\xef\xbb\xbf";
constexpr absl::string_view kBlanks = " \t";
constexpr absl::string_view kStrayQuote =
    "a quote stands where none may be; write a field that holds quotes in "
    "quotes, and each quote in it twice";

// Only LF ends a record: CR is dropped before LF, and refused elsewhere.
int IsLineFeed(unsigned char c) { return c == '\n'; }

bool IsBlank(absl::string_view line) {
  return line.find_first_not_of(" \t\r") == absl::string_view::npos;
}

v1::ImportError FileError(int line, std::string reason) {
  v1::ImportError error;
  error.set_line(line);
  error.set_reason(std::move(reason));
  return error;
}

absl::string_view WithoutLeadingBlanks(absl::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kBlanks), text.size()));
}

// What follows a quoted field whose first quote stands before `text`; nothing
// if the field does not close.
std::optional<absl::string_view> AfterQuoted(absl::string_view text) {
  while (true) {
    const size_t quote = text.find('"');
    if (quote == absl::string_view::npos) return std::nullopt;
    text.remove_prefix(quote + 1);
    if (!absl::ConsumePrefix(&text, "\"")) return text;
  }
}

// Whether a record that is not sound ends with its first line all the same:
// each field that starts with a quote closes there. If one does not, or goes on
// after the quote that should close it, that quote may belong to its text, and
// the next lines may, too. A quote elsewhere opens nothing.
bool EndsWithItsLine(absl::string_view line) {
  while (true) {
    line = WithoutLeadingBlanks(line);
    if (absl::ConsumePrefix(&line, "\"")) {
      const auto after = AfterQuoted(line);
      if (!after.has_value()) return false;
      line = WithoutLeadingBlanks(*after);
      if (!line.empty() && line[0] != ',') return false;
    }
    const size_t comma = line.find(',');
    if (comma == absl::string_view::npos) return true;
    line.remove_prefix(comma + 1);
  }
}

// Owns libcsv's state and gathers the fields of the record at hand.
class Parser {
 public:
  explicit Parser(const CsvLimits& limits) : limits_(limits) { Init(); }
  ~Parser() { csv_free(&parser_); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  // Makes ready for the next record.
  void Reset() {
    csv_free(&parser_);
    Init();
    Clear();
  }
  void Clear() {
    record_.fields.clear();
    record_.malformed.clear();
    record_.malformed_field = 0;
    ended_ = false;
  }

  // Feeds part of a record. False if it is not CSV.
  bool Feed(absl::string_view text) {
    return csv_parse(&parser_, text.data(), text.size(), &Parser::OnField,
                     &Parser::OnRecord, this) == text.size();
  }

  // Whether the last line that was fed ended the record.
  bool ended() const { return ended_; }
  RawRecord& record() { return record_; }

 private:
  void Init() {
    csv_init(&parser_, CSV_STRICT);
    csv_set_term_func(&parser_, &IsLineFeed);
  }

  static void OnField(void* bytes, size_t size, void* self) {
    auto* parser = static_cast<Parser*>(self);
    RawRecord& record = parser->record_;
    const CsvLimits& limits = parser->limits_;
    if (record.fields.size() >= limits.max_columns) {
      record.malformed = absl::StrCat("the line has more than ",
                                      limits.max_columns, " fields");
      return;
    }
    if (size > limits.max_field_bytes && record.malformed.empty()) {
      record.malformed =
          absl::StrCat("the field has ", size, " bytes; at most ",
                       limits.max_field_bytes, " are allowed");
      record.malformed_field = static_cast<int>(record.fields.size()) + 1;
    }
    record.fields.emplace_back(static_cast<const char*>(bytes), size);
  }

  static void OnRecord(int /*terminator*/, void* self) {
    static_cast<Parser*>(self)->ended_ = true;
  }

  const CsvLimits& limits_;
  csv_parser parser_;
  RawRecord record_;
  bool ended_ = false;
};

// Walks over the lines of a file and puts them together to records.
class Splitter {
 public:
  Splitter(absl::string_view content, const CsvLimits& limits,
           absl::FunctionRef<bool(const RawRecord&)> on_record)
      : rest_(content),
        limits_(limits),
        parser_(limits),
        on_record_(on_record) {}

  std::optional<v1::ImportError> Run() {
    while (!rest_.empty() && !stopped_) {
      if (++line_ > limits_.max_lines) {
        return FileError(
            line_, absl::StrCat("the file has more than ", limits_.max_lines,
                                " lines; split it"));
      }
      if (auto error = TakeLine(); error.has_value()) return error;
    }
    if (open_ && !stopped_) return NeverCloses();
    return std::nullopt;
  }

 private:
  std::optional<v1::ImportError> TakeLine() {
    const size_t feed = rest_.find('\n');
    const absl::string_view whole = rest_.substr(
        0, feed == absl::string_view::npos ? rest_.size() : feed + 1);
    rest_.remove_prefix(whole.size());
    const absl::string_view line =
        absl::StripSuffix(absl::StripSuffix(whole, "\n"), "\r");
    if (!open_ && IsBlank(line)) return std::nullopt;
    if (!open_) Begin(whole);
    size_ += whole.size();
    if (size_ > limits_.max_record_bytes) return TooLong(line);
    if (!parser_.Feed(line) || !parser_.Feed("\n")) return Malformed(line);
    open_ = !parser_.ended();
    if (!open_) HandOver(line);
    return std::nullopt;
  }

  void Begin(absl::string_view whole) {
    parser_.Clear();
    parser_.record().line = line_;
    begin_ = whole.data();
    size_ = 0;
    open_ = true;
  }

  // `line` is the record's last.
  void HandOver(absl::string_view line) {
    RawRecord& record = parser_.record();
    record.raw = absl::string_view(
        begin_, static_cast<size_t>(line.data() + line.size() - begin_));
    open_ = false;
    const bool blank =
        record.malformed.empty() &&
        std::all_of(record.fields.begin(), record.fields.end(),
                    [](const std::string& field) { return IsBlank(field); });
    if (!blank) stopped_ = !on_record_(record);
  }

  std::optional<v1::ImportError> Malformed(absl::string_view line) {
    if (parser_.record().line != line_) return NeverCloses();
    const int field = static_cast<int>(parser_.record().fields.size()) + 1;
    if (!EndsWithItsLine(line)) {
      v1::ImportError error = FileError(
          line_, absl::StrCat(kStrayQuote,
                              "; a quoted field of this line may go on in the "
                              "next, so that nothing after it can be told "
                              "apart"));
      error.set_column_number(field);
      return error;
    }
    parser_.record().malformed = std::string(kStrayQuote);
    parser_.record().malformed_field = field;
    HandOver(line);
    parser_.Reset();
    return std::nullopt;
  }

  std::optional<v1::ImportError> TooLong(absl::string_view line) {
    const bool one_line = parser_.record().line == line_;
    if (!one_line || !EndsWithItsLine(line)) return NeverCloses();
    parser_.record().malformed =
        absl::StrCat("the line has ", line.size(), " bytes; at most ",
                     limits_.max_record_bytes, " are allowed");
    HandOver(line);
    return std::nullopt;
  }

  v1::ImportError NeverCloses() {
    v1::ImportError error = FileError(
        parser_.record().line,
        absl::StrCat("a quoted field that starts here does not end well in ",
                     "line ", std::min(line_, limits_.max_lines),
                     ": a closing quote is missing, or a quote inside the "
                     "field is not written twice; nothing after this line can "
                     "be told apart"));
    error.set_column_number(
        static_cast<int32_t>(parser_.record().fields.size()) + 1);
    return error;
  }

  absl::string_view rest_;
  const CsvLimits& limits_;
  Parser parser_;
  absl::FunctionRef<bool(const RawRecord&)> on_record_;
  // Of the line at hand, from 1.
  int line_ = 0;
  // The record at hand.
  bool open_ = false;
  const char* begin_ = nullptr;
  size_t size_ = 0;
  bool stopped_ = false;
};

}  // namespace

std::optional<v1::ImportError> SplitCsv(
    absl::string_view content, const CsvLimits& limits,
    absl::FunctionRef<bool(const RawRecord&)> on_record) {
  if (content.size() > limits.max_file_bytes) {
    return FileError(
        0, absl::StrCat("the file has ", content.size(), " bytes; at most ",
                        limits.max_file_bytes, " are allowed"));
  }
  if (absl::StartsWith(content, "\xff\xfe") ||
      absl::StartsWith(content, "\xfe\xff")) {
    return FileError(1, "the file is UTF-16; save it as CSV in UTF-8");
  }
  return Splitter(absl::StripPrefix(content, kUtf8Mark), limits, on_record)
      .Run();
}

}  // namespace rollcall::collector
