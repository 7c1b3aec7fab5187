#include "agent/sources/smbios.h"

#include "absl/strings/match.h"

namespace rollcall {
namespace {

// Header of a structure: type, length, handle.
constexpr size_t kHeaderBytes = 4;
constexpr uint8_t kEndOfTable = 127;
// Far more than any machine has.
constexpr size_t kMaxStructures = 16'384;

uint8_t ByteAt(absl::string_view bytes, size_t offset) {
  return static_cast<uint8_t>(bytes[offset]);
}

// Versions that firmware is known to misstate, with what was meant: the minor
// version was written in hex digits of its day's specification.
uint16_t CorrectVersion(uint16_t version) {
  switch (version) {
    case 0x021f:
    case 0x0221:
      return 0x0203;
    case 0x0233:
      return 0x0206;
    default:
      return version;
  }
}

uint16_t MakeVersion(int major, int minor) {
  return CorrectVersion(static_cast<uint16_t>(major << 8 | minor));
}

}  // namespace

absl::StatusOr<SmbiosEntryPoint> ParseSmbiosEntryPoint(
    absl::string_view bytes) {
  SmbiosEntryPoint entry;
  if (absl::StartsWith(bytes, "_SM3_") && bytes.size() >= 0x18) {
    entry.version = MakeVersion(ByteAt(bytes, 7), ByteAt(bytes, 8));
    return entry;
  }
  if (absl::StartsWith(bytes, "_SM_") && bytes.size() >= 0x1e) {
    entry.version = MakeVersion(ByteAt(bytes, 6), ByteAt(bytes, 7));
    entry.structure_count = ByteAt(bytes, 0x1c) | ByteAt(bytes, 0x1d) << 8;
    return entry;
  }
  if (absl::StartsWith(bytes, "_DMI_") && bytes.size() >= 0x0f) {
    // The version is one byte of two BCD digits.
    const uint8_t version = ByteAt(bytes, 0x0e);
    entry.version = MakeVersion(version >> 4, version & 0x0f);
    entry.structure_count = ByteAt(bytes, 0x0c) | ByteAt(bytes, 0x0d) << 8;
    return entry;
  }
  return absl::InvalidArgumentError("not an SMBIOS entry point");
}

std::optional<uint8_t> SmbiosStructure::Byte(size_t offset) const {
  if (offset >= formatted_.size()) return std::nullopt;
  return ByteAt(formatted_, offset);
}

std::optional<uint16_t> SmbiosStructure::Word(size_t offset) const {
  if (offset + 2 > formatted_.size()) return std::nullopt;
  return static_cast<uint16_t>(ByteAt(formatted_, offset) |
                               ByteAt(formatted_, offset + 1) << 8);
}

std::optional<uint32_t> SmbiosStructure::DoubleWord(size_t offset) const {
  if (offset + 4 > formatted_.size()) return std::nullopt;
  return static_cast<uint32_t>(*Word(offset)) |
         static_cast<uint32_t>(*Word(offset + 2)) << 16;
}

std::optional<absl::string_view> SmbiosStructure::Bytes(size_t offset,
                                                        size_t size) const {
  if (offset + size > formatted_.size()) return std::nullopt;
  return formatted_.substr(offset, size);
}

std::optional<absl::string_view> SmbiosStructure::String(size_t offset,
                                                         bool* is_bad) const {
  const std::optional<uint8_t> number = Byte(offset);
  if (!number || *number == 0) return std::nullopt;
  absl::string_view rest = strings_;
  for (int i = 1; !rest.empty(); ++i) {
    const absl::string_view text = rest.substr(0, rest.find('\0'));
    if (text.empty()) break;
    if (i == *number) return text;
    rest.remove_prefix(std::min(text.size() + 1, rest.size()));
  }
  if (is_bad != nullptr) *is_bad = true;
  return std::nullopt;
}

SmbiosStructures SplitSmbiosTable(const SmbiosEntryPoint& entry,
                                  absl::string_view table) {
  SmbiosStructures result;
  const size_t count = entry.structure_count
                           ? static_cast<size_t>(*entry.structure_count)
                           : kMaxStructures;
  while (result.structures.size() < count && table.size() >= kHeaderBytes) {
    const size_t length = ByteAt(table, 1);
    const uint8_t type = ByteAt(table, 0);
    if (length < kHeaderBytes || length > table.size()) {
      result.is_damaged = true;
      return result;
    }
    // The strings end with an empty one.
    const size_t end = table.find(absl::string_view("\0\0", 2), length);
    if (end == absl::string_view::npos) {
      // The end of the table is nothing more than that, whatever follows it.
      result.is_damaged = type != kEndOfTable;
      return result;
    }
    result.structures.emplace_back(table.substr(0, length),
                                   table.substr(length, end + 1 - length));
    table.remove_prefix(end + 2);
    // Some firmware announces more structures than it has.
    if (type == kEndOfTable) return result;
  }
  result.is_damaged = entry.structure_count && result.structures.size() < count;
  return result;
}

}  // namespace rollcall
