// What was there when a subject was first looked at. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "collector/contracts/civil_date.h"

namespace rollcall::collector {

// What a subject had at a notice, or when it was first heard of since.
struct SubjectStart {
  // The day that it was first heard of; nothing: before all notices.
  std::optional<CivilDate> begin;
  // Packages by product in lower case.
  std::map<std::string, int> packages;
};

// Whether a subject of a device that was first heard of from the notice up to
// the day came with the product, and none of before the notice had it: then
// nobody knows when it was installed.
bool CameWith(const std::string& product,
              const std::vector<SubjectStart>& subjects,
              const CivilDate& notice, const CivilDate& on);

}  // namespace rollcall::collector
