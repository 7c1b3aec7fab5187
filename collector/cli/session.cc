#include "collector/cli/session.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "collector/cli/request_text.h"
#include "common/status.h"
#include "common/text.h"
#include "google/protobuf/util/json_util.h"

namespace rollcall::cli {
namespace {

enum class Json { kReadable, kOneLine };

absl::StatusOr<std::string> JsonOf(const google::protobuf::Message& message,
                                   Json form) {
  google::protobuf::util::JsonPrintOptions print;
  print.add_whitespace = form == Json::kReadable;
  // Empty lists and zero counts show, so that scripts need not ask whether they
  // are there. Optional fields that are absent stay so: unknown is not zero.
  print.always_print_primitive_fields = true;
  std::string json;
  const auto status =
      google::protobuf::util::MessageToJsonString(message, &json, print);
  if (status.ok()) return json;
  return absl::InternalError("the answer has no JSON form");
}

}  // namespace

absl::Status Session::Check(const google::protobuf::Message& request) const {
  const absl::Status checked = CheckTexts(request);
  return absl::Status(checked.code(), fields_.Reword(checked.message()));
}

absl::Status Session::Explain(const grpc::Status& status,
                              const grpc::ClientContext& ended) const {
  return ExplainFailure(
      grpc::Status(status.error_code(), fields_.Reword(status.error_message())),
      IsOfCollector(ended), options_);
}

int Session::LimitOf(int limit) const {
  if (limit > 0) return limit;
  return options_.output == "table" ? kDefaultTableLimit : 0;
}

void Session::Note(absl::string_view text) const {
  environment_.err << EscapeForTerminal(text) << "\n";
}

absl::Status Session::PrintJson(
    const google::protobuf::Message& message) const {
  ROLLCALL_ASSIGN_OR_RETURN(const std::string json,
                            JsonOf(message, Json::kReadable));
  PrintExactly(json);
  return absl::OkStatus();
}

absl::Status Session::PrintParts(
    absl::Span<const Part> parts,
    absl::FunctionRef<std::string(int width)> table,
    absl::FunctionRef<std::string()> csv) const {
  if (options_.output != "json") {
    PrintExactly(options_.output == "csv" ? csv() : table(environment_.width));
    return absl::OkStatus();
  }
  std::string json = "{";
  for (const Part& part : parts) {
    ROLLCALL_ASSIGN_OR_RETURN(const std::string own,
                              JsonOf(part.answer, Json::kReadable));
    // No text of JSON spans lines, so that every line may be moved.
    absl::StrAppend(&json, json.size() == 1 ? "" : ",", "\n \"", part.name,
                    "\": ",
                    absl::StrReplaceAll(absl::StripTrailingAsciiWhitespace(own),
                                        {{"\n", "\n "}}));
  }
  PrintExactly(absl::StrCat(json, "\n}\n"));
  return absl::OkStatus();
}

absl::Status Session::PrintPart(absl::string_view text) const {
  PrintExactly(text);
  return Flush();
}

absl::Status Session::Flush() const {
  environment_.out.flush();
  if (environment_.out.good()) return absl::OkStatus();
  return absl::InternalError("cannot write to standard output");
}

absl::Status Session::PrintJsonLine(
    const google::protobuf::Message& message) const {
  ROLLCALL_ASSIGN_OR_RETURN(const std::string json,
                            JsonOf(message, Json::kOneLine));
  return PrintPart(absl::StrCat(json, "\n"));
}

void Session::PrintExactly(absl::string_view text) const {
  if (environment_.width == kUnlimitedWidth) {
    environment_.out << text;
    return;
  }
  absl::string_view line_end;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    // Of a line's end, as a calendar has them.
    absl::ConsumeSuffix(&line, "\r");
    environment_.out << line_end << EscapeForTerminal(line);
    line_end = "\n";
  }
}

bool Session::Ask(absl::string_view question) const {
  environment_.err << EscapeForTerminal(question) << std::flush;
  std::string answer;
  std::getline(*environment_.person, answer);
  const std::string word =
      absl::AsciiStrToLower(absl::StripAsciiWhitespace(answer));
  return word == "y" || word == "yes";
}

}  // namespace rollcall::cli
