#include "collector/cli/views/ledger_findings.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/cli/columns.h"
#include "collector/cli/values.h"
#include "collector/ledger/ledger_line.h"
#include "common/text.h"

namespace rollcall::cli {
namespace {

using collector::Answer;
using collector::LedgerVerdict;
using google::protobuf::Struct;

std::string AnswerText(Answer answer) {
  switch (answer) {
    case Answer::kYes:
      return "yes";
    case Answer::kNo:
      return "no";
    case Answer::kCannotTell:
      break;
  }
  return "cannot tell";
}

// What is asked of a ledger, and why the answer is what it is.
struct Finding {
  absl::string_view question;
  Answer answer;
  std::string why;
};

Finding Unaltered(const LedgerVerdict& verdict) {
  Finding finding = {"every entry as it was signed", Answer::kYes, ""};
  if (!verdict.fault.has_value()) {
    finding.why = absl::StrCat(
        "every signature is of a key that was given, and holds: nobody without "
        "such a key altered, added, moved or removed an entry between others");
    return finding;
  }
  const collector::LedgerFault& fault = *verdict.fault;
  finding.answer = Answer::kNo;
  finding.why = absl::StrCat("line ", fault.line, ", ",
                             fault.entry.has_value()
                                 ? absl::StrCat("entry ", *fault.entry)
                                 : "before the entries",
                             ": ", fault.what);
  return finding;
}

constexpr char kNeedsCheckpoint[] =
    "that takes a checkpoint that was kept elsewhere: --checkpoint";

Finding Whole(const LedgerVerdict& verdict) {
  Finding finding = {"no entry cut off the end", verdict.whole, ""};
  switch (verdict.whole) {
    case Answer::kYes:
      finding.why = absl::StrCat(
          "the ", verdict.covered,
          " entries that a checkpoint covers are all there; whether there "
          "were more after entry ",
          verdict.entries - 1, " needs a later checkpoint");
      break;
    case Answer::kNo:
      finding.why = verdict.checkpoint_fault;
      break;
    case Answer::kCannotTell:
      finding.why = verdict.not_rewritten == Answer::kNo
                        ? verdict.checkpoint_fault
                        : kNeedsCheckpoint;
  }
  return finding;
}

Finding NotRewritten(const LedgerVerdict& verdict) {
  Finding finding = {"not written and signed anew", verdict.not_rewritten, ""};
  switch (verdict.not_rewritten) {
    case Answer::kYes:
      finding.why = absl::StrCat(
          "the first ", verdict.covered,
          " entries are those that a checkpoint covers; later ones rest on "
          "the keys alone");
      break;
    case Answer::kNo:
      finding.why = verdict.checkpoint_fault;
      if (verdict.first_rewritten.has_value()) {
        absl::StrAppend(&finding.why, "; entry ", *verdict.first_rewritten,
                        " is the first that is another one");
      } else if (verdict.rewritten_from > 0) {
        absl::StrAppend(&finding.why, "; another checkpoint vouches for the ",
                        verdict.rewritten_from, " before");
      }
      break;
    case Answer::kCannotTell:
      finding.why =
          absl::StrCat("whoever holds the key can do that; ", kNeedsCheckpoint);
  }
  return finding;
}

void SetText(Struct& into, const char* name, std::string value) {
  (*into.mutable_fields())[name].set_string_value(std::move(value));
}

std::string TextOf(const Struct& from, const char* name) {
  const auto found = from.fields().find(name);
  return found == from.fields().end() ? "" : found->second.string_value();
}

constexpr Column<google::protobuf::Value> kFindingColumns[] = {
    {"IS", "question", Align::kKey,
     [](const google::protobuf::Value& f) {
       return TextOf(f.struct_value(), "question");
     }},
    {"ANSWER", "answer", Align::kKey,
     [](const google::protobuf::Value& f) {
       return TextOf(f.struct_value(), "answer");
     }},
    {"WHY", "why", Align::kWrap,
     [](const google::protobuf::Value& f) {
       return TextOf(f.struct_value(), "why");
     }},
};

const google::protobuf::RepeatedPtrField<google::protobuf::Value>& QuestionsIn(
    const Struct& findings) {
  return findings.fields().at("questions").list_value().values();
}

}  // namespace

Struct LedgerFindings(const LedgerVerdict& verdict) {
  Struct findings;
  auto& fields = *findings.mutable_fields();
  SetText(findings, "ledger", verdict.log_id);
  if (verdict.newest != absl::Time()) {
    SetText(findings, "newest", collector::LedgerTimeText(verdict.newest));
  }
  fields["entries"].set_number_value(static_cast<double>(verdict.entries));
  fields["good"].set_bool_value(verdict.good());
  if (const auto bad = verdict.first_bad(); bad.has_value()) {
    fields["first_bad_entry"].set_number_value(static_cast<double>(*bad));
  }
  auto& questions = *fields["questions"].mutable_list_value();
  for (const Finding& finding :
       {Unaltered(verdict), Whole(verdict), NotRewritten(verdict)}) {
    Struct& one = *questions.add_values()->mutable_struct_value();
    SetText(one, "question", std::string(finding.question));
    SetText(one, "answer", AnswerText(finding.answer));
    SetText(one, "why", finding.why);
  }
  return findings;
}

std::string LedgerFindingsTable(const Struct& findings, int width) {
  const auto& fields = findings.fields();
  const auto entries =
      static_cast<int64_t>(fields.at("entries").number_value());
  std::string text = absl::StrCat(
      "Ledger ", EscapeForTerminal(TextOf(findings, "ledger")), ", ",
      CountText(entries, "entry", "entries"), "\n\n",
      RenderTable(ToTable(kFindingColumns, QuestionsIn(findings)), width),
      "\n");
  if (fields.at("good").bool_value()) {
    return absl::StrCat(text, "Nothing speaks against it.\n");
  }
  const auto bad = fields.find("first_bad_entry");
  if (bad == fields.end()) return absl::StrCat(text, "It is not as it was.\n");
  return absl::StrCat(text, "It is not as it was, from entry ",
                      static_cast<int64_t>(bad->second.number_value()),
                      " on.\n");
}

std::string LedgerFindingsCsv(const Struct& findings) {
  return ToCsv(kFindingColumns, QuestionsIn(findings),
               {{"ledger", TextOf(findings, "ledger")}});
}

}  // namespace rollcall::cli
