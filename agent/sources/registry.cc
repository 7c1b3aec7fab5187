#include "agent/sources/registry.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/sources/sources.h"

namespace rollcall {
namespace {

using Names = std::set<std::string>;

struct SourceEntry {
  absl::string_view name;
  // The source that feeds this section along with its own, or "".
  absl::string_view fed_by;
  // Makes the source; `names` are all that are selected.
  std::unique_ptr<Source> (*make)(const Names& names);
};

constexpr SourceEntry kSources[] = {
    {"os", "", [](const Names&) { return MakeOsSource(); }},
    {"hardware.system", "", [](const Names&) { return MakeSystemSource(); }},
    {"hardware.cpu", "", [](const Names&) { return MakeCpuSource(); }},
    {"hardware.memory", "", [](const Names&) { return MakeMemorySource(); }},
    {"hardware.disk", "", [](const Names&) { return MakeDiskSource(); }},
    {"hardware.network", "", [](const Names&) { return MakeNetworkSource(); }},
    {"virtualization", "",
     [](const Names&) { return MakeVirtualizationSource(); }},
    {"software", "",
     [](const Names& names) {
       return MakeDpkgSource({.install = names.count("software.install") > 0});
     }},
    {"software.install", "software",
     [](const Names&) { return MakeDpkgSource({.software = false}); }},
};

}  // namespace

std::vector<std::string> SourceNames() {
  std::vector<std::string> names;
  for (const SourceEntry& entry : kSources) names.emplace_back(entry.name);
  std::sort(names.begin(), names.end());
  return names;
}

absl::StatusOr<std::vector<std::unique_ptr<Source>>> MakeSources(
    const SourceSelection& selection) {
  const std::vector<std::string> known = SourceNames();
  Names names(selection.only.begin(), selection.only.end());
  for (const std::string& name : names) {
    if (!std::binary_search(known.begin(), known.end(), name)) {
      return absl::InvalidArgumentError(
          absl::StrCat("no source is called \"", name, "\"; there are ",
                       absl::StrJoin(known, ", ")));
    }
  }
  if (names.empty()) names.insert(known.begin(), known.end());
  for (const SourceEntry& entry : kSources) {
    if (names.count(std::string(entry.fed_by)) > 0) {
      names.emplace(entry.name);
    }
  }
  for (const std::string& name : selection.disabled) {
    names.erase(name);
    for (const SourceEntry& entry : kSources) {
      if (entry.fed_by == name) names.erase(std::string(entry.name));
    }
  }

  std::vector<std::unique_ptr<Source>> sources;
  for (const SourceEntry& entry : kSources) {
    if (names.count(std::string(entry.name)) == 0) continue;
    if (names.count(std::string(entry.fed_by)) > 0) continue;
    sources.push_back(entry.make(names));
  }
  return sources;
}

}  // namespace rollcall
