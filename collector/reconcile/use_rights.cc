#include "collector/reconcile/use_rights.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace rollcall::collector {
namespace {

enum class CharClass { kDigit, kLetter, kOther };

CharClass ClassOf(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (absl::ascii_isdigit(byte)) return CharClass::kDigit;
  return absl::ascii_isalpha(byte) ? CharClass::kLetter : CharClass::kOther;
}

}  // namespace

bool VersionAdmits(absl::string_view bought, absl::string_view version) {
  if (bought.empty() || !absl::StartsWithIgnoreCase(version, bought)) {
    return false;
  }
  if (version.size() == bought.size()) return true;
  // A component ends where digits or letters do: "8" in "8u402", not in "80".
  const CharClass last = ClassOf(bought.back());
  return last == CharClass::kOther || last != ClassOf(version[bought.size()]);
}

bool Admits(const v1::Entitlement& line, const Install& install) {
  if (line.has_version() &&
      !(install.version.has_value() &&
        VersionAdmits(line.version(), *install.version))) {
    return false;
  }
  return !line.has_edition() ||
         (install.edition.has_value() &&
          absl::EqualsIgnoreCase(line.edition(), *install.edition));
}

std::string OutOfTerm(const v1::Entitlement& line, const CivilDate& date) {
  const auto start = CivilDate::Parse(line.start_date());
  if (!start.ok()) return "its first day is unreadable";
  if (date < *start) return absl::StrCat("starts ", line.start_date());
  if (!line.has_end_date()) return "";
  const auto end = CivilDate::Parse(line.end_date());
  if (!end.ok()) return "its last day is unreadable";
  return *end < date ? absl::StrCat("ended ", line.end_date()) : "";
}

absl::string_view NoRightAlone(v1::Entitlement::LicenceKind kind) {
  switch (kind) {
    case v1::Entitlement::LICENCE_KIND_MAINTENANCE:
      return "is maintenance, which is a right to nothing alone";
    case v1::Entitlement::LICENCE_KIND_UPGRADE:
      return "is an upgrade, which makes an older licence one of this version "
             "and adds none";
    case v1::Entitlement::LICENCE_KIND_STEP_UP:
      return "is a step-up, which makes a licence of a lower edition one of "
             "this edition and adds none";
    case v1::Entitlement::LICENCE_KIND_ADD_ON:
      return "is an add-on, which adds to a licence and is none";
    case v1::Entitlement::LICENCE_KIND_EVALUATION:
      return "is for evaluation only";
    default:
      return "";
  }
}

bool BuildsUponAnother(v1::Entitlement::LicenceKind kind) {
  return kind == v1::Entitlement::LICENCE_KIND_UPGRADE ||
         kind == v1::Entitlement::LICENCE_KIND_STEP_UP ||
         kind == v1::Entitlement::LICENCE_KIND_ADD_ON;
}

std::string InstallInWords(const Install& install) {
  std::vector<std::string> parts;
  parts.push_back(install.version.has_value()
                      ? absl::StrCat("version ", *install.version)
                      : "an unknown version");
  if (install.edition.has_value()) {
    parts.push_back(absl::StrCat("edition ", *install.edition));
  }
  return absl::StrJoin(parts, ", ");
}

}  // namespace rollcall::collector
