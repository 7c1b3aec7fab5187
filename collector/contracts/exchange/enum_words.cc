#include "collector/contracts/exchange/enum_words.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace rollcall::collector {

std::string EnumWord(const google::protobuf::EnumDescriptor& type,
                     absl::string_view prefix, int value) {
  const auto* found = type.FindValueByNumber(value);
  if (value == 0 || found == nullptr) return "";
  return absl::StrReplaceAll(
      absl::AsciiStrToLower(absl::StripPrefix(found->name(), prefix)),
      {{"_", "-"}});
}

std::optional<int> FindEnumWord(const google::protobuf::EnumDescriptor& type,
                                absl::string_view prefix,
                                absl::string_view word) {
  const std::string normal = absl::StrReplaceAll(absl::AsciiStrToLower(word),
                                                 {{"_", "-"}, {" ", "-"}});
  for (int i = 0; i < type.value_count(); ++i) {
    const int number = type.value(i)->number();
    if (number != 0 && EnumWord(type, prefix, number) == normal) return number;
  }
  return std::nullopt;
}

std::string EnumWords(const google::protobuf::EnumDescriptor& type,
                      absl::string_view prefix) {
  std::vector<std::string> words;
  for (int i = 0; i < type.value_count(); ++i) {
    const int number = type.value(i)->number();
    if (number != 0) words.push_back(EnumWord(type, prefix, number));
  }
  return absl::StrJoin(words, ", ");
}

}  // namespace rollcall::collector
