// Objects of contracts and what was said of them over time.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "collector/contracts/civil_date.h"
#include "collector/contracts/object_kind.h"
#include "collector/storage/engine.h"
#include "collector/storage/key.h"
#include "collector/storage/known_stamp.h"
#include "collector/storage/table.h"
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

inline constexpr Table<ObjectKey, stored::v1::ObjectRecord> kObjectTable(
    TableId::kObject);

}  // namespace rollcall::collector
