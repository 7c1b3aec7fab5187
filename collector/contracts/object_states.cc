#include "collector/contracts/object_states.h"

#include <utility>

#include "absl/strings/ascii.h"
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

// An entry with what is derived of it.
KnownObject WithIds(ObjectEntries::Entry entry) {
  KnownObject known;
  known.key = entry.key;
  known.change_set = entry.change_set;
  known.object = std::move(*entry.record.mutable_change()->mutable_object());
  FindObjectKind(entry.key.kind)->SetIds(known.object);
  if (known.object.has_entitlement()) {
    v1::Entitlement& line = *known.object.mutable_entitlement();
    line.set_change_set_id(entry.change_set.ToHex());
    *line.mutable_known_time() = ToProto(entry.key.stamp.time());
    if (entry.key.effective.has_value()) {
      line.set_effective_date(entry.key.effective->ToString());
    }
  }
  return known;
}

}  // namespace

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
    const v1::ObjectChange::Action action = entry->record.change().action();
    if (choice_->Decides(entry->key.effective, entry->key.stamp, action) &&
        action == v1::ObjectChange::ACTION_SET) {
      return std::optional<KnownObject>(WithIds(*std::move(entry)));
    }
  }
}

absl::StatusOr<std::optional<KnownObject>> FindObject(const Reader& reader,
                                                      ObjectNumber kind,
                                                      const ObjectName& name,
                                                      const AsAt& at) {
  StateChoice choice(at);
  ObjectEntries entries(reader, kind, name);
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, entries.Next());
    if (!entry.has_value()) return std::optional<KnownObject>();
    const v1::ObjectChange::Action action = entry->record.change().action();
    if (!choice.Decides(entry->key.effective, entry->key.stamp, action)) {
      continue;
    }
    if (action != v1::ObjectChange::ACTION_SET) {
      return std::optional<KnownObject>();
    }
    return std::optional<KnownObject>(WithIds(*std::move(entry)));
  }
}

v1::ContractObjectVersion VersionOf(ObjectEntries::Entry entry) {
  v1::ContractObjectVersion version;
  version.mutable_change()->set_action(entry.record.change().action());
  if (entry.key.effective.has_value()) {
    version.mutable_change()->set_effective_date(
        entry.key.effective->ToString());
  }
  version.set_change_set_id(entry.change_set.ToHex());
  *version.mutable_known_time() = ToProto(entry.key.stamp.time());
  *version.mutable_change()->mutable_object() =
      WithIds(std::move(entry)).object;
  return version;
}

}  // namespace rollcall::collector
