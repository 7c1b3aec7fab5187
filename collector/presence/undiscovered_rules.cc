#include "collector/presence/undiscovered_rules.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "collector/presence/undiscovered_rows.h"
#include "collector/registers/expected_device_fields.h"
#include "common/proto_time.h"

namespace rollcall::collector {
namespace {

using v1::UndiscoveredDevice;
using Kind = MatchOutcome::Kind;

class Finder {
 public:
  Finder(absl::Span<const v1::ExpectedDevice> expected,
         absl::Span<const DiscoveredDevice> discovered,
         absl::Duration stale_after)
      : discovered_(discovered), stale_after_(stale_after) {
    for (const DiscoveredDevice& device : discovered) {
      traits_.push_back(TraitsOf(device));
    }
    for (size_t begin = 0; begin < expected.size();) {
      size_t end = begin;
      while (end < expected.size() &&
             expected[end].register_() == expected[begin].register_()) {
        ++end;
      }
      registers_.push_back(std::make_unique<RegisterMatch>(
          expected.subspan(begin, end - begin), discovered, traits_));
      begin = end;
    }
    list_.expected_count = static_cast<int>(expected.size());
    list_.discovered_count = static_cast<int>(discovered.size());
  }

  UndiscoveredList Find() && {
    for (const auto& match : registers_) {
      for (size_t line = 0; line < match->line_count(); ++line) {
        JudgeLine(*match, line);
      }
    }
    for (size_t device = 0; device < discovered_.size(); ++device) {
      JudgeDevice(device);
    }
    Sort();
    return std::move(list_);
  }

 private:
  void Sort() {
    std::vector<std::pair<std::string, UndiscoveredDevice>> keyed;
    keyed.reserve(list_.devices.size());
    for (UndiscoveredDevice& device : list_.devices) {
      keyed.emplace_back(UndiscoveredOrder(device), std::move(device));
    }
    std::sort(keyed.begin(), keyed.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    list_.devices.clear();
    for (auto& [order, device] : keyed) {
      list_.devices.push_back(std::move(device));
    }
  }

  bool IsStale(const DiscoveredDevice& device) const {
    return device.silence >= stale_after_;
  }

  void JudgeLine(const RegisterMatch& match, size_t line) {
    const MatchOutcome& outcome = match.matcher().line(line);
    const Expectation expectation = ExpectationOf(match.line(line));
    switch (outcome.kind) {
      case Kind::kMatched:
        JudgeMatched(match, line, outcome.others[0], expectation);
        break;
      case Kind::kAmbiguous:
        list_.devices.push_back(AmbiguousRow(match, line));
        break;
      case Kind::kAlone:
        if (expectation == Expectation::kSpeaks ||
            expectation == Expectation::kPaused) {
          list_.devices.push_back(NeverSeenRow(match, line));
        }
        break;
    }
  }

  void JudgeMatched(const RegisterMatch& match, size_t line, size_t device,
                    Expectation expectation) {
    const DiscoveredDevice& seen = match.device(device);
    if (IsStale(seen)) {
      // A second register that expects the same device tells nothing new.
      if (expectation == Expectation::kSpeaks && stale_.insert(device).second) {
        list_.devices.push_back(StaleRow(match, line, device, stale_after_));
      }
      return;
    }
    // Only what was heard since the register says so contradicts it.
    const bool speaks = FromProto(seen.facts.last_seen()) >
                        FromProto(match.line(line).status_known_time());
    if (expectation == Expectation::kGone && speaks) {
      if (gone_.insert(device).second) {
        list_.devices.push_back(ShouldBeGoneRow(match, line, device));
      }
      return;
    }
    ++list_.matched_count;
  }

  // A device that no line of any register is about.
  void JudgeDevice(size_t device) {
    const RegisterMatch* nearest = nullptr;
    int best = 0;
    for (const auto& match : registers_) {
      const MatchOutcome& outcome = match->matcher().device(device);
      if (outcome.kind != Kind::kAlone) return;
      if (outcome.others.empty()) continue;
      const int strength = match->matcher().Strength(outcome.others[0], device);
      if (strength > best) {
        best = strength;
        nearest = match.get();
      }
    }
    if (nearest == nullptr && !registers_.empty()) {
      nearest = registers_.front().get();
    }
    const DiscoveredDevice& seen = discovered_[device];
    list_.devices.push_back(
        IsStale(seen) ? StaleAndNotOwnedRow(nearest, seen, device, stale_after_)
                      : NotOwnedRow(nearest, seen, device));
  }

  const absl::Span<const DiscoveredDevice> discovered_;
  const absl::Duration stale_after_;
  std::vector<MachineTraits> traits_;
  std::vector<std::unique_ptr<RegisterMatch>> registers_;
  // Devices that are on the list for this reason already.
  absl::flat_hash_set<size_t> stale_;
  absl::flat_hash_set<size_t> gone_;
  UndiscoveredList list_;
};

}  // namespace

Expectation ExpectationOf(const v1::ExpectedDevice& line) {
  const std::string& status = line.status();
  if (status == kStatusOrdered || status == kStatusInStock) {
    return Expectation::kNotYet;
  }
  if (status == kStatusDisposed || status == kStatusLost ||
      status == kStatusStolen) {
    return Expectation::kGone;
  }
  return status == kStatusRepair ? Expectation::kPaused : Expectation::kSpeaks;
}

std::string UndiscoveredOrder(const UndiscoveredDevice& device) {
  // Registers and ids hold no NUL; asset tags neither.
  return absl::StrCat(absl::StrFormat("%03d", device.state()),
                      device.expected().register_(), std::string(1, '\0'),
                      absl::AsciiStrToLower(device.expected().asset_tag()),
                      std::string(1, '\0'), device.device_id());
}

UndiscoveredList FindUndiscovered(absl::Span<const v1::ExpectedDevice> expected,
                                  absl::Span<const DiscoveredDevice> discovered,
                                  absl::Duration stale_after) {
  return Finder(expected, discovered, stale_after).Find();
}

}  // namespace rollcall::collector
