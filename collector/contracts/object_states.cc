#include "collector/contracts/object_states.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

uint32_t DayOf(const std::optional<CivilDate>& date) {
  return date.has_value() ? date->Ordinal() : 0;
}

KeyWriter BeginOf(ObjectNumber kind, absl::string_view begin) {
  KeyWriter prefix;
  prefix.U16(static_cast<uint16_t>(kind));
  if (!begin.empty()) prefix.Text(absl::AsciiStrToLower(begin));
  return prefix;
}

auto StartWalk(const Reader& reader, ObjectNumber kind, absl::string_view begin,
               const std::optional<ObjectName>& after) {
  if (!after.has_value()) {
    return kObjectTable.ScanPrefix(reader, BeginOf(kind, begin));
  }
  // Days and stamps descend, so that none and the zero stamp come last.
  ObjectKey last;
  last.kind = static_cast<uint16_t>(kind);
  last.name = *after;
  return kObjectTable.ScanFrom(reader, last, BeginOf(kind, begin));
}

// A record with what its key says of it.
absl::StatusOr<KnownObject> WithKey(const ObjectKey& key,
                                    stored::v1::ObjectRecord record) {
  KnownObject known;
  known.key = key;
  const auto id = ChangeSetId::FromBytes(record.change_set_id());
  const ObjectKind* kind =
      FindObjectKind(record.change().object().object_case());
  if (!id.has_value() || kind == nullptr || kind->number() != key.kind) {
    return absl::DataLossError(absl::StrCat("table object: what is said of \"",
                                            key.name.parts[0],
                                            "\" does not fit its key"));
  }
  known.change_set = *id;
  known.object = std::move(*record.mutable_change()->mutable_object());
  kind->SetIds(known.object);
  if (known.object.has_entitlement()) {
    v1::Entitlement& line = *known.object.mutable_entitlement();
    line.set_change_set_id(id->ToHex());
    *line.mutable_known_time() = ToProto(key.stamp.time());
    if (key.effective.has_value()) {
      line.set_effective_date(key.effective->ToString());
    }
  }
  return known;
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

bool StateChoice::Decides(const std::optional<CivilDate>& effective,
                          KnownStamp stamp, v1::ObjectChange::Action action) {
  const uint32_t day = DayOf(effective);
  if (decided_ || stamp > at_.known || day > DayOf(at_.effective)) return false;
  if (void_day_ == day) return false;
  if (action == v1::ObjectChange::ACTION_RETRACT) {
    void_day_ = day;
    return false;
  }
  decided_ = true;
  return true;
}

ObjectWalk::ObjectWalk(const Reader& reader, ObjectNumber kind, const AsAt& at,
                       absl::string_view begin,
                       const std::optional<ObjectName>& after)
    : at_(at), entries_(StartWalk(reader, kind, begin, after)), name_(after) {}

absl::StatusOr<std::optional<KnownObject>> ObjectWalk::Next() {
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, entries_.Next());
    if (!entry.has_value()) return std::optional<KnownObject>();
    if (name_ != entry->key.name) {
      name_ = entry->key.name;
      choice_.emplace(at_);
    }
    // Where the walk goes on after an object, what is left of that is passed.
    if (!choice_.has_value()) continue;
    const v1::ObjectChange::Action action = entry->value.change().action();
    if (choice_->Decides(entry->key.effective, entry->key.stamp, action) &&
        action == v1::ObjectChange::ACTION_SET) {
      ROLLCALL_ASSIGN_OR_RETURN(auto known,
                                WithKey(entry->key, std::move(entry->value)));
      return std::optional<KnownObject>(std::move(known));
    }
  }
}

absl::StatusOr<std::optional<KnownObject>> FindObject(const Reader& reader,
                                                      ObjectNumber kind,
                                                      const ObjectName& name,
                                                      const AsAt& at) {
  StateChoice choice(at);
  auto entries =
      kObjectTable.ScanPrefix(reader, ObjectKey::PrefixOf(kind, name));
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, entries.Next());
    if (!entry.has_value()) return std::optional<KnownObject>();
    const v1::ObjectChange::Action action = entry->value.change().action();
    if (!choice.Decides(entry->key.effective, entry->key.stamp, action)) {
      continue;
    }
    if (action != v1::ObjectChange::ACTION_SET) {
      return std::optional<KnownObject>();
    }
    ROLLCALL_ASSIGN_OR_RETURN(auto known,
                              WithKey(entry->key, std::move(entry->value)));
    return std::optional<KnownObject>(std::move(known));
  }
}

absl::StatusOr<v1::ContractObjectVersion> VersionOf(
    const ObjectKey& key, stored::v1::ObjectRecord record) {
  v1::ContractObjectVersion version;
  version.mutable_change()->set_action(record.change().action());
  ROLLCALL_ASSIGN_OR_RETURN(KnownObject known, WithKey(key, std::move(record)));
  *version.mutable_change()->mutable_object() = std::move(known.object);
  if (key.effective.has_value()) {
    version.mutable_change()->set_effective_date(key.effective->ToString());
  }
  version.set_change_set_id(known.change_set.ToHex());
  *version.mutable_known_time() = ToProto(key.stamp.time());
  return version;
}

}  // namespace rollcall::collector
