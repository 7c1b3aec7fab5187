// Objects of contracts and what was said of them over time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/contracts/civil_date.h"
#include "collector/contracts/object_kind.h"
#include "collector/storage/engine.h"
#include "collector/storage/key.h"
#include "collector/storage/known_stamp.h"
#include "collector/storage/table.h"
#include "common/id.h"
#include "rollcall/stored/v1/contracts.pb.h"

namespace rollcall::collector {

// What was said of one object from a day on. Ordered by kind and name; of one
// object the latest day comes first, of one day what is known last.
struct ObjectKey {
  uint16_t kind = 0;
  ObjectName name;
  // Nothing: it was always so.
  std::optional<CivilDate> effective;
  KnownStamp stamp;

  // All of one object.
  static KeyWriter PrefixOf(int kind, const ObjectName& name) {
    KeyWriter writer;
    writer.U16(static_cast<uint16_t>(kind));
    for (const std::string& part : name.parts) writer.Text(part);
    return writer;
  }

  void Encode(KeyWriter& writer) const {
    writer = PrefixOf(kind, name);
    writer.U32(~(effective.has_value() ? effective->Ordinal() : 0))
        .DescendingStamp(stamp);
  }
  static ObjectKey Decode(KeyReader& reader);
};

// What names an object of some kind, as a cursor holds it.
struct ObjectNameKey {
  ObjectName name;

  void Encode(KeyWriter& writer) const {
    for (const std::string& part : name.parts) writer.Text(part);
  }
  static ObjectNameKey Decode(KeyReader& reader) {
    ObjectNameKey key;
    for (std::string& part : key.name.parts) part = reader.Text();
    return key;
  }
};

inline constexpr Table<ObjectKey, stored::v1::ObjectRecord> kObjectTable(
    TableId::kObject);

// Walks over entries of the table, each of which fits its key: an object of
// its kind, set, ended or retracted, by a change-set. Not thread-safe; the
// reader outlives it.
class ObjectEntries {
 public:
  struct Entry {
    ObjectKey key;
    stored::v1::ObjectRecord record;
    ChangeSetId change_set;
  };

  // All that was said of one object.
  ObjectEntries(const Reader& reader, int kind, const ObjectName& name)
      : ObjectEntries(
            kObjectTable.ScanPrefix(reader, ObjectKey::PrefixOf(kind, name))) {}
  explicit ObjectEntries(decltype(kObjectTable)::Iterator entries)
      : entries_(std::move(entries)) {}

  // The next one; nothing at the end. DATA_LOSS for one that does not fit,
  // else the errors of Table.
  absl::StatusOr<std::optional<Entry>> Next();

 private:
  decltype(kObjectTable)::Iterator entries_;
};

}  // namespace rollcall::collector
