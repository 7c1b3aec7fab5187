#include "agent/sources/dpkg_status.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "agent/sources/fact_text.h"

namespace rollcall {
namespace {

struct TextField {
  absl::string_view name;
  std::string DpkgPackage::*field;
};
constexpr TextField kTextFields[] = {
    {"Package", &DpkgPackage::name},
    {"Version", &DpkgPackage::version},
    {"Architecture", &DpkgPackage::architecture},
    {"Maintainer", &DpkgPackage::maintainer},
    {"Source", &DpkgPackage::source},
    {"Section", &DpkgPackage::section},
};

bool IsBlank(absl::string_view text) {
  return absl::StripAsciiWhitespace(text).empty();
}

// The third word of "install ok installed": what dpkg has done, beside what it
// was asked to do and whether that went wrong.
bool IsInstalledState(absl::string_view status) {
  const std::vector<absl::string_view> words =
      absl::StrSplit(status, ' ', absl::SkipEmpty());
  if (words.size() != 3) return false;
  return words[2] == "installed" || words[2] == "triggers-awaited" ||
         words[2] == "triggers-pending";
}

bool IsWellFormedState(absl::string_view status) {
  return std::count(status.begin(), status.end(), ' ') == 2;
}

}  // namespace

void DpkgStatusParser::AddField(absl::string_view name, absl::string_view value,
                                bool cut) {
  std::string* target = nullptr;
  for (const TextField& field : kTextFields) {
    if (absl::EqualsIgnoreCase(name, field.name)) {
      target = &(package_.*field.field);
    }
  }
  if (absl::EqualsIgnoreCase(name, "Status")) target = &status_;
  if (target != nullptr) {
    if (cut || !target->empty()) is_bad_ = true;
    *target = std::string(value);
  } else if (absl::EqualsIgnoreCase(name, "Installed-Size")) {
    package_.installed_kib = FactInteger(value);
  } else if (absl::EqualsIgnoreCase(name, "Multi-Arch")) {
    package_.multi_arch_same = value == "same";
  }
}

void DpkgStatusParser::AddLine(const Line& line) {
  if (IsBlank(line.text)) {
    EndRecord();
    return;
  }
  in_record_ = true;
  if (!line.complete) {
    is_cut_off_ = true;
    is_bad_ = true;
  }
  // Continuation of a field that is not wanted here: those have one line.
  if (line.text[0] == ' ' || line.text[0] == '\t') return;
  const size_t colon = line.text.find(':');
  if (colon == absl::string_view::npos) {
    is_bad_ = true;
    return;
  }
  AddField(line.text.substr(0, colon),
           absl::StripAsciiWhitespace(line.text.substr(colon + 1)), line.cut);
}

void DpkgStatusParser::EndRecord() {
  if (!in_record_) return;
  in_record_ = false;
  const bool has_status =
      status_.empty() ? status_optional_ : IsWellFormedState(status_);
  const bool is_installed =
      status_.empty() ? status_optional_ : IsInstalledState(status_);
  // Only what is not installed may lack a version.
  const bool lacks_version = is_installed && package_.version.empty();
  if (is_bad_ || package_.name.empty() || !has_status || lacks_version) {
    ++malformed_;
  } else if (is_installed) {
    consume_(package_);
  }
  package_ = {};
  status_.clear();
  is_bad_ = false;
}

void DpkgStatusParser::Finish() {
  // dpkg ends every record with an empty line.
  if (in_record_ && !status_optional_) is_cut_off_ = true;
  EndRecord();
}

absl::string_view PublisherOf(absl::string_view maintainer) {
  const size_t address = maintainer.rfind('<');
  absl::string_view name =
      absl::StripAsciiWhitespace(maintainer.substr(0, address));
  if (name.size() >= 2 && name.front() == '"' && name.back() == '"') {
    name = name.substr(1, name.size() - 2);
  }
  // Nothing but an address.
  if (absl::StrContains(name, '@') && !absl::StrContains(name, ' ')) return "";
  return name;
}

}  // namespace rollcall
