// Which licences are for a time. Pure.
#pragma once

#include "absl/strings/string_view.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

// Whether licences of the line's kind are for a time: one without a last day
// must say that it never ends.
inline bool EndsByItsKind(const v1::Entitlement& line) {
  return line.licence_kind() == v1::Entitlement::LICENCE_KIND_SUBSCRIPTION ||
         line.licence_kind() == v1::Entitlement::LICENCE_KIND_EVALUATION ||
         line.licence_kind() == v1::Entitlement::LICENCE_KIND_MAINTENANCE;
}

// How a CycloneDX document says so.
inline constexpr absl::string_view kNeverEnds = "never";

}  // namespace rollcall::collector
