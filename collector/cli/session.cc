#include "collector/cli/session.h"

#include "common/text.h"
#include "google/protobuf/util/json_util.h"

namespace rollcall::cli {

int Session::LimitOf(int limit) const {
  if (limit > 0) return limit;
  return options_.output == "table" ? kDefaultTableLimit : 0;
}

void Session::Note(absl::string_view text) const {
  environment_.err << EscapeForTerminal(text) << "\n";
}

absl::Status Session::PrintJson(
    const google::protobuf::Message& message) const {
  google::protobuf::util::JsonPrintOptions print;
  print.add_whitespace = true;
  // Empty lists and zero counts show, so that scripts need not ask whether they
  // are there. Optional fields that are absent stay so: unknown is not zero.
  print.always_print_primitive_fields = true;
  std::string json;
  const auto status =
      google::protobuf::util::MessageToJsonString(message, &json, print);
  if (!status.ok()) {
    return absl::InternalError("the answer has no JSON form");
  }
  environment_.out << json;
  return absl::OkStatus();
}

}  // namespace rollcall::cli
