#include "collector/inventory/own_rows.h"

#include <utility>

#include "collector/inventory/tables.h"
#include "common/rows.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr size_t kRowsPerPack = 16;
constexpr size_t kFullest = 48;
constexpr size_t kEmptiest = 4;
constexpr uint32_t kMaxBits = 11;

uint16_t PackOf(const RowId& id, uint32_t bits) {
  const auto first =
      static_cast<uint32_t>(static_cast<unsigned char>(id.bytes()[0]) << 8 |
                            static_cast<unsigned char>(id.bytes()[1]));
  return static_cast<uint16_t>(first >> (16 - bits));
}

std::map<uint16_t, stored::v1::OwnPack> Packed(const OwnRows& rows,
                                               uint32_t bits) {
  std::map<uint16_t, stored::v1::OwnPack> packs;
  for (const auto& [id, canonical] : rows) {
    packs[PackOf(id, bits)].add_rows(canonical);
  }
  return packs;
}

// Whether a pack stays as it is.
bool SamePack(const stored::v1::OwnPack* before,
              const stored::v1::OwnPack& after) {
  if (before == nullptr || before->rows_size() != after.rows_size()) {
    return false;
  }
  for (int i = 0; i < after.rows_size(); ++i) {
    if (before->rows(i) != after.rows(i)) return false;
  }
  return true;
}

}  // namespace

uint32_t ChoosePackBits(size_t rows, uint32_t bits) {
  const size_t packs = size_t{1} << bits;
  const bool fits =
      rows <= packs * kFullest && (bits == 0 || rows >= packs * kEmptiest);
  if (fits) return bits;
  uint32_t chosen = 0;
  while (chosen < kMaxBits && (kRowsPerPack << chosen) < rows) ++chosen;
  return chosen;
}

absl::StatusOr<OwnRows> ReadOwnRows(const Reader& reader,
                                    const OwnSection& section) {
  OwnRows rows;
  if (!HasOwnRows(section.section)) return rows;
  KeyWriter prefix;
  prefix.U16(ShardOf(section.subject))
      .AddId(section.subject)
      .Text(section.section);
  auto scan = kOwnPackTable.ScanPrefix(reader, std::move(prefix));
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, scan.Next());
    if (!entry.has_value()) return rows;
    for (std::string& canonical : *entry->value.mutable_rows()) {
      const RowId id =
          ComputeRowId(section.section, section.row_level, canonical);
      rows.emplace(id, std::move(canonical));
    }
  }
}

void WriteOwnRows(const OwnSection& section, const OwnChange& change,
                  Batch& batch) {
  const auto before = Packed(change.before, change.bits_before);
  const auto after = Packed(change.after, change.bits_after);
  const bool repacked = change.bits_before != change.bits_after;
  const auto key = [&](uint16_t pack) {
    return OwnPackKey{section.subject, std::string(section.section), pack};
  };
  for (const auto& [pack, rows] : before) {
    if (!after.contains(pack)) kOwnPackTable.Delete(batch, key(pack));
  }
  for (const auto& [pack, rows] : after) {
    const auto old = before.find(pack);
    if (repacked ||
        !SamePack(old == before.end() ? nullptr : &old->second, rows)) {
      kOwnPackTable.Put(batch, key(pack), rows);
    }
  }
}

}  // namespace rollcall::collector
