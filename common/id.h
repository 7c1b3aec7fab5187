// 128-bit ids, one type for each meaning, so that none is used for another.
#pragma once

#include <endian.h>

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <ostream>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "common/random.h"

namespace rollcall {

// A value of 16 bytes, ordered as bytes. Copyable; immutable but by assignment.
template <typename Tag>
class Id {
 public:
  static constexpr size_t kSize = 16;

  // The zero id, which is never given to anything.
  Id() : bytes_{} {}

  // From exactly 16 bytes, else nothing.
  static std::optional<Id> FromBytes(absl::string_view bytes) {
    if (bytes.size() != kSize) return std::nullopt;
    Id id;
    std::memcpy(id.bytes_.data(), bytes.data(), kSize);
    return id;
  }

  // From exactly 32 hex digits, else nothing.
  static std::optional<Id> FromHex(absl::string_view hex) {
    if (hex.size() != 2 * kSize) return std::nullopt;
    for (const char c : hex) {
      if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) {
        return std::nullopt;
      }
    }
    return FromBytes(absl::HexStringToBytes(hex));
  }

  static Id Generate(Random& random) {
    Id id;
    for (size_t i = 0; i < kSize; i += sizeof(uint64_t)) {
      const uint64_t word = random.Next64();
      std::memcpy(id.bytes_.data() + i, &word, sizeof(word));
    }
    return id;
  }

  // The bytes; valid as long as this id.
  absl::string_view bytes() const {
    return absl::string_view(reinterpret_cast<const char*>(bytes_.data()),
                             kSize);
  }
  std::string ToBytes() const { return std::string(bytes()); }
  std::string ToHex() const { return absl::BytesToHexString(bytes()); }
  bool IsZero() const { return *this == Id(); }
  // The first eight bytes, as a number that is ordered as ids are.
  uint64_t FirstBits() const { return Word(0); }

  friend bool operator==(const Id& a, const Id& b) {
    return std::memcmp(a.bytes_.data(), b.bytes_.data(), kSize) == 0;
  }
  // As bytes compare, eight at a time: sets of ids are merged and sorted all
  // the time.
  friend std::strong_ordering operator<=>(const Id& a, const Id& b) {
    const uint64_t a_high = a.Word(0);
    const uint64_t b_high = b.Word(0);
    if (a_high != b_high) return a_high <=> b_high;
    return a.Word(kSize / 2) <=> b.Word(kSize / 2);
  }

  template <typename H>
  friend H AbslHashValue(H h, const Id& id) {
    return H::combine(std::move(h), id.bytes_);
  }

 private:
  // Eight bytes from `begin` on, most significant first: in one load, where GCC
  // makes a loop of eight of anything but this.
  uint64_t Word(size_t begin) const {
    uint64_t word = 0;
    std::memcpy(&word, bytes_.data() + begin, sizeof(word));
    return be64toh(word);
  }

  std::array<unsigned char, kSize> bytes_;
};

// Prints ids in test failures.
template <typename Tag>
void PrintTo(const Id<Tag>& id, std::ostream* os) {
  *os << id.ToHex();
}

// A row's content: see common/rows.h.
using RowId = Id<struct RowIdTag>;
// A set of rows, or all sections of a subject: see common/rows.h.
using RootId = Id<struct RootIdTag>;
// An agent: the fingerprint of its key.
using AgentId = Id<struct AgentIdTag>;
// One line of reports: a lineage of agents on one install.
using SubjectId = Id<struct SubjectIdTag>;
// A discovered endpoint; stable for the life of the asset.
using DeviceId = Id<struct DeviceIdTag>;
// A proposed change to anything that moves a position.
using ChangeSetId = Id<struct ChangeSetIdTag>;
// A line of a purchase under a contract.
using EntitlementId = Id<struct EntitlementIdTag>;
// A value used once per conversation.
using Nonce = Id<struct NonceTag>;

}  // namespace rollcall
