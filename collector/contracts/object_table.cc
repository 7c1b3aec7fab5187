#include "collector/contracts/object_table.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

bool IsKnownAction(v1::ObjectChange::Action action) {
  return action == v1::ObjectChange::ACTION_SET ||
         action == v1::ObjectChange::ACTION_END ||
         action == v1::ObjectChange::ACTION_RETRACT;
}

}  // namespace

ObjectKey ObjectKey::Decode(KeyReader& reader) {
  ObjectKey key;
  key.kind = reader.U16();
  for (std::string& part : key.name.parts) part = reader.Text();
  if (const uint32_t day = ~reader.U32(); day != 0) {
    key.effective = CivilDate::FromOrdinal(day);
  }
  key.stamp = reader.DescendingStamp();
  return key;
}

absl::StatusOr<std::optional<ObjectEntries::Entry>> ObjectEntries::Next() {
  ROLLCALL_ASSIGN_OR_RETURN(auto stored, entries_.Next());
  if (!stored.has_value()) return std::optional<Entry>();
  Entry entry;
  entry.key = std::move(stored->key);
  entry.record = std::move(stored->value);
  const auto id = ChangeSetId::FromBytes(entry.record.change_set_id());
  const v1::ObjectChange& change = entry.record.change();
  const ObjectKind* kind = FindObjectKind(change.object().object_case());
  if (!id.has_value() || kind == nullptr || kind->number() != entry.key.kind ||
      !IsKnownAction(change.action())) {
    return absl::DataLossError(absl::StrCat("table object: what is said of \"",
                                            entry.key.name.parts[0],
                                            "\" does not fit its key"));
  }
  entry.change_set = *id;
  return std::optional<Entry>(std::move(entry));
}

}  // namespace rollcall::collector
