#include "collector/presence/value_index.h"

#include <algorithm>
#include <tuple>

namespace rollcall::collector {
namespace {

std::vector<ComparableTraits> MakeAllComparable(
    absl::Span<const MachineTraits> all) {
  std::vector<ComparableTraits> comparable;
  comparable.reserve(all.size());
  for (const MachineTraits& traits : all) {
    comparable.push_back(MakeComparable(traits));
  }
  return comparable;
}

void AddProduct(const std::vector<uint32_t>& lines,
                const std::vector<uint32_t>& devices, int strength,
                std::vector<CandidatePair>& pairs) {
  if (lines.size() > kMostSharers || devices.size() > kMostSharers) return;
  for (const uint32_t line : lines) {
    for (const uint32_t device : devices) {
      pairs.push_back({line, device, strength, false});
    }
  }
}

// Makes one of all pairs of the same two.
void Merge(std::vector<CandidatePair>& pairs) {
  std::sort(pairs.begin(), pairs.end(),
            [](const CandidatePair& a, const CandidatePair& b) {
              return std::tie(a.line, a.device) < std::tie(b.line, b.device);
            });
  size_t kept = 0;
  for (size_t i = 0; i < pairs.size(); ++i) {
    if (kept > 0 && pairs[kept - 1].line == pairs[i].line &&
        pairs[kept - 1].device == pairs[i].device) {
      pairs[kept - 1].strength |= pairs[i].strength;
    } else {
      pairs[kept++] = pairs[i];
    }
  }
  pairs.resize(kept);
}

}  // namespace

absl::string_view FieldName(MatchField field) {
  switch (field) {
    case MatchField::kSerial:
      return "serial";
    case MatchField::kMac:
      return "mac";
    case MatchField::kHostname:
      return "hostname";
  }
  return "";
}

ValueIndex::ValueIndex(absl::Span<const MachineTraits> lines,
                       absl::Span<const MachineTraits> devices)
    : lines_(lines),
      devices_(devices),
      comparable_lines_(MakeAllComparable(lines)),
      comparable_devices_(MakeAllComparable(devices)) {
  Add(comparable_lines_, &Carriers::lines);
  Add(comparable_devices_, &Carriers::devices);
}

void ValueIndex::Add(const std::vector<ComparableTraits>& all,
                     PlaceList places) {
  for (uint32_t i = 0; i < all.size(); ++i) {
    const ComparableTraits& traits = all[i];
    if (!traits.serial.empty()) {
      (serials_[traits.serial].*places).push_back(i);
    }
    for (const std::string& mac : traits.macs) {
      (macs_[mac].*places).push_back(i);
    }
    if (traits.hostname.empty()) continue;
    (hostnames_[traits.hostname].*places).push_back(i);
    const absl::string_view label = FirstLabel(traits.hostname);
    Index& index = label == traits.hostname ? bare_ : qualified_;
    (index[label].*places).push_back(i);
  }
}

const ValueIndex::Carriers& ValueIndex::Find(const Index& index,
                                             absl::string_view value) {
  static const Carriers* const kNone = new Carriers();
  const auto found = index.find(value);
  return found == index.end() ? *kNone : found->second;
}

ValueIndex::Count ValueIndex::CountHost(const std::string& hostname) const {
  const absl::string_view label = FirstLabel(hostname);
  const Count same = Find(hostnames_, hostname).count();
  const Count more =
      Find(label == hostname ? qualified_ : bare_, label).count();
  return {same.lines + more.lines, same.devices + more.devices};
}

// A host name identifies as well where it is written bare on one side and
// qualified on the other, if it is nobody else's.
void ValueIndex::MarkIdentifyingHosts(std::vector<CandidatePair>& pairs) const {
  for (CandidatePair& pair : pairs) {
    if ((pair.strength & kHostnameShared) == 0) continue;
    if (CountHost(comparable_lines_[pair.line].hostname).devices == 1 &&
        CountHost(comparable_devices_[pair.device].hostname).lines == 1) {
      pair.strength |= kHostnameIdentifies;
    }
  }
}

void ValueIndex::AddHostPairs(std::vector<CandidatePair>& pairs) const {
  for (const auto& [name, carriers] : hostnames_) {
    const int identifies =
        carriers.count().Identify() ? kHostnameIdentifies : 0;
    AddProduct(carriers.lines, carriers.devices, kHostnameShared | identifies,
               pairs);
  }
  for (const auto& [label, bare] : bare_) {
    const Carriers& qualified = Find(qualified_, label);
    AddProduct(bare.lines, qualified.devices, kHostnameShared, pairs);
    AddProduct(qualified.lines, bare.devices, kHostnameShared, pairs);
  }
}

std::vector<CandidatePair> ValueIndex::Pairs() const {
  std::vector<CandidatePair> pairs;
  for (const auto& [serial, carriers] : serials_) {
    const int identifies = carriers.count().Identify() ? kSerialIdentifies : 0;
    AddProduct(carriers.lines, carriers.devices, kSerialShared | identifies,
               pairs);
  }
  for (const auto& [mac, carriers] : macs_) {
    const int identifies = carriers.count().Identify() ? kMacIdentifies : 0;
    AddProduct(carriers.lines, carriers.devices, kMacShared | identifies,
               pairs);
  }
  AddHostPairs(pairs);
  Merge(pairs);
  MarkIdentifyingHosts(pairs);
  for (CandidatePair& pair : pairs) {
    pair.blocked = Blocked(pair.line, pair.device);
  }
  return pairs;
}

bool ValueIndex::Blocked(size_t line, size_t device) const {
  const std::string& expected = comparable_lines_[line].serial;
  const std::string& seen = comparable_devices_[device].serial;
  if (expected.empty() || seen.empty() || expected == seen) return false;
  return Find(serials_, expected).lines.size() == 1 &&
         Find(serials_, seen).devices.size() == 1;
}

Comparison ValueIndex::Compare(size_t line, size_t device) const {
  const ComparableTraits& a = comparable_lines_[line];
  const ComparableTraits& b = comparable_devices_[device];
  Comparison comparison;
  const auto note = [&](MatchField field, bool agrees) {
    (agrees ? comparison.agreeing : comparison.differing).push_back(field);
  };
  if (!a.serial.empty() && !b.serial.empty() &&
      !Find(serials_, a.serial).count().TooMany() &&
      !Find(serials_, b.serial).count().TooMany()) {
    note(MatchField::kSerial, a.serial == b.serial);
  }
  const auto counts = [this](const std::string& mac) {
    return !Find(macs_, mac).count().TooMany();
  };
  const bool both = std::any_of(a.macs.begin(), a.macs.end(), counts) &&
                    std::any_of(b.macs.begin(), b.macs.end(), counts);
  if (both) {
    const bool common =
        std::any_of(a.macs.begin(), a.macs.end(), [&](const std::string& mac) {
          return counts(mac) &&
                 std::binary_search(b.macs.begin(), b.macs.end(), mac);
        });
    note(MatchField::kMac, common);
  }
  if (!a.hostname.empty() && !b.hostname.empty() &&
      !CountHost(a.hostname).TooMany() && !CountHost(b.hostname).TooMany()) {
    note(MatchField::kHostname, SameHost(a.hostname, b.hostname));
  }
  return comparison;
}

std::vector<ValueUse> ValueIndex::LineValues(size_t line) const {
  return Values(lines_[line], comparable_lines_[line]);
}

std::vector<ValueUse> ValueIndex::DeviceValues(size_t device) const {
  return Values(devices_[device], comparable_devices_[device]);
}

std::vector<ValueUse> ValueIndex::Values(
    const MachineTraits& traits, const ComparableTraits& comparable) const {
  std::vector<ValueUse> values;
  const auto add = [&](MatchField field, const std::string& text, Count count) {
    values.push_back(
        {field, text, count.lines, count.devices, !count.TooMany()});
  };
  if (traits.serial.has_value()) {
    add(MatchField::kSerial, *traits.serial,
        Find(serials_, comparable.serial).count());
    values.back().counts &= !comparable.serial.empty();
  }
  for (const std::string& mac : comparable.macs) {
    add(MatchField::kMac, mac, Find(macs_, mac).count());
  }
  if (!comparable.hostname.empty()) {
    add(MatchField::kHostname, *traits.hostname,
        CountHost(comparable.hostname));
  }
  return values;
}

}  // namespace rollcall::collector
