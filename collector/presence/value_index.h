// Which lines and devices carry which values, and so which of them may belong
// together. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/presence/machine_traits.h"

namespace rollcall::collector {

// In order of strength.
enum class MatchField { kSerial, kMac, kHostname };

// "serial", "mac", "hostname".
absl::string_view FieldName(MatchField field);

// A value that more lines or more devices than this carry says nothing.
inline constexpr size_t kMostSharers = 5;

// What a line and a device have in common, as bits; as a number, greater is
// stronger. A value identifies if one line and one device carry it, and no
// more.
enum Agreement : int {
  kHostnameShared = 1,
  kMacShared = 2,
  kSerialShared = 4,
  kHostnameIdentifies = 8,
  kMacIdentifies = 16,
  kSerialIdentifies = 32,
};

// A line and a device with something in common, by place.
struct CandidatePair {
  uint32_t line;
  uint32_t device;
  // Agreement bits.
  int strength;
  // Whether their serial numbers keep them apart.
  bool blocked;
};

// A value of one machine and who carries it.
struct ValueUse {
  MatchField field;
  // As it is written.
  std::string value;
  // Carriers, itself included.
  size_t lines = 0;
  size_t devices = 0;
  // False where it says nothing: too many carry it, or it numbers nothing.
  bool counts = true;
};

// How a line and a device compare. A field that one of them lacks, or whose
// value says nothing, is in neither list.
struct Comparison {
  std::vector<MatchField> agreeing;
  std::vector<MatchField> differing;
};

// Immutable after construction; thread-safe then.
class ValueIndex {
 public:
  // Both outlive it.
  ValueIndex(absl::Span<const MachineTraits> lines,
             absl::Span<const MachineTraits> devices);

  // All pairs that have a value in common that says something, ordered by line,
  // device. Their number is bounded by kMostSharers times that of the values.
  std::vector<CandidatePair> Pairs() const;

  Comparison Compare(size_t line, size_t device) const;
  // Whether each has a serial number of its own, and they differ.
  bool Blocked(size_t line, size_t device) const;

  // All values of one machine, strongest field first.
  std::vector<ValueUse> LineValues(size_t line) const;
  std::vector<ValueUse> DeviceValues(size_t device) const;

 private:
  // How many carry a value.
  struct Count {
    size_t lines = 0;
    size_t devices = 0;
    bool TooMany() const {
      return lines > kMostSharers || devices > kMostSharers;
    }
    bool Identify() const { return lines == 1 && devices == 1; }
  };
  struct Carriers {
    std::vector<uint32_t> lines;
    std::vector<uint32_t> devices;
    Count count() const { return {lines.size(), devices.size()}; }
  };
  using Index = absl::flat_hash_map<std::string, Carriers>;
  using PlaceList = std::vector<uint32_t> Carriers::*;

  void Add(const std::vector<ComparableTraits>& all, PlaceList places);
  static const Carriers& Find(const Index& index, absl::string_view value);
  // Of all names that may be the same host's.
  Count CountHost(const std::string& hostname) const;
  void MarkIdentifyingHosts(std::vector<CandidatePair>& pairs) const;
  void AddHostPairs(std::vector<CandidatePair>& pairs) const;
  std::vector<ValueUse> Values(const MachineTraits& traits,
                               const ComparableTraits& comparable) const;

  const absl::Span<const MachineTraits> lines_;
  const absl::Span<const MachineTraits> devices_;
  std::vector<ComparableTraits> comparable_lines_;
  std::vector<ComparableTraits> comparable_devices_;
  Index serials_;
  Index macs_;
  Index hostnames_;
  // By first label: names that are bare, and names that are not.
  Index bare_;
  Index qualified_;
};

}  // namespace rollcall::collector
