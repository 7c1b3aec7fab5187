#include "collector/cli/views/difference_view.h"

#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "collector/cli/columns.h"
#include "collector/cli/enums.h"
#include "collector/cli/values.h"
#include "common/text.h"

namespace rollcall::cli {
namespace {

using v1::FieldDifference;
using v1::ObjectDifference;
using v1::PositionMove;

char SignOf(ObjectDifference::Outcome outcome) {
  switch (outcome) {
    case ObjectDifference::OUTCOME_ADDED:
      return '+';
    case ObjectDifference::OUTCOME_CHANGED:
      return '~';
    case ObjectDifference::OUTCOME_REMOVED:
      return '-';
    case ObjectDifference::OUTCOME_NONE:
      return '=';
    default:
      return '?';
  }
}

std::string Quoted(const std::string& text) {
  return absl::StrCat("\"", absl::Utf8SafeCEscape(text), "\"");
}

// What was not there, or goes, is left out where the whole object is so.
std::string FieldText(const FieldDifference& field,
                      ObjectDifference::Outcome outcome) {
  switch (outcome) {
    case ObjectDifference::OUTCOME_ADDED:
      return Quoted(field.after());
    case ObjectDifference::OUTCOME_REMOVED:
      return Quoted(field.before());
    default:
      return absl::StrCat(
          field.before().empty() ? "nothing" : Quoted(field.before()), " -> ",
          field.after().empty() ? "nothing" : Quoted(field.after()));
  }
}

struct DifferenceLine {
  const ObjectDifference* object;
  const FieldDifference* field;
};

constexpr Column<DifferenceLine> kDifferenceColumns[] = {
    {nullptr, "outcome", Align::kLeft,
     [](const DifferenceLine& l) { return EnumWord(l.object->outcome()); }},
    {nullptr, "kind", Align::kLeft,
     [](const DifferenceLine& l) { return l.object->kind(); }},
    {nullptr, "name", Align::kLeft,
     [](const DifferenceLine& l) { return l.object->name(); }},
    {nullptr, "object_id", Align::kLeft,
     [](const DifferenceLine& l) { return l.object->object_id(); }},
    {nullptr, "effective_date", Align::kLeft,
     [](const DifferenceLine& l) { return l.object->effective_date(); }},
    {nullptr, "field", Align::kLeft,
     [](const DifferenceLine& l) { return l.field->field(); }},
    {nullptr, "before", Align::kLeft,
     [](const DifferenceLine& l) { return l.field->before(); }},
    {nullptr, "after", Align::kLeft,
     [](const DifferenceLine& l) { return l.field->after(); }},
};

// "10 -> 20", or "10" where it stays.
std::string Arrow(const std::string& before, const std::string& after) {
  if (before == after) return after;
  return absl::StrCat(before.empty() ? "none" : before, " -> ",
                      after.empty() ? "none" : after);
}

constexpr Column<PositionMove> kMoveColumns[] = {
    {"DAY", nullptr, Align::kKey,
     [](const PositionMove& m) { return m.effective_date(); }},
    {"PUBLISHER", nullptr, Align::kLeft,
     [](const PositionMove& m) { return m.publisher(); }},
    {"PRODUCT", nullptr, Align::kLeft,
     [](const PositionMove& m) { return m.product(); }},
    {"METRIC", nullptr, Align::kLeft,
     [](const PositionMove& m) { return m.metric(); }},
    {"UNITS", nullptr, Align::kLeft,
     [](const PositionMove& m) { return ListText(m.organisation_units()); }},
    {"ENTITLED", nullptr, Align::kRight,
     [](const PositionMove& m) {
       return Arrow(QuantityText(m.entitled_before()),
                    QuantityText(m.entitled_after()));
     }},
    {"SHORTFALL", nullptr, Align::kRight,
     [](const PositionMove& m) {
       return Arrow(QuantityText(m.shortfall_before()),
                    QuantityText(m.shortfall_after()));
     }},
    {"STATE", nullptr, Align::kKey,
     [](const PositionMove& m) {
       return Arrow(m.state_before(), m.state_after());
     }},
};

// Which days were compared, and which were not.
std::string DaysLine(const v1::PreviewChangeSetResponse& response) {
  std::string text =
      absl::StrCat("Compared on ", ListText(response.effective_dates()), ".");
  const int left_out = response.left_out_date_count();
  if (left_out > 0) {
    const bool all_named = left_out == response.left_out_dates_size();
    absl::StrAppend(
        &text, " Not compared, since they are too many: ",
        ListText(response.left_out_dates()), all_named ? "" : ", ...", " (",
        CountText(left_out, "day", "days"), "); --date=DAY compares one.");
  }
  return EscapeForTerminal(text) + "\n";
}

constexpr Column<FieldDifference> kFieldColumns[] = {
    {"FIELD", "field", Align::kKey,
     [](const FieldDifference& f) { return f.field(); }},
    {"BEFORE", "before", Align::kWrap,
     [](const FieldDifference& f) { return f.before(); }},
    {"AFTER", "after", Align::kWrap,
     [](const FieldDifference& f) { return f.after(); }},
};

}  // namespace

std::string DifferencesText(const v1::ListDifferencesResponse& response) {
  std::string out;
  for (const ObjectDifference& object : response.differences()) {
    const std::string& date = object.effective_date();
    const std::string from =
        date.empty() ? std::string() : absl::StrCat(", from ", date, " on");
    absl::StrAppend(&out, std::string(1, SignOf(object.outcome())), " ",
                    EscapeForTerminal(
                        absl::StrCat(object.kind(), " ", object.name(), from)),
                    "\n");
    for (const FieldDifference& field : object.fields()) {
      absl::StrAppend(
          &out, "    ",
          EscapeForTerminal(absl::StrCat(field.field(), ": ",
                                         FieldText(field, object.outcome()))),
          "\n");
    }
  }
  return out;
}

std::string DifferencesCsv(const v1::ListDifferencesResponse& response,
                           const v1::ChangeSet& change_set) {
  std::vector<DifferenceLine> lines;
  for (const ObjectDifference& object : response.differences()) {
    for (const FieldDifference& field : object.fields()) {
      lines.push_back({&object, &field});
    }
    if (object.fields().empty()) {
      lines.push_back({&object, &FieldDifference::default_instance()});
    }
  }
  return ToCsv(kDifferenceColumns, lines,
               {{"change_set_id", change_set.change_set_id()},
                {"state", EnumWord(change_set.state())},
                {"digest", response.digest()}});
}

std::string PreviewText(const v1::PreviewChangeSetResponse& response,
                        bool is_in_effect, int width) {
  const absl::string_view verb = is_in_effect ? "moved" : "would move";
  std::string out;
  if (response.moves().empty()) {
    absl::StrAppend(&out, "No position ", verb, " on any day compared.\n");
  } else {
    absl::StrAppend(&out, "Positions that ", verb, ":\n",
                    RenderTable(WithoutEmptyColumns(
                                    ToTable(kMoveColumns, response.moves())),
                                width));
  }
  const int missing = response.move_count() - response.moves_size();
  if (missing > 0) absl::StrAppend(&out, "... and ", missing, " more\n");
  return absl::StrCat(out, DaysLine(response));
}

std::string ComparisonTable(const v1::CompareContractObjectResponse& response,
                            int width) {
  if (response.fields().empty()) return "";
  const absl::string_view lead = !response.was_there() ? "It was not there.\n"
                                 : !response.is_there()
                                     ? "It is not there any more.\n"
                                     : "";
  return absl::StrCat(
      lead, RenderTable(ToTable(kFieldColumns, response.fields()), width));
}

std::string ComparisonCsv(const v1::CompareContractObjectResponse& response) {
  const auto word = [](bool value) {
    return std::string(value ? "true" : "false");
  };
  return ToCsv(kFieldColumns, response.fields(),
               {{"was_there", word(response.was_there())},
                {"is_there", word(response.is_there())}});
}

}  // namespace rollcall::cli
