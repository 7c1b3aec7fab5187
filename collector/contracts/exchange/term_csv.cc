#include "collector/contracts/exchange/term_csv.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "collector/contracts/civil_date.h"
#include "collector/contracts/objects/shared_checks.h"
#include "collector/csv/csv_cell.h"

namespace rollcall::collector {
namespace {

// In the order of kTermFields.
enum TermColumn : size_t {
  kTermContract,
  kTermKind,
  kTermBegin,
  kTermEnd,
  kTermDescription,
  kTermDocument,
  kTermComments,
};

constexpr TargetField kTermFields[] = {
    {"contract_number", FieldType::kText, true},
    {"kind", FieldType::kText, true},
    {"begin_date", FieldType::kDay, false},
    {"end_date", FieldType::kLastDay, false},
    {"description", FieldType::kNotes, true},
    {"document", FieldType::kText, false},
    {"comments", FieldType::kNotes, false}};

class TermReader {
 public:
  TermReader(const CsvRecord& record, absl::string_view source)
      : cells_(record) {
    contract_.set_contract_number(
        cells_.RequiredText(kTermContract, kMaxNumberBytes));
    const std::string kind = cells_.RequiredText(kTermKind, kMaxWordBytes);
    const std::string when = ReadWhen();
    cells_.Require(kTermDescription);
    // A semicolon ends what names the paragraph.
    const std::string description =
        absl::StrReplaceAll(OneLine(kTermDescription), {{";", ","}});
    const auto document = cells_.Text(kTermDocument, kMaxPersonBytes);
    const std::string comments = OneLine(kTermComments);
    const std::string head =
        absl::StrCat(kind, when, " (", source, "): ", description);
    contract_.set_title(head);
    contract_.set_notes(absl::StrCat(
        head, comments.empty() ? "" : absl::StrCat("; ", comments),
        document.has_value() ? absl::StrCat("; document ", *document) : ""));
  }

  v1::Contract& contract() { return contract_; }
  std::vector<v1::ImportError> TakeErrors() { return cells_.TakeErrors(); }

 private:
  // A paragraph of notes has one line.
  std::string OneLine(TermColumn column) {
    const auto text = cells_.Notes(column, kMaxPhraseBytes);
    return absl::StrReplaceAll(text.value_or(""), {{"\n", " "}});
  }

  std::optional<CivilDate> ReadDay(TermColumn column) {
    if (cells_.Raw(column).empty()) return std::nullopt;
    const auto day = CivilDate::Parse(cells_.Raw(column));
    if (day.ok()) return *day;
    cells_.AddError(column, day.status().message());
    return std::nullopt;
  }

  std::string ReadWhen() {
    const auto begin = ReadDay(kTermBegin);
    const auto end = ReadDay(kTermEnd);
    if (begin.has_value() && end.has_value() && *end < *begin) {
      cells_.AddError(kTermEnd,
                      absl::StrCat("the end must not be before the begin, ",
                                   begin->ToString()));
    }
    return absl::StrCat(
        begin.has_value() ? absl::StrCat(" from ", begin->ToString()) : "",
        end.has_value() ? absl::StrCat(" to ", end->ToString()) : "");
  }

  CellReader cells_;
  v1::Contract contract_;
};

// Whether a paragraph is the one that begins as `head`, and not as a longer
// description that begins with it.
bool HasHead(absl::string_view paragraph, absl::string_view head) {
  if (!absl::StartsWith(paragraph, head)) return false;
  const absl::string_view rest = paragraph.substr(head.size());
  return rest.empty() || rest[0] == ';';
}

}  // namespace

absl::Span<const TargetField> TermFields() { return kTermFields; }

ReadLine ReadTermLine(const CsvRecord& record, const LineContext& context) {
  TermReader reader(record, context.source);
  ReadLine line;
  line.errors = reader.TakeErrors();
  if (line.errors.empty()) {
    line.keys.push_back(absl::AsciiStrToLower(absl::StrCat(
        reader.contract().contract_number(), "\n", reader.contract().title())));
  }
  *line.object.mutable_contract() = std::move(reader.contract());
  return line;
}

std::string WithParagraph(absl::string_view notes, absl::string_view head,
                          absl::string_view paragraph) {
  if (notes.empty()) return std::string(paragraph);
  std::vector<absl::string_view> lines = absl::StrSplit(notes, '\n');
  for (absl::string_view& line : lines) {
    if (!HasHead(line, head)) continue;
    line = paragraph;
    return absl::StrJoin(lines, "\n");
  }
  return absl::StrCat(notes, "\n", paragraph);
}

}  // namespace rollcall::collector
