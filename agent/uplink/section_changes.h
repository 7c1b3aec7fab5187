// What changed between two states of a machine, as a check-in brings it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/uplink/facts.h"
#include "common/id.h"
#include "rollcall/v1/sync.pb.h"

namespace rollcall::agent {

// The sets that a collector acknowledged last, by section: ids ascending.
struct AcknowledgedSection {
  RootId root;
  std::vector<RowId> ids;
};
using AcknowledgedSets = std::map<std::string, AcknowledgedSection>;

AcknowledgedSets SetsOf(const Facts& facts);

// What a section has that it had not before, and had and has not; both in
// ascending order of ids.
struct SetDifference {
  // Of the section that was compared, and valid as long as it is.
  std::vector<const FactRow*> added;
  std::vector<RowId> removed;
};
SetDifference Compare(const AcknowledgedSection& before,
                      const FactSection& now);
// Ids, 16 bytes each, concatenated.
std::string PackIds(const std::vector<RowId>& ids);

// More canonical bytes of rows are not a small difference: they are better
// asked for, compressed, and by those who lack them.
inline constexpr size_t kMostChangeBytes = 8 * 1024;

// The changes that make `facts` of `before`; nothing if they are not small. A
// section that changed a lot is named by its root, in case the collector has
// that set from others.
std::optional<std::vector<v1::SectionChange>> SmallChanges(
    const AcknowledgedSets& before, const Facts& facts);

}  // namespace rollcall::agent
