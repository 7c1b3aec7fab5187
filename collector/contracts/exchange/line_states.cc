#include "collector/contracts/exchange/line_states.h"

#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/contracts/exchange/mapping_value_parser.h"
#include "collector/contracts/object_kind.h"
#include "common/text.h"

namespace rollcall::collector {
namespace {

using StateWords = google::protobuf::RepeatedPtrField<std::string>;

std::string WordList(const StateWords& words) {
  return absl::StrCat("\"", absl::StrJoin(words, "\", \""), "\"");
}

}  // namespace

absl::Status CheckState(const mappings::v1::State& state) {
  std::set<std::string> known;
  for (const StateWords* words : {&state.in_force(), &state.out_of_force()}) {
    if (words->empty()) {
      return absl::InvalidArgumentError(
          "words that are in force and words that are out of force are needed");
    }
    for (const std::string& word : *words) {
      if (StripBlanks(word).size() != word.size() || word.empty()) {
        return absl::InvalidArgumentError(absl::StrCat(
            "the word \"", word, "\" is empty or has blanks around it"));
      }
      if (!known.insert(absl::AsciiStrToLower(word)).second) {
        return absl::InvalidArgumentError(
            absl::StrCat("the word \"", word, "\" is there twice"));
      }
    }
  }
  return absl::OkStatus();
}

LineStanding StandingOf(const ImportMapping& mapping, const CsvRecord& record) {
  using Verdict = LineStanding::Verdict;
  LineStanding standing;
  for (size_t i = 0; i < mapping.states().size(); ++i) {
    const ImportMapping::State& state = mapping.states()[i];
    const mappings::v1::State& rule = mapping.data().states(state.rule);
    const absl::string_view said = StripBlanks(record.cells[state.column]);
    if (said.empty()) continue;
    if (const auto out = FindWord(rule.out_of_force(), said)) {
      return {Verdict::kOutOfForce, i, *out};
    }
    if (standing.verdict == Verdict::kUnknown) continue;
    const bool is_known = FindWord(rule.in_force(), said).has_value();
    standing.verdict = is_known ? Verdict::kInForce : Verdict::kUnknown;
    standing.state = i;
  }
  return standing;
}

LeftOutLine MakeLeftOut(const ImportMapping& mapping,
                        const LineStanding& standing, const CsvRecord& record,
                        const ReadLine& read) {
  const ImportMapping::State& state = mapping.states()[standing.state];
  LeftOutLine out;
  out.line = record.line;
  out.column = mapping.columns()[state.column].label;
  out.column_number = record.column_numbers[state.column];
  out.reason = absl::StrCat(
      out.column, " is ",
      mapping.data().states(state.rule).out_of_force(standing.word));
  if (read.keys.empty()) return out;
  out.object = read.object;
  FindObjectKind(out.object.object_case())->KeepName(out.object);
  if (!out.object.has_entitlement()) return out;
  v1::Entitlement& line = *out.object.mutable_entitlement();
  line.set_source(read.object.entitlement().source());
  line.set_source_line_id(read.object.entitlement().source_line_id());
  return out;
}

v1::ImportError UnknownStateError(const ImportMapping& mapping,
                                  const LineStanding& standing,
                                  const CsvRecord& record) {
  const ImportMapping::State& state = mapping.states()[standing.state];
  const mappings::v1::State& rule = mapping.data().states(state.rule);
  v1::ImportError error;
  error.set_line(record.line);
  error.set_column(mapping.columns()[state.column].label);
  error.set_column_number(record.column_numbers[state.column]);
  error.set_value(ImportErrorValue(record.cells[state.column]));
  error.set_reason(absl::StrCat(
      "the state is unknown, and so is whether the line is in force; those "
      "that are are ",
      WordList(rule.in_force()), ", those that are not are ",
      WordList(rule.out_of_force()),
      "; write one of them, or list the word in a mapping of your own"));
  return error;
}

std::string NotStatedRemark(const ImportMapping& mapping) {
  std::vector<std::string> labels;
  for (const ImportMapping::State& state : mapping.states()) {
    labels.push_back(mapping.columns()[state.column].label);
  }
  return absl::StrCat(absl::StrJoin(labels, ", "),
                      ": no state is stated; such lines are taken as in force");
}

std::string StateInWords(const mappings::v1::State& state) {
  return absl::StrCat(
      state.columns(0), ": lines that are ", WordList(state.out_of_force()),
      " are left out; those that are ", WordList(state.in_force()),
      " or have it empty are in force; any other is an error");
}

}  // namespace rollcall::collector
