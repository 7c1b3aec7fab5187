// The tables in which the firmware describes the machine, taken apart into
// structures. Format: DMTF DSP0134 3.7, sections 5 (entry points) and 6
// (structures). Pure; every length is checked against the bytes there are.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace rollcall {

// What the entry point says of the table.
struct SmbiosEntryPoint {
  // Major version in the high byte, minor in the low: 0x0206 is 2.6.
  uint16_t version = 0;
  // Structures in the table; absent where the table ends with an
  // end-of-table structure instead (64-bit entry point).
  std::optional<int> structure_count = std::nullopt;
};

// Reads the 32-bit ("_SM_"), the 64-bit ("_SM3_") or the legacy ("_DMI_") entry
// point. INVALID_ARGUMENT if it is none of them or too short.
absl::StatusOr<SmbiosEntryPoint> ParseSmbiosEntryPoint(absl::string_view bytes);

// One structure; refers to the table's bytes. Fields are read by their offset
// as the specification gives it; a field beyond the structure's end is absent.
class SmbiosStructure {
 public:
  SmbiosStructure(absl::string_view formatted, absl::string_view strings)
      : formatted_(formatted), strings_(strings) {}

  uint8_t type() const { return static_cast<uint8_t>(formatted_[0]); }
  size_t length() const { return formatted_.size(); }
  uint16_t handle() const { return *Word(2); }

  std::optional<uint8_t> Byte(size_t offset) const;
  std::optional<uint16_t> Word(size_t offset) const;
  std::optional<uint32_t> DoubleWord(size_t offset) const;
  // The bytes [offset, offset + size), or nothing.
  std::optional<absl::string_view> Bytes(size_t offset, size_t size) const;
  // The text whose number is at `offset`. Absent for number 0, and if there
  // is no text of that number: `*is_bad` then becomes true.
  std::optional<absl::string_view> String(size_t offset,
                                          bool* is_bad = nullptr) const;

 private:
  absl::string_view formatted_;
  // The text strings, each ended by a NUL.
  absl::string_view strings_;
};

struct SmbiosStructures {
  std::vector<SmbiosStructure> structures;
  // Whether the table broke off or ended inside a structure.
  bool is_damaged = false;
};

// Takes the table apart, up to its end or the first damage.
SmbiosStructures SplitSmbiosTable(const SmbiosEntryPoint& entry,
                                  absl::string_view table);

}  // namespace rollcall
