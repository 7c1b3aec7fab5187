#include "collector/inventory/deletions.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "collector/inventory/row_number.h"
#include "collector/inventory/tables.h"
#include "collector/rpc/paging.h"
#include "common/hash.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using stored::v1::DeletionRecord;

// Ids that a proof lists; beyond, its hash stands for them.
constexpr int kMaxListed = 10'000;

absl::Status Damaged() {
  return absl::DataLossError("the record of a deletion is malformed");
}

// Whether the row that had the number when the record was made still has it.
absl::StatusOr<bool> IsRowThere(const Reader& reader, RowId id,
                                RowNumber number) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto row, kRowTable.Get(reader, {id}));
  return row.has_value() && row->number() == number;
}

absl::Status LookAtRows(const Reader& reader, const DeletionRecord& record,
                        Sha256& hash, v1::CollectedContent& content) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto numbers, UnpackNumbers(record.rows()));
  const absl::string_view ids = record.row_ids();
  if (ids.size() != numbers.size() * RowId::kSize) return Damaged();
  for (size_t i = 0; i < numbers.size(); ++i) {
    const RowId id =
        *RowId::FromBytes(ids.substr(i * RowId::kSize, RowId::kSize));
    ROLLCALL_ASSIGN_OR_RETURN(const bool there,
                              IsRowThere(reader, id, numbers[i]));
    if (there) {
      content.set_shared_row_count(content.shared_row_count() + 1);
      continue;
    }
    content.set_row_count(content.row_count() + 1);
    hash.Update(id.bytes());
    if (content.row_ids_size() < kMaxListed) content.add_row_ids(id.ToHex());
  }
  return absl::OkStatus();
}

absl::Status LookAtBases(const Reader& reader, const DeletionRecord& record,
                         Sha256& hash, v1::CollectedContent& content) {
  const absl::string_view roots = record.base_roots();
  if (roots.size() % RootId::kSize != 0) return Damaged();
  for (size_t at = 0; at < roots.size(); at += RootId::kSize) {
    const RootId root = *RootId::FromBytes(roots.substr(at, RootId::kSize));
    ROLLCALL_ASSIGN_OR_RETURN(const auto base, kBaseTable.Get(reader, {root}));
    if (base.has_value()) {
      content.set_shared_base_count(content.shared_base_count() + 1);
      continue;
    }
    content.set_base_count(content.base_count() + 1);
    hash.Update(root.bytes());
    if (content.base_roots_size() < kMaxListed) {
      content.add_base_roots(root.ToHex());
    }
  }
  return absl::OkStatus();
}

}  // namespace

DeletionId MakeDeletionId(KnownStamp stamp, DeviceId device) {
  KeyWriter writer;
  writer.DescendingStamp(stamp);
  return *DeletionId::FromBytes(
      absl::StrCat(writer.Take(), device.bytes().substr(0, 8)));
}

KnownStamp StampOf(DeletionId deletion) {
  return KeyReader(deletion.bytes()).DescendingStamp();
}

absl::Status CheckNothingDeletedSince(const Reader& reader, KnownStamp as_of) {
  auto records = kDeletionTable.ScanPrefix(reader, KeyWriter());
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto record, records.Next());
    if (!record.has_value() || StampOf(record->key.deletion) <= as_of) {
      return absl::OkStatus();
    }
    const v1::DeletionProof& proof = record->value.proof();
    if (FromProto(proof.first_seen()) > as_of.time()) continue;
    return absl::FailedPreconditionError(absl::StrCat(
        "not recomputable: device ", proof.device_id(),
        ", which was known then, was deleted at ",
        absl::FormatTime(absl::RFC3339_full, FromProto(proof.deleted_time()),
                         absl::UTCTimeZone())));
  }
}

absl::StatusOr<std::optional<v1::DeletionProof>> Deletions::FindByDevice(
    DeviceId device) const {
  auto records = kDeletionTable.ScanPrefix(engine_, KeyWriter());
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto record, records.Next());
    if (!record.has_value()) return std::optional<v1::DeletionProof>();
    if (record->value.proof().device_id() != device.ToHex()) continue;
    return std::optional(std::move(*record->value.mutable_proof()));
  }
}

absl::StatusOr<v1::GetDeletionResponse> Deletions::GetDeletion(
    const v1::GetDeletionRequest& request) const {
  const auto id = DeletionId::FromHex(request.deletion_id());
  if (!id.has_value()) {
    return absl::InvalidArgumentError("deletion_id must have 32 hex digits");
  }
  v1::GetDeletionResponse response;
  ROLLCALL_ASSIGN_OR_RETURN(auto record, kDeletionTable.Get(engine_, {*id}));
  if (record.has_value()) {
    *response.mutable_proof() = std::move(*record->mutable_proof());
    return response;
  }
  ROLLCALL_ASSIGN_OR_RETURN(auto proof,
                            FindByDevice(*DeviceId::FromBytes(id->bytes())));
  if (!proof.has_value()) {
    return absl::NotFoundError(
        absl::StrCat("there is no deletion ", id->ToHex(),
                     ", and none of a device with that id"));
  }
  *response.mutable_proof() = *std::move(proof);
  return response;
}

absl::StatusOr<v1::ListDeletionsResponse> Deletions::ListDeletions(
    const v1::ListDeletionsRequest& request) const {
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  const auto after = DeletionId::FromBytes(page.after);
  auto records = kDeletionTable.ScanFrom(
      engine_, {after.value_or(DeletionId())}, KeyWriter());
  v1::ListDeletionsResponse response;
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto record, records.Next());
    if (!record.has_value()) return response;
    if (after.has_value() && record->key.deletion == *after) continue;
    if (response.deletions_size() == page.size) {
      const auto last =
          DeletionId::FromHex(response.deletions(page.size - 1).deletion_id());
      response.set_next_page_token(page.TokenAfter(last->bytes()));
      return response;
    }
    v1::DeletionProof& proof = *response.add_deletions();
    proof = std::move(*record->value.mutable_proof());
    if (!proof.has_content()) continue;
    proof.mutable_content()->clear_row_ids();
    proof.mutable_content()->clear_base_roots();
  }
}

absl::Status Deletions::CompleteOne(const DeletionKey& key,
                                    DeletionRecord record) {
  v1::CollectedContent content;
  *content.mutable_collected_time() = ToProto(clock_.Now());
  Sha256 hash;
  ROLLCALL_RETURN_IF_ERROR(LookAtRows(engine_, record, hash, content));
  ROLLCALL_RETURN_IF_ERROR(LookAtBases(engine_, record, hash, content));
  content.set_sha256(absl::BytesToHexString(hash.Finish()));
  *record.mutable_proof()->mutable_content() = std::move(content);
  record.clear_rows();
  record.clear_row_ids();
  record.clear_base_roots();
  return committer_
      .Commit({absl::StrCat("deletion/", key.deletion.ToHex())},
              [&](KnownStamp, const Reader&, Writes& writes) {
                kDeletionTable.Put(writes.head, key, record);
                return absl::OkStatus();
              })
      .status();
}

absl::StatusOr<int> Deletions::Complete(KnownStamp collected_up_to) {
  int completed = 0;
  auto records = kDeletionTable.ScanPrefix(engine_, KeyWriter());
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto record, records.Next());
    if (!record.has_value()) return completed;
    if (StampOf(record->key.deletion) > collected_up_to ||
        record->value.proof().has_content()) {
      continue;
    }
    ROLLCALL_RETURN_IF_ERROR(
        CompleteOne(record->key, std::move(record->value)));
    ++completed;
  }
}

}  // namespace rollcall::collector
