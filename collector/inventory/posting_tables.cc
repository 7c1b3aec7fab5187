#include "collector/inventory/posting_tables.h"

#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "collector/inventory/tables.h"
#include "common/status.h"

namespace rollcall::collector {

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

absl::StatusOr<PostingSet> MembersOf(const PostingKey& key,
                                     const stored::v1::Posting& posting) {
  auto members = PostingSetFromBytes(posting.members());
  if (members.ok()) return members;
  KeyWriter writer;
  key.Encode(writer);
  return absl::DataLossError(
      absl::StrCat("table posting: malformed members at key ",
                   absl::BytesToHexString(writer.Take()),
                   "; `rollcall store rebuild` puts postings right"));
}

void WritePosting(const PostingKey& key, PostingSet members, Batch& batch) {
  if (members.isEmpty()) {
    kPostingTable.Delete(batch, key);
    return;
  }
  stored::v1::Posting posting;
  posting.set_members(PostingSetToBytes(std::move(members)));
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
