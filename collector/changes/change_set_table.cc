#include "collector/changes/change_set_table.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr size_t kLeastDigits = 6;
constexpr size_t kIdDigits = 32;
// A part is far smaller than what one write may be.
constexpr size_t kPartBytes = 256 << 10;

std::string EffectKey(v1::ChangeSet::Kind kind) {
  return absl::StrCat("change_effect/", static_cast<int>(kind));
}

// Whole bytes of hex digits; an odd last digit is left out.
KeyWriter PrefixOf(absl::string_view digits) {
  KeyWriter prefix;
  prefix.Raw(absl::HexStringToBytes(digits.substr(0, digits.size() / 2 * 2)));
  return prefix;
}

absl::StatusOr<ChangeSetKey> FindKey(const Reader& reader,
                                     absl::string_view text) {
  const std::string digits = absl::AsciiStrToLower(text);
  if (digits.size() < kLeastDigits || digits.size() > kIdDigits ||
      digits.find_first_not_of("0123456789abcdef") != std::string::npos) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a change-set is named by its id, 32 hex digits, or the first ",
        kLeastDigits, " or more of them"));
  }
  std::optional<ChangeSetKey> found;
  auto places = kChangeSetPlaceTable.ScanPrefix(reader, PrefixOf(digits));
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto place, places.Next());
    if (!place.has_value()) break;
    if (!absl::StartsWith(place->key.id.ToHex(), digits)) continue;
    if (found.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "several change-sets begin with ", digits, "; write more digits"));
    }
    found =
        ChangeSetKey{KnownStamp::FromRaw(place->value.stamp()), place->key.id};
  }
  if (found.has_value()) return *found;
  return absl::NotFoundError(
      absl::StrCat("there is no change-set ", digits,
                   "; \"rollcall changes list\" shows those there are"));
}

}  // namespace

void PutChangeSet(const KeptChangeSet& kept, Batch& batch) {
  kChangeSetTable.Put(batch, kept.key, kept.record);
  stored::v1::ChangeSetPlace place;
  place.set_stamp(kept.key.stamp.raw());
  kChangeSetPlaceTable.Put(batch, {kept.key.id}, place);
}

absl::StatusOr<KeptChangeSet> FindChangeSet(const Reader& reader,
                                            absl::string_view text) {
  KeptChangeSet kept;
  ROLLCALL_ASSIGN_OR_RETURN(kept.key, FindKey(reader, text));
  ROLLCALL_ASSIGN_OR_RETURN(auto record, kChangeSetTable.Get(reader, kept.key));
  if (!record.has_value()) {
    return absl::DataLossError(
        absl::StrCat("change-set ", kept.key.id.ToHex(),
                     " is in table change_set_place and not in change_set"));
  }
  kept.record = *std::move(record);
  return kept;
}

int PutProposed(ChangeSetId id, const std::vector<std::string>& items,
                Batch& batch) {
  uint32_t parts = 0;
  stored::v1::ProposedPart part;
  size_t bytes = 0;
  const auto put = [&] {
    if (part.items().empty()) return;
    kProposedPartTable.Put(batch, {id, parts++}, part);
    part.Clear();
    bytes = 0;
  };
  for (const std::string& item : items) {
    part.add_items(item);
    bytes += item.size();
    if (bytes >= kPartBytes) put();
  }
  put();
  return static_cast<int>(parts);
}

absl::Status ReadProposedItems(
    const Reader& reader, const KeptChangeSet& change_set,
    absl::FunctionRef<absl::Status(std::string&& item)> each) {
  const auto count = static_cast<uint32_t>(change_set.record.part_count());
  for (uint32_t i = 0; i < count; ++i) {
    ROLLCALL_ASSIGN_OR_RETURN(
        auto part, kProposedPartTable.Get(reader, {change_set.key.id, i}));
    if (!part.has_value()) {
      return absl::DataLossError(
          absl::StrCat("part ", i, " of what change-set ",
                       change_set.key.id.ToHex(), " proposes is missing"));
    }
    for (std::string& item : *part->mutable_items()) {
      ROLLCALL_RETURN_IF_ERROR(each(std::move(item)));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> ReadProposed(
    const Reader& reader, const KeptChangeSet& change_set) {
  std::vector<std::string> items;
  ROLLCALL_RETURN_IF_ERROR(
      ReadProposedItems(reader, change_set, [&items](std::string&& item) {
        items.push_back(std::move(item));
        return absl::OkStatus();
      }));
  return items;
}

absl::StatusOr<bool> WasImported(const Reader& reader, v1::ChangeSet::Kind kind,
                                 absl::string_view file_sha256,
                                 size_t quarantined_count) {
  auto entries = kChangeSetTable.ScanPrefix(reader, KeyWriter());
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    if (!entry.has_value()) return false;
    const v1::ChangeSet& change_set = entry->value.change_set();
    if (change_set.state() == v1::ChangeSet::STATE_REJECTED ||
        change_set.state() == v1::ChangeSet::STATE_WITHDRAWN) {
      continue;
    }
    if (change_set.kind() == kind && change_set.file_sha256() == file_sha256 &&
        static_cast<size_t>(change_set.quarantined_count()) ==
            quarantined_count) {
      return true;
    }
  }
}

absl::StatusOr<std::optional<ChangeSetId>> FindProposed(
    const Reader& reader, v1::ChangeSet::Kind kind,
    absl::string_view file_sha256, const std::vector<std::string>& items,
    KnownStamp since) {
  auto entries = kChangeSetTable.ScanPrefix(reader, KeyWriter());
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, entries.Next());
    if (!entry.has_value() || entry->key.stamp <= since) {
      return std::optional<ChangeSetId>();
    }
    const v1::ChangeSet& change_set = entry->value.change_set();
    if (change_set.state() != v1::ChangeSet::STATE_PROPOSED ||
        change_set.kind() != kind || change_set.file_sha256() != file_sha256) {
      continue;
    }
    const KeptChangeSet kept = {entry->key, std::move(entry->value)};
    ROLLCALL_ASSIGN_OR_RETURN(const auto proposed, ReadProposed(reader, kept));
    if (proposed == items) return std::optional<ChangeSetId>(kept.key.id);
  }
}

absl::StatusOr<KnownStamp> NewestProposal(const Reader& reader) {
  auto entries = kChangeSetTable.ScanPrefix(reader, KeyWriter());
  ROLLCALL_ASSIGN_OR_RETURN(const auto newest, entries.Next());
  return newest.has_value() ? newest->key.stamp : KnownStamp();
}

absl::StatusOr<KnownStamp> NewestEffect(const Reader& reader,
                                        v1::ChangeSet::Kind kind) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto stored,
                            reader.Get(TableId::kMeta, EffectKey(kind)));
  if (!stored.has_value()) return KnownStamp();
  uint64_t raw = 0;
  if (!absl::SimpleAtoi(*stored, &raw)) {
    return absl::DataLossError(
        absl::StrCat("table meta: ", EffectKey(kind), " is unreadable"));
  }
  return KnownStamp::FromRaw(raw);
}

void PutNewestEffect(v1::ChangeSet::Kind kind, KnownStamp stamp, Batch& batch) {
  batch.Put(TableId::kMeta, EffectKey(kind), absl::StrCat(stamp.raw()));
}

}  // namespace rollcall::collector
