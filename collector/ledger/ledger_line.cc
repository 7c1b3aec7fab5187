#include "collector/ledger/ledger_line.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/status.h"
#include "common/text.h"

namespace rollcall::collector {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMaxWordBytes = 64;
constexpr size_t kMaxActorBytes = 256;
// Where known-stamps end.
constexpr absl::Time kLastTime = absl::FromUnixSeconds(4'503'599'627);

bool IsWord(absl::string_view text, char joint) {
  return !text.empty() && text.size() <= kMaxWordBytes &&
         absl::c_all_of(text, [joint](char c) {
           return absl::ascii_islower(static_cast<unsigned char>(c)) ||
                  absl::ascii_isdigit(static_cast<unsigned char>(c)) ||
                  c == joint;
         });
}

absl::Status CheckFacts(const LedgerEntry& entry) {
  absl::flat_hash_set<absl::string_view> names;
  for (const auto& [name, value] : entry.facts) {
    if (!IsWord(name, '_')) {
      return absl::InvalidArgumentError(
          "a fact's name must be 1 to 64 of a-z, 0-9 and \"_\"");
    }
    if (!names.insert(name).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("fact \"", name, "\" is there twice"));
    }
    if (!IsValidUtf8(value)) {
      return absl::InvalidArgumentError(
          absl::StrCat("fact \"", name, "\" is no valid UTF-8"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckLine(const LedgerLine& line) {
  const LedgerEntry& entry = line.entry;
  if (line.time < absl::UnixEpoch() || line.time > kLastTime) {
    return absl::InvalidArgumentError("the time is out of range");
  }
  if (!IsWord(entry.kind, '-')) {
    return absl::InvalidArgumentError(
        "the kind must be 1 to 64 of a-z, 0-9 and \"-\"");
  }
  if (entry.actor.empty() || entry.actor.size() > kMaxActorBytes ||
      !IsValidUtf8(entry.actor)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the actor must be 1 to ", kMaxActorBytes, " bytes of valid UTF-8"));
  }
  return CheckFacts(entry);
}

// A member of `object` that is a text; nothing for any other.
const std::string* TextIn(const Json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return nullptr;
  return found->get_ptr<const std::string*>();
}

bool HasMembersInOrder(const Json& object) {
  const auto names = {"index", "time", "kind", "actor", "facts"};
  const auto same = [](const auto& member, const char* name) {
    return member.first == name;
  };
  const auto& members = object.get_ref<const Json::object_t&>();
  return std::equal(members.begin(), members.end(), names.begin(), names.end(),
                    same);
}

absl::Status NoLine() {
  return absl::InvalidArgumentError(
      "not an object of index, time, kind, actor and facts as the ledger "
      "writes it");
}

}  // namespace

absl::string_view LedgerEntry::Fact(absl::string_view name) const {
  for (const auto& [known, value] : facts) {
    if (known == name) return value;
  }
  return "";
}

bool TellsKey(absl::string_view kind) {
  return kind == kLedgerOpened || kind == kLedgerKeyChanged;
}

std::string LedgerTimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone());
}

absl::StatusOr<std::string> WriteLedgerLine(const LedgerLine& line) {
  ROLLCALL_RETURN_IF_ERROR(CheckLine(line));
  Json facts = Json::object();
  for (const auto& [name, value] : line.entry.facts) facts[name] = value;
  Json object = Json::object();
  object["index"] = line.index;
  object["time"] = LedgerTimeText(line.time);
  object["kind"] = line.entry.kind;
  object["actor"] = line.entry.actor;
  object["facts"] = std::move(facts);
  std::string text = object.dump();
  if (text.size() > kMaxLedgerLineBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("the entry has ", text.size(), " bytes; at most ",
                     kMaxLedgerLineBytes, " are kept"));
  }
  return text;
}

absl::StatusOr<LedgerLine> ParseLedgerLine(absl::string_view text) {
  if (text.size() > kMaxLedgerLineBytes) return NoLine();
  const Json object = Json::parse(text.begin(), text.end(), nullptr,
                                  /*allow_exceptions=*/false);
  if (!object.is_object()) return NoLine();
  const auto index = object.find("index");
  const auto facts = object.find("facts");
  const std::string* const time = TextIn(object, "time");
  const std::string* const kind = TextIn(object, "kind");
  const std::string* const actor = TextIn(object, "actor");
  LedgerLine line;
  std::string why;
  if (index == object.end() || !index->is_number_unsigned() ||
      facts == object.end() || !facts->is_object() || time == nullptr ||
      kind == nullptr || actor == nullptr ||
      !absl::ParseTime(absl::RFC3339_full, *time, &line.time, &why)) {
    return NoLine();
  }
  line.index = index->get<uint64_t>();
  line.entry.kind = *kind;
  line.entry.actor = *actor;
  for (const auto& [name, value] : facts->items()) {
    if (!value.is_string()) return NoLine();
    line.entry.facts.emplace_back(name, value.get<std::string>());
  }
  // Whatever could be written in another way too, such as a name that is there
  // twice, a space or an escaped letter, would be read differently by others.
  if (!CheckLine(line).ok() || LedgerTimeText(line.time) != *time ||
      !HasMembersInOrder(object) || object.dump() != text) {
    return NoLine();
  }
  return line;
}

}  // namespace rollcall::collector
