// The tables of inventory.
#pragma once

#include <string>

#include "collector/storage/shard.h"
#include "collector/storage/table.h"
#include "rollcall/stored/v1/inventory.pb.h"

namespace rollcall::collector {

struct RowKey {
  RowId row;
  void Encode(KeyWriter& writer) const { writer.AddId(row); }
  static RowKey Decode(KeyReader& reader) { return {reader.TakeId<RowId>()}; }
};

struct RowNumberKey {
  uint32_t number = 0;
  void Encode(KeyWriter& writer) const { writer.U32(number); }
  static RowNumberKey Decode(KeyReader& reader) { return {reader.U32()}; }
};

struct BaseKey {
  RootId root;
  void Encode(KeyWriter& writer) const { writer.AddId(root); }
  static BaseKey Decode(KeyReader& reader) { return {reader.TakeId<RootId>()}; }
};

struct OwnRowKey {
  SubjectId subject;
  std::string section;
  RowId row;
  void Encode(KeyWriter& writer) const {
    writer.U16(ShardOf(subject)).AddId(subject).Text(section).AddId(row);
  }
  static OwnRowKey Decode(KeyReader& reader) {
    reader.U16();
    OwnRowKey key;
    key.subject = reader.TakeId<SubjectId>();
    key.section = reader.Text();
    key.row = reader.TakeId<RowId>();
    return key;
  }
};

struct OwnPackKey {
  SubjectId subject;
  std::string section;
  // The first bits of the ids of its rows, as HeadSection.pack_bits has many.
  uint16_t pack = 0;
  void Encode(KeyWriter& writer) const {
    writer.U16(ShardOf(subject)).AddId(subject).Text(section).U16(pack);
  }
  static OwnPackKey Decode(KeyReader& reader) {
    reader.U16();
    OwnPackKey key;
    key.subject = reader.TakeId<SubjectId>();
    key.section = reader.Text();
    key.pack = reader.U16();
    return key;
  }
};

struct SeenBlockKey {
  uint16_t shard = 0;
  void Encode(KeyWriter& writer) const { writer.U16(shard); }
  static SeenBlockKey Decode(KeyReader& reader) { return {reader.U16()}; }
};

// Oldest first.
struct ChangeKey {
  KnownStamp stamp;
  void Encode(KeyWriter& writer) const { writer.Stamp(stamp); }
  static ChangeKey Decode(KeyReader& reader) { return {reader.Stamp()}; }
};

// Newest first.
struct HistoryKey {
  SubjectId subject;
  KnownStamp stamp;
  void Encode(KeyWriter& writer) const {
    writer.U16(ShardOf(subject)).AddId(subject).DescendingStamp(stamp);
  }
  static HistoryKey Decode(KeyReader& reader) {
    reader.U16();
    HistoryKey key;
    key.subject = reader.TakeId<SubjectId>();
    key.stamp = reader.DescendingStamp();
    return key;
  }
};

inline constexpr Table<RowKey, stored::v1::FleetRow> kRowTable(TableId::kRow);
inline constexpr Table<BaseKey, stored::v1::BaseSet> kBaseTable(TableId::kBase);
inline constexpr Table<SubjectKey, stored::v1::Head> kHeadTable(TableId::kHead);
// Empty since schema version 2.
inline constexpr Table<OwnRowKey, stored::v1::OwnRow> kOwnRowTable(
    TableId::kOwnRow);
inline constexpr Table<RowNumberKey, stored::v1::NumberedRow> kRowNumberTable(
    TableId::kRowNumber);
inline constexpr Table<OwnPackKey, stored::v1::OwnPack> kOwnPackTable(
    TableId::kOwnPack);
inline constexpr Table<ChangeKey, stored::v1::ChangedSubject> kChangeTable(
    TableId::kChange);
inline constexpr Table<HistoryKey, stored::v1::HistoryEntry> kHistoryTable(
    TableId::kHistory);
inline constexpr Table<SeenBlockKey, stored::v1::SeenBlock> kSeenBlockTable(
    TableId::kSeenBlock);
// Empty since schema version 2.
inline constexpr Table<SubjectKey, stored::v1::LastSeen> kLastSeenTable(
    TableId::kLastSeen);

}  // namespace rollcall::collector
