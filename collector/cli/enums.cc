#include "collector/cli/enums.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace rollcall::cli {
namespace {

// "LayerKind" as "LAYER_KIND_": what the names of all its values start with.
std::string Prefix(const google::protobuf::EnumDescriptor* type) {
  std::string prefix;
  for (const char c : type->name()) {
    if (absl::ascii_isupper(static_cast<unsigned char>(c)) && !prefix.empty()) {
      prefix += '_';
    }
    prefix += absl::ascii_toupper(static_cast<unsigned char>(c));
  }
  return prefix + "_";
}

std::string WordOf(const google::protobuf::EnumValueDescriptor* value) {
  const std::string prefix = Prefix(value->type());
  return absl::StrReplaceAll(
      absl::AsciiStrToLower(absl::StripPrefix(value->name(), prefix)),
      {{"_", "-"}});
}

}  // namespace

std::string EnumWord(const google::protobuf::EnumDescriptor* type, int number) {
  const auto* value = type->FindValueByNumber(number);
  if (value == nullptr) return absl::StrCat(number);
  return number == 0 ? "" : WordOf(value);
}

std::optional<int> EnumNumber(const google::protobuf::EnumDescriptor* type,
                              absl::string_view word) {
  for (int i = 0; i < type->value_count(); ++i) {
    const auto* value = type->value(i);
    if (value->number() != 0 && WordOf(value) == word) return value->number();
  }
  return std::nullopt;
}

std::string EnumWords(const google::protobuf::EnumDescriptor* type) {
  std::vector<std::string> words;
  for (int i = 0; i < type->value_count(); ++i) {
    if (type->value(i)->number() != 0) words.push_back(WordOf(type->value(i)));
  }
  return absl::StrJoin(words, ", ");
}

}  // namespace rollcall::cli
