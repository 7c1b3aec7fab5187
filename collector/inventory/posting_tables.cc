#include "collector/inventory/posting_tables.h"

#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "collector/inventory/tables.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr int kChunkBits = 16;
constexpr uint32_t kLower = (1u << kChunkBits) - 1;

}  // namespace

PostingPlace PlaceOf(PostingTerm term, uint32_t member) {
  const auto chunk = static_cast<uint16_t>(member >> kChunkBits);
  if (term.kind != PostingKind::kRowInBase) {
    return {{term.kind, term.number, chunk}, member};
  }
  const uint32_t rest = term.number % kRowsPerValue;
  return {{term.kind, term.number / kRowsPerValue, chunk},
          rest << kChunkBits | (member & kLower)};
}

PostingMember MemberAt(const PostingPlace& place) {
  const auto& [key, entry] = place;
  if (key.kind != PostingKind::kRowInBase) {
    return {{key.kind, key.number}, entry};
  }
  return {{key.kind, key.number * kRowsPerValue + (entry >> kChunkBits)},
          uint32_t{key.chunk} << kChunkBits | (entry & kLower)};
}

absl::StatusOr<uint64_t> ReadPostingMeta(const Reader& reader,
                                         absl::string_view key) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto stored, reader.Get(TableId::kMeta, key));
  uint64_t value = 0;
  if (stored.has_value() && !absl::SimpleAtoi(*stored, &value)) {
    return absl::DataLossError(
        absl::StrCat("table meta: unreadable value at key ", key));
  }
  return value;
}

absl::StatusOr<PostingsLag> ReadPostingsLag(const Reader& reader) {
  ROLLCALL_ASSIGN_OR_RETURN(const uint64_t stored,
                            ReadPostingMeta(reader, kPostingsWatermarkKey));
  PostingsLag lag = {KnownStamp::FromRaw(stored), 0};
  auto changes = kChangeTable.ScanFrom(
      reader, {KnownStamp::FromRaw(stored + 1)}, KeyWriter());
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, changes.Next());
    if (!entry.has_value()) return lag;
    ++lag.waiting;
  }
}

absl::StatusOr<PostingSet> EntriesOf(const PostingKey& key,
                                     const stored::v1::Posting& posting) {
  auto entries = PostingSetFromBytes(posting.members());
  if (entries.ok()) return entries;
  KeyWriter writer;
  key.Encode(writer);
  return absl::DataLossError(
      absl::StrCat("table posting: malformed members at key ",
                   absl::BytesToHexString(writer.Take()),
                   "; `rollcall store rebuild` puts postings right"));
}

void WritePosting(const PostingKey& key, PostingSet entries, Batch& batch) {
  if (entries.isEmpty()) {
    kPostingTable.Delete(batch, key);
    return;
  }
  stored::v1::Posting posting;
  posting.set_members(PostingSetToBytes(std::move(entries)));
  kPostingTable.Put(batch, key, posting);
}

void WriteOrdinal(uint32_t ordinal, std::optional<SubjectId> subject,
                  Batch& batch) {
  if (!subject.has_value()) {
    kOrdinalTable.Delete(batch, {ordinal});
    return;
  }
  stored::v1::OrdinalSubject value;
  value.set_subject_id(subject->ToBytes());
  kOrdinalTable.Put(batch, {ordinal}, value);
}

void WritePostingMeta(absl::string_view key, uint64_t value, Batch& batch) {
  batch.Put(TableId::kMeta, std::string(key), absl::StrCat(value));
}

}  // namespace rollcall::collector
