#include "collector/inventory/migrations.h"

#include <map>
#include <string>
#include <utility>

#include "collector/inventory/base_sets.h"
#include "collector/inventory/own_rows.h"
#include "collector/inventory/posting_keeper.h"
#include "collector/inventory/posting_tables.h"
#include "collector/inventory/row_directory.h"
#include "collector/inventory/tables.h"
#include "common/log.h"
#include "common/proto_time.h"
#include "common/status.h"
#include "rollcall/stored/v1/identity.pb.h"

namespace rollcall::collector {
namespace {

using stored::v1::Head;
using stored::v1::HeadSection;

constexpr size_t kBatchBytes = 1 << 20;

// Walks over a table as it is at the start, and writes what `replace` adds to
// the batch, in batches of moderate size.
template <typename Key, typename Value, typename Replace>
absl::Status ReplaceEach(Engine& engine, const Table<Key, Value>& table,
                         Replace replace) {
  const auto snapshot = engine.Snapshot();
  auto entries = table.ScanPrefix(*snapshot, KeyWriter());
  Batch batch;
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, entries.Next());
    if (entry.has_value()) {
      ROLLCALL_RETURN_IF_ERROR(
          replace(std::move(entry->key), std::move(entry->value), batch));
    }
    if (!entry.has_value() || batch.bytes() > kBatchBytes) {
      ROLLCALL_RETURN_IF_ERROR(engine.Write(batch, Durability::kSynced));
      batch.Clear();
    }
    if (!entry.has_value()) return absl::OkStatus();
  }
}

// The numbers that ids were packed as, in place of the ids.
absl::Status Renumber(RowDirectory& rows, absl::string_view ids,
                      std::string& numbers) {
  if (ids.empty()) return absl::OkStatus();
  ROLLCALL_ASSIGN_OR_RETURN(const RowSet set, UnpackIds(ids));
  ROLLCALL_ASSIGN_OR_RETURN(const auto found, rows.NumbersOf(set));
  numbers = PackNumbers(found);
  return absl::OkStatus();
}

absl::Status NumberRows(Engine& engine) {
  RowNumber next = 1;
  {
    auto last = kRowNumberTable.ReverseScanPrefix(engine, KeyWriter());
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, last.Next());
    if (entry.has_value()) next = entry->key.number + 1;
  }
  return ReplaceEach(
      engine, kRowTable,
      [&next](RowKey key, stored::v1::FleetRow row, Batch& batch) {
        if (row.number() != 0) return absl::OkStatus();
        stored::v1::NumberedRow name;
        name.set_row_id(key.row.ToBytes());
        kRowNumberTable.Put(batch, {next}, name);
        row.set_number(next++);
        kRowTable.Put(batch, key, row);
        return absl::OkStatus();
      });
}

absl::Status NumberBases(Engine& engine, RowDirectory& rows) {
  return ReplaceEach(
      engine, kBaseTable,
      [&](BaseKey key, stored::v1::BaseSet base, Batch& batch) -> absl::Status {
        if (base.ids().empty()) return absl::OkStatus();
        ROLLCALL_ASSIGN_OR_RETURN(const RowSet ids, UnpackIds(base.ids()));
        ROLLCALL_RETURN_IF_ERROR(
            Renumber(rows, base.ids(), *base.mutable_rows()));
        base.set_sketch(SketchToBytes(MakeSketch(ids)));
        base.clear_ids();
        kBaseTable.Put(batch, key, base);
        return absl::OkStatus();
      });
}

// Packs the own rows of a section that stand one by one.
absl::Status PackOwn(const Engine& engine, SubjectId subject, int row_level,
                     HeadSection& section, Batch& batch) {
  KeyWriter prefix;
  prefix.U16(ShardOf(subject)).AddId(subject).Text(section.section());
  auto entries = kOwnRowTable.ScanPrefix(engine, std::move(prefix));
  OwnRows rows;
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, entries.Next());
    if (!entry.has_value()) break;
    kOwnRowTable.Delete(batch, entry->key);
    rows[entry->key.row] = std::move(*entry->value.mutable_canonical());
  }
  if (rows.empty()) return absl::OkStatus();
  const uint32_t bits = ChoosePackBits(rows.size(), 0);
  section.set_pack_bits(bits);
  WriteOwnRows({subject, section.section(), row_level}, {{}, 0, rows, bits},
               batch);
  return absl::OkStatus();
}

absl::Status NumberHeads(Engine& engine, RowDirectory& rows) {
  const auto replace = [&](SubjectKey key, Head head,
                           Batch& batch) -> absl::Status {
    for (HeadSection& section : *head.mutable_sections()) {
      ROLLCALL_RETURN_IF_ERROR(
          Renumber(rows, section.added_ids(), *section.mutable_added_rows()));
      ROLLCALL_RETURN_IF_ERROR(Renumber(rows, section.removed_ids(),
                                        *section.mutable_removed_rows()));
      section.clear_added_ids();
      section.clear_removed_ids();
      ROLLCALL_RETURN_IF_ERROR(
          PackOwn(engine, key.subject, head.row_level(), section, batch));
    }
    kHeadTable.Put(batch, key, head);
    return absl::OkStatus();
  };
  return ReplaceEach(engine, kHeadTable, replace);
}

