#include "collector/contracts/exchange/cyclonedx_text.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace rollcall::collector {
namespace {

constexpr int kMaxDepth = 64;
constexpr int kMaxComponents = 200'000;

// Sees whether a text is JSON that is not nested too deep, and keeps nothing.
class FormCheck final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool key(string_t&) override { return true; }
  bool start_object(size_t) override { return Enter(); }
  bool start_array(size_t) override { return Enter(); }
  bool end_object() override { return Leave(); }
  bool end_array() override { return Leave(); }
  bool parse_error(size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    error_ = absl::StrCat("the file is not JSON from byte ", position, " on");
    return false;
  }

  // Why it is not; empty: it is.
  const std::string& error() const { return error_; }

 private:
  bool Enter() {
    if (++depth_ <= kMaxDepth) return true;
    error_ = absl::StrCat("the file is nested deeper than ", kMaxDepth);
    return false;
  }
  bool Leave() {
    --depth_;
    return true;
  }

  int depth_ = 0;
  std::string error_;
};

// Parts a text that is known to be JSON into the texts of its values.
class ValueTexts {
 public:
  explicit ValueTexts(absl::string_view json) : json_(json) { SkipBlanks(); }

  // Enters an object or an array; false if it is another value.
  bool Enter(char opening) {
    if (At() != opening) return false;
    ++at_;
    return true;
  }

  // The next value, or name of a member; nothing at the end of what was
  // entered.
  std::optional<absl::string_view> Next() {
    SkipBlanks();
    if (At() == ',' || At() == ':') ++at_;
    SkipBlanks();
    const size_t start = at_;
    int depth = 0;
    do {
      const char c = At();
      if (c == '\0') break;
      if (c == '"') {
        SkipString();
      } else if (c == '[' || c == '{') {
        ++depth;
        ++at_;
      } else if (c == ']' || c == '}') {
        if (depth == 0) break;
        --depth;
        ++at_;
      } else if (depth > 0) {
        ++at_;
      } else {
        SkipWord();
      }
    } while (depth > 0);
    if (at_ == start) return std::nullopt;
    return json_.substr(start, at_ - start);
  }

 private:
  // NUL at the end; the text has none.
  char At() const { return at_ < json_.size() ? json_[at_] : '\0'; }
  void SkipBlanks() {
    while (at_ < json_.size() &&
           absl::StrContains(" \t\r\n", json_.substr(at_, 1))) {
      ++at_;
    }
  }
  void SkipWord() {
    while (at_ < json_.size() &&
           !absl::StrContains(",:]} \t\r\n", json_.substr(at_, 1))) {
      ++at_;
    }
  }
  void SkipString() {
    for (++at_; at_ < json_.size() && json_[at_] != '"'; ++at_) {
      if (json_[at_] == '\\') ++at_;
    }
    at_ = std::min(at_ + 1, json_.size());
  }

  const absl::string_view json_;
  size_t at_ = 0;
};

BomText Refused(std::string pointer, std::string error) {
  BomText document;
  document.pointer = std::move(pointer);
  document.error = std::move(error);
  return document;
}

BomText ReadComponents(absl::string_view list) {
  ValueTexts elements(list);
  if (!elements.Enter('[')) {
    return Refused("/components", "components must be an array");
  }
  BomText document;
  while (const auto element = elements.Next()) {
    if (document.components.size() == kMaxComponents) {
      return Refused("/components",
                     absl::StrCat("the file has more than ", kMaxComponents,
                                  " components"));
    }
    document.components.push_back(*element);
  }
  return document;
}

}  // namespace

BomText ReadBom(absl::string_view content) {
  absl::string_view text = content;
  absl::ConsumePrefix(&text, "\xef\xbb\xbf");
  // The parser would take it for the end.
  if (absl::StrContains(text, absl::string_view("\0", 1))) {
    return Refused("", "the file holds a NUL byte; JSON has none");
  }
  FormCheck form;
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &form)) {
    return Refused("", form.error());
  }
  ValueTexts members(text);
  if (!members.Enter('{')) return Refused("", "the file must be an object");
  std::map<absl::string_view, absl::string_view> found = {
      {"\"bomFormat\"", ""}, {"\"specVersion\"", ""}, {"\"components\"", ""}};
  while (const auto name = members.Next()) {
    const auto value = members.Next();
    const auto member = found.find(*name);
    if (!value.has_value() || member == found.end()) continue;
    if (!member->second.empty()) {
      return Refused("", absl::StrCat(*name, " stands there twice"));
    }
    member->second = *value;
  }
  if (found["\"bomFormat\""] != "\"CycloneDX\"") {
    return Refused("/bomFormat", "bomFormat must be \"CycloneDX\"");
  }
  if (found["\"specVersion\""] != "\"1.6\"") {
    return Refused("/specVersion",
                   "specVersion must be \"1.6\"; earlier ones have no "
                   "licensing data for all that is needed");
  }
  if (found["\"components\""].empty()) {
    return Refused("/components", "the document has no components");
  }
  return ReadComponents(found["\"components\""]);
}

}  // namespace rollcall::collector
