// Finds, for each line of one register, the device that it is about. Pure. The
// rules are in README.md; the result depends on ids and values alone, never on
// the order that they are given in.
#pragma once

#include <vector>

#include "absl/types/span.h"
#include "collector/presence/machine_traits.h"
#include "collector/presence/value_index.h"

namespace rollcall::collector {

// What became of a line or a device.
struct MatchOutcome {
  enum class Kind {
    // `others` holds its counterpart.
    kMatched,
    // It fits all of `others`, or the one in there fits others as well.
    kAmbiguous,
    // Nothing fits; `others` holds what came nearest, if anything did.
    kAlone,
  };
  Kind kind = Kind::kAlone;
  // Places among the other side, in order of their ids.
  std::vector<uint32_t> others;
};

// Immutable after construction; thread-safe then.
class DeviceMatcher {
 public:
  // Ids are unique on each side. Both outlive it.
  DeviceMatcher(absl::Span<const MachineTraits> lines,
                absl::Span<const MachineTraits> devices);

  const MatchOutcome& line(size_t line) const { return line_outcomes_[line]; }
  const MatchOutcome& device(size_t device) const {
    return device_outcomes_[device];
  }
  const ValueIndex& values() const { return values_; }
  // How strongly the two agree: Agreement bits; 0: not at all.
  int Strength(size_t line, size_t device) const;

 private:
  // Decides over the pairs from `begin` to `end`, which agree equally strongly.
  void DecideRank(const CandidatePair* begin, const CandidatePair* end);
  void NameNearest();
  void SortOthers();

  const absl::Span<const MachineTraits> lines_;
  const absl::Span<const MachineTraits> devices_;
  const ValueIndex values_;
  // Ordered by line, device.
  const std::vector<CandidatePair> pairs_;
  std::vector<MatchOutcome> line_outcomes_;
  std::vector<MatchOutcome> device_outcomes_;
};

}  // namespace rollcall::collector