absl::Status NumberHistory(Engine& engine, RowDirectory& rows) {
  return ReplaceEach(
      engine, kHistoryTable,
      [&](HistoryKey key, stored::v1::HistoryEntry entry,
          Batch& batch) -> absl::Status {
        for (auto& change : *entry.mutable_sections()) {
          ROLLCALL_RETURN_IF_ERROR(
              Renumber(rows, change.added_ids(), *change.mutable_added_rows()));
          ROLLCALL_RETURN_IF_ERROR(Renumber(rows, change.removed_ids(),
                                            *change.mutable_removed_rows()));
          change.clear_added_ids();
          change.clear_removed_ids();
        }
        kHistoryTable.Put(batch, key, entry);
        return absl::OkStatus();
      });
}

// Blocks are written whole, so all times are gathered first; the single records
// go once the blocks are there.
absl::Status PackLastSeen(Engine& engine) {
  auto entries = kLastSeenTable.ScanPrefix(engine, KeyWriter());
  std::map<uint16_t, stored::v1::SeenBlock> blocks;
  Batch batch;
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    if (!entry.has_value()) break;
    const SubjectId subject = entry->key.subject;
    stored::v1::SeenBlock& block = blocks[ShardOf(subject)];
    block.mutable_subject_ids()->append(subject.bytes().data(),
                                        SubjectId::kSize);
    block.add_times(absl::ToUnixMicros(FromProto(entry->value.time())));
    kLastSeenTable.Delete(batch, entry->key);
  }
  for (const auto& [shard, block] : blocks) {
    kSeenBlockTable.Put(batch, {shard}, block);
  }
  return engine.Write(batch, Durability::kSynced);
}

// Subjects are identity's; here only their ordinals are of interest.
constexpr Table<SubjectKey, stored::v1::Subject> kSubjects(TableId::kSubject);

absl::Status PutOrdinalsIntoHeads(Engine& engine) {
  return ReplaceEach(
      engine, kHeadTable,
      [&](SubjectKey key, Head head, Batch& batch) -> absl::Status {
        ROLLCALL_ASSIGN_OR_RETURN(const auto subject,
                                  kSubjects.Get(engine, key));
        if (!subject.has_value()) {
          return absl::DataLossError(absl::StrCat(
              "table subject: subject ", key.subject.ToHex(), " is missing"));
        }
        head.set_ordinal(subject->ordinal());
        kHeadTable.Put(batch, key, head);
        return absl::OkStatus();
      });
}

// What bases hold a row was a value for each row and chunk.
constexpr auto kBasesOfOneRow = static_cast<PostingKind>(1);

// Puts the bases of rows that follow each other into one value. Those of a
// value are written together, so that what is left over is whole.
absl::Status JoinBasesOfRows(Engine& engine) {
  const auto snapshot = engine.Snapshot();
  KeyWriter prefix;
  prefix.U16(static_cast<uint16_t>(kBasesOfOneRow));
  auto stored = kPostingTable.ScanPrefix(*snapshot, std::move(prefix));
  std::map<PostingKey, PostingSet> joined;
  Batch batch;
  uint32_t rows = 0;
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, stored.Next());
    if (!entry.has_value() || entry->key.number / kRowsPerValue != rows) {
      for (auto& [key, bases] : joined) WritePosting(key, bases, batch);
      joined.clear();
      if (!entry.has_value() || batch.bytes() > kBatchBytes) {
        ROLLCALL_RETURN_IF_ERROR(engine.Write(batch, Durability::kSynced));
        batch.Clear();
      }
      if (!entry.has_value()) return absl::OkStatus();
      rows = entry->key.number / kRowsPerValue;
    }
    ROLLCALL_ASSIGN_OR_RETURN(const PostingSet bases,
                              EntriesOf(entry->key, entry->value));
    for (const uint32_t base : bases) {
      const PostingPlace place =
          PlaceOf({PostingKind::kRowInBase, entry->key.number}, base);
      joined[place.key].add(place.entry);
    }
    kPostingTable.Delete(batch, entry->key);
  }
}

}  // namespace

std::vector<Migration> Migrations() {
  return {MigrateToVersion2, MigrateToVersion3, MigrateToVersion4};
}

absl::Status MigrateToVersion2(Engine& engine) {
  Log(LogLevel::kInfo, "bringing the store to schema version 2");
  RowDirectory rows(engine);
  ROLLCALL_RETURN_IF_ERROR(NumberRows(engine));
  ROLLCALL_RETURN_IF_ERROR(NumberBases(engine, rows));
  ROLLCALL_RETURN_IF_ERROR(NumberHistory(engine, rows));
  ROLLCALL_RETURN_IF_ERROR(NumberHeads(engine, rows));
  return PackLastSeen(engine);
}

absl::Status MigrateToVersion3(Engine& engine) {
  Log(LogLevel::kInfo, "bringing the store to schema version 3");
  ROLLCALL_RETURN_IF_ERROR(PutOrdinalsIntoHeads(engine));
  // What version 2 noted of changes says too little, and the heads say it all.
  ROLLCALL_RETURN_IF_ERROR(ReplaceEach(
      engine, kChangeTable,
      [](ChangeKey key, const stored::v1::ChangedSubject&, Batch& batch) {
        kChangeTable.Delete(batch, key);
        return absl::OkStatus();
      }));
  return PostingKeeper(engine).Rebuild().status();
}

absl::Status MigrateToVersion4(Engine& engine) {
  Log(LogLevel::kInfo, "bringing the store to schema version 4");
  const absl::Status joined = JoinBasesOfRows(engine);
  if (!absl::IsDataLoss(joined)) return joined;
  // What cannot be read is recomputed.
  return PostingKeeper(engine).Rebuild().status();
}

}  // namespace rollcall::collector
