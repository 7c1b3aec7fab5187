#include "collector/presence/device_matcher.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "absl/container/flat_hash_map.h"

namespace rollcall::collector {
namespace {

using Kind = MatchOutcome::Kind;

bool IsFree(const MatchOutcome& outcome) {
  return outcome.kind == Kind::kAlone;
}

void SortById(absl::Span<const MachineTraits> side,
              std::vector<uint32_t>& places) {
  std::sort(places.begin(), places.end(),
            [&](uint32_t a, uint32_t b) { return side[a].id < side[b].id; });
}

}  // namespace

DeviceMatcher::DeviceMatcher(absl::Span<const MachineTraits> lines,
                             absl::Span<const MachineTraits> devices)
    : lines_(lines),
      devices_(devices),
      values_(lines, devices),
      pairs_(values_.Pairs()),
      line_outcomes_(lines.size()),
      device_outcomes_(devices.size()) {
  std::vector<CandidatePair> by_strength = pairs_;
  std::stable_sort(by_strength.begin(), by_strength.end(),
                   [](const CandidatePair& a, const CandidatePair& b) {
                     return a.strength > b.strength;
                   });
  const CandidatePair* const end = by_strength.data() + by_strength.size();
  for (const CandidatePair* begin = by_strength.data(); begin != end;) {
    const CandidatePair* next = begin;
    while (next != end && next->strength == begin->strength) ++next;
    DecideRank(begin, next);
    begin = next;
  }
  NameNearest();
  SortOthers();
}

void DeviceMatcher::DecideRank(const CandidatePair* begin,
                               const CandidatePair* end) {
  std::vector<const CandidatePair*> open;
  absl::flat_hash_map<uint32_t, int> of_line;
  absl::flat_hash_map<uint32_t, int> of_device;
  for (const CandidatePair* pair = begin; pair != end; ++pair) {
    if (pair->blocked || !IsFree(line_outcomes_[pair->line]) ||
        !IsFree(device_outcomes_[pair->device])) {
      continue;
    }
    open.push_back(pair);
    ++of_line[pair->line];
    ++of_device[pair->device];
  }
  for (const CandidatePair* pair : open) {
    // What several carry never decides, not even where only one is left.
    const bool decides = pair->strength >= kHostnameIdentifies &&
                         of_line[pair->line] == 1 &&
                         of_device[pair->device] == 1;
    const Kind kind = decides ? Kind::kMatched : Kind::kAmbiguous;
    line_outcomes_[pair->line].kind = kind;
    line_outcomes_[pair->line].others.push_back(pair->device);
    device_outcomes_[pair->device].kind = kind;
    device_outcomes_[pair->device].others.push_back(pair->line);
  }
}

// The strongest pair of each that stays alone; of equals, the one with the
// least id on the other side.
void DeviceMatcher::NameNearest() {
  std::vector<int> line_strength(lines_.size());
  std::vector<int> device_strength(devices_.size());
  const auto offer = [](MatchOutcome& outcome, int& best, int strength,
                        uint32_t other, absl::Span<const MachineTraits> side) {
    if (!IsFree(outcome) || strength < best) return;
    if (strength == best && side[outcome.others[0]].id < side[other].id) return;
    best = strength;
    outcome.others = {other};
  };
  for (const CandidatePair& pair : pairs_) {
    offer(line_outcomes_[pair.line], line_strength[pair.line], pair.strength,
          pair.device, devices_);
    offer(device_outcomes_[pair.device], device_strength[pair.device],
          pair.strength, pair.line, lines_);
  }
}

void DeviceMatcher::SortOthers() {
  for (MatchOutcome& outcome : line_outcomes_) {
    SortById(devices_, outcome.others);
  }
  for (MatchOutcome& outcome : device_outcomes_) {
    SortById(lines_, outcome.others);
  }
}

int DeviceMatcher::Strength(size_t line, size_t device) const {
  const auto pair =
      std::lower_bound(pairs_.begin(), pairs_.end(), std::tie(line, device),
                       [](const CandidatePair& a,
                          const std::tuple<const size_t&, const size_t&>& b) {
                         return std::tuple<size_t, size_t>(a.line, a.device) <
                                std::tuple<size_t, size_t>(b);
                       });
  const bool found =
      pair != pairs_.end() && pair->line == line && pair->device == device;
  return found ? pair->strength : 0;
}

}  // namespace rollcall::collector
