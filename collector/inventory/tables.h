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
inline constexpr Table<OwnRowKey, stored::v1::OwnRow> kOwnRowTable(
    TableId::kOwnRow);
inline constexpr Table<HistoryKey, stored::v1::HistoryEntry> kHistoryTable(
    TableId::kHistory);
inline constexpr Table<SubjectKey, stored::v1::LastSeen> kLastSeenTable(
    TableId::kLastSeen);

}  // namespace rollcall::collector
