// Whether an entitlement line is for what is installed. Pure.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "collector/contracts/civil_date.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

// What is installed of a product, as far as use rights look at it.
struct Install {
  // Nothing: unknown.
  std::optional<std::string> version;
  // Nothing: the product has none, or it is unknown.
  std::optional<std::string> edition;

  friend auto operator<=>(const Install&, const Install&) = default;
};

// Whether `version` is `bought` or a later component's worth of it: "15" admits
// "15.18" but not "150" or "1". Ignores ASCII case.
bool VersionAdmits(absl::string_view bought, absl::string_view version);

// Whether a line for the product admits the install: where the line names a
// version or an edition, the install must have it; an install whose version or
// edition is unknown is not admitted by a line that names one.
bool Admits(const v1::Entitlement& line, const Install& install);

// Why the line is not in term on the date, for example "ended 2026-03-31";
// empty if it is. Both the first and the last day are in term. A line whose
// dates do not parse is not.
std::string OutOfTerm(const v1::Entitlement& line, const CivilDate& date);

// Why lines of the kind cover no use by themselves, for example "is for
// evaluation only"; empty if they do.
absl::string_view NoRightAlone(v1::Entitlement::LicenceKind kind);

// Whether lines of the kind rest on another line.
bool BuildsUponAnother(v1::Entitlement::LicenceKind kind);

// For example "version 15, edition Enterprise".
std::string InstallInWords(const Install& install);

}  // namespace rollcall::collector
