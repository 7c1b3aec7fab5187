#include "collector/ledger/ledger_queries.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "collector/ledger/ledger_file.h"
#include "collector/ledger/ledger_view.h"
#include "collector/rpc/paging.h"
#include "collector/storage/key.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr size_t kMaxPageBytes = 1 << 20;
// Looked at for one page, where few are what is asked for.
constexpr uint64_t kMaxLooks = 10'000;
constexpr PageBounds kExportBounds = {.default_size = 1'000,
                                      .max_size = 10'000};
constexpr size_t kMaxKindBytes = 64;
constexpr size_t kMaxActorBytes = 256;

// The size that a request names; 0: as it is now.
absl::StatusOr<uint64_t> SizeFor(const LedgerView& view, int64_t asked,
                                 absl::string_view field) {
  ROLLCALL_ASSIGN_OR_RETURN(const uint64_t size, view.Size());
  if (asked < 0 || static_cast<uint64_t>(asked) > size) {
    return absl::InvalidArgumentError(absl::StrCat(
        field, " is ", asked, "; the ledger has ", size, " entries"));
  }
  if (size == 0) return absl::NotFoundError("the ledger has no entry yet");
  return asked == 0 ? size : static_cast<uint64_t>(asked);
}

v1::LedgerCheckpoint ToProto(const SignedCheckpoint& from) {
  v1::LedgerCheckpoint to;
  to.set_log_id(from.checkpoint.log_id);
  to.set_size(static_cast<int64_t>(from.checkpoint.size));
  to.set_root_sha256(absl::BytesToHexString(from.checkpoint.root));
  *to.mutable_time() = rollcall::ToProto(from.checkpoint.time);
  to.set_key_sha256(from.checkpoint.key_sha256);
  to.set_signature(from.signature);
  to.set_text(SignedCheckpointText(from));
  return to;
}

v1::LedgerEntry ToProto(const StoredLedgerEntry& from) {
  v1::LedgerEntry to;
  to.set_index(static_cast<int64_t>(from.line.index));
  *to.mutable_time() = rollcall::ToProto(from.line.time);
  to.set_kind(from.line.entry.kind);
  to.set_actor(from.line.entry.actor);
  for (const auto& [name, value] : from.line.entry.facts) {
    v1::LedgerFact& fact = *to.add_facts();
    fact.set_name(name);
    fact.set_value(value);
  }
  to.set_line(from.text);
  to.set_leaf_sha256(absl::BytesToHexString(HashLeaf(from.text)));
  return to;
}

template <typename Response>
void AddHashes(const std::vector<TreeHash>& hashes, Response& response) {
  for (const TreeHash& hash : hashes) {
    response.add_hashes(absl::BytesToHexString(hash));
  }
}

absl::Status MalformedToken() {
  return absl::InvalidArgumentError(
      "page_token is malformed; use next_page_token as it was given");
}

absl::Status CheckList(const v1::ListLedgerEntriesRequest& request) {
  if (request.first_index() < 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "first_index is ", request.first_index(), "; it must not be negative"));
  }
  if (request.kind().size() > kMaxKindBytes ||
      request.actor().size() > kMaxActorBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("kind is longer than ", kMaxKindBytes,
                     " bytes, or actor than ", kMaxActorBytes));
  }
  return absl::OkStatus();
}

bool IsAskedFor(const v1::ListLedgerEntriesRequest& request,
                const LedgerEntry& entry) {
  return (request.kind().empty() || request.kind() == entry.kind) &&
         (request.actor().empty() || request.actor() == entry.actor);
}

// Which part of a file comes next.
struct FilePart {
  // Of the ledger when the first part was asked for.
  uint64_t size = 0;
  // The entry it begins with; 0: with the header.
  uint64_t begin = 0;

  std::string Cursor() const { return KeyWriter().U64(size).U64(begin).Take(); }
};

absl::StatusOr<FilePart> PartOf(const Page& page, const LedgerView& view) {
  FilePart part;
  if (page.after.empty()) {
    ROLLCALL_ASSIGN_OR_RETURN(part.size, SizeFor(view, 0, "size"));
    return part;
  }
  KeyReader reader(page.after);
  part = {reader.U64(), reader.U64()};
  ROLLCALL_ASSIGN_OR_RETURN(const uint64_t size, view.Size());
  if (!reader.Done() || part.size > size || part.begin == 0 ||
      part.begin >= part.size) {
    return MalformedToken();
  }
  return part;
}

// The edge that roots are computed from, only if it is as it was signed: a
// wrong node would make all that follows look altered.
absl::StatusOr<TreeEdge> GoodEdgeAt(const LedgerView& view, uint64_t size) {
  if (size == 0) return TreeEdge();
  ROLLCALL_ASSIGN_OR_RETURN(const auto entry, view.Entry(size - 1));
  ROLLCALL_ASSIGN_OR_RETURN(const ToldLedgerKey told, view.KeyOf(entry));
  ROLLCALL_ASSIGN_OR_RETURN(const SignedCheckpoint checkpoint,
                            view.CheckpointAt(size));
  if (!told.key.Signed(CheckpointText(checkpoint.checkpoint),
                       checkpoint.signature)) {
    return absl::DataLossError(absl::StrCat(
        "the ledger's nodes over the first ", size,
        " entries are not as they were signed; `rollcall store check` names "
        "the first that differs"));
  }
  return view.EdgeAt(size);
}

}  // namespace

absl::StatusOr<v1::GetCheckpointResponse> LedgerQueries::GetCheckpoint(
    const v1::GetCheckpointRequest& request) const {
  const auto snapshot = engine_.Snapshot();
  const LedgerView view(*snapshot);
  ROLLCALL_ASSIGN_OR_RETURN(const uint64_t size,
                            SizeFor(view, request.size(), "size"));
  ROLLCALL_ASSIGN_OR_RETURN(const auto checkpoint, view.CheckpointAt(size));
  v1::GetCheckpointResponse response;
  *response.mutable_checkpoint() = ToProto(checkpoint);
  return response;
}

absl::StatusOr<v1::ListLedgerEntriesResponse> LedgerQueries::ListLedgerEntries(
    const v1::ListLedgerEntriesRequest& request) const {
  ROLLCALL_RETURN_IF_ERROR(CheckList(request));
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  uint64_t index = static_cast<uint64_t>(request.first_index());
  if (!page.after.empty()) {
    KeyReader reader(page.after);
    index = reader.U64();
    if (!reader.Done()) return MalformedToken();
  }
  const auto snapshot = engine_.Snapshot();
  const LedgerView view(*snapshot);
  ROLLCALL_ASSIGN_OR_RETURN(const uint64_t size, view.Size());
  v1::ListLedgerEntriesResponse response;
  size_t bytes = 0;
  for (uint64_t looks = 0; index < size; ++index, ++looks) {
    if (response.entries_size() == page.size || bytes >= kMaxPageBytes ||
        looks == kMaxLooks) {
      response.set_next_page_token(
          page.TokenAfter(KeyWriter().U64(index).Take()));
      break;
    }
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, view.Entry(index));
    if (!IsAskedFor(request, entry.line.entry)) continue;
    bytes += entry.text.size();
    *response.add_entries() = ToProto(entry);
  }
  return response;
}

absl::StatusOr<v1::GetInclusionProofResponse> LedgerQueries::GetInclusionProof(
    const v1::GetInclusionProofRequest& request) const {
  const auto snapshot = engine_.Snapshot();
  const LedgerView view(*snapshot);
  ROLLCALL_ASSIGN_OR_RETURN(const uint64_t size,
                            SizeFor(view, request.tree_size(), "tree_size"));
  if (request.index() < 0 || static_cast<uint64_t>(request.index()) >= size) {
    return absl::InvalidArgumentError(
        absl::StrCat("index is ", request.index(), "; there are entries 0 to ",
                     size - 1, " in a ledger of size ", size));
  }
  const auto index = static_cast<uint64_t>(request.index());
  ROLLCALL_ASSIGN_OR_RETURN(const auto entry, view.Entry(index));
  ROLLCALL_ASSIGN_OR_RETURN(const auto checkpoint, view.CheckpointAt(size));
  ROLLCALL_ASSIGN_OR_RETURN(const auto hashes,
                            view.InclusionProofOf(index, size));
  v1::GetInclusionProofResponse response;
  *response.mutable_entry() = ToProto(entry);
  *response.mutable_checkpoint() = ToProto(checkpoint);
  AddHashes(hashes, response);
  return response;
}

absl::StatusOr<v1::GetConsistencyProofResponse>
LedgerQueries::GetConsistencyProof(
    const v1::GetConsistencyProofRequest& request) const {
  const auto snapshot = engine_.Snapshot();
  const LedgerView view(*snapshot);
  ROLLCALL_ASSIGN_OR_RETURN(
      const uint64_t second_size,
      SizeFor(view, request.second_size(), "second_size"));
  if (request.first_size() < 1 ||
      static_cast<uint64_t>(request.first_size()) > second_size) {
    return absl::InvalidArgumentError(
        absl::StrCat("first_size is ", request.first_size(),
                     "; it must be at least 1 and at most ", second_size));
  }
  const auto first_size = static_cast<uint64_t>(request.first_size());
  ROLLCALL_ASSIGN_OR_RETURN(const auto first, view.CheckpointAt(first_size));
  ROLLCALL_ASSIGN_OR_RETURN(const auto second, view.CheckpointAt(second_size));
  ROLLCALL_ASSIGN_OR_RETURN(const auto hashes,
                            view.ConsistencyProofOf(first_size, second_size));
  v1::GetConsistencyProofResponse response;
  *response.mutable_first() = ToProto(first);
  *response.mutable_second() = ToProto(second);
  AddHashes(hashes, response);
  return response;
}

absl::StatusOr<v1::GetLedgerKeyResponse> LedgerQueries::GetLedgerKey() const {
  const auto snapshot = engine_.Snapshot();
  const LedgerView view(*snapshot);
  ROLLCALL_ASSIGN_OR_RETURN(uint64_t end, SizeFor(view, 0, "size"));
  v1::GetLedgerKeyResponse response;
  ROLLCALL_ASSIGN_OR_RETURN(*response.mutable_log_id(), view.LogId());
  // From the newest key to the one that signed the entry before it was told.
  while (end > 0) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, view.Entry(end - 1));
    ROLLCALL_ASSIGN_OR_RETURN(const ToldLedgerKey told, view.KeyOf(entry));
    v1::LedgerKey& key = *response.add_keys();
    key.set_public_key_pem(told.key.pem());
    key.set_key_sha256(told.key.sha256());
    key.set_first_index(static_cast<int64_t>(told.index));
    end = told.index;
  }
  return response;
}

absl::StatusOr<v1::ExportLedgerResponse> LedgerQueries::ExportLedger(
    const v1::ExportLedgerRequest& request) const {
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request, kExportBounds));
  const auto snapshot = engine_.Snapshot();
  const LedgerView view(*snapshot);
  ROLLCALL_ASSIGN_OR_RETURN(const FilePart part, PartOf(page, view));
  ROLLCALL_ASSIGN_OR_RETURN(TreeEdge edge, GoodEdgeAt(view, part.begin));
  v1::ExportLedgerResponse response;
  std::string& text = *response.mutable_text();
  if (part.begin == 0) {
    ROLLCALL_ASSIGN_OR_RETURN(const std::string log_id, view.LogId());
    text = LedgerFileHeader(log_id);
  }
  for (uint64_t i = part.begin; i < part.size; ++i) {
    if (i - part.begin == static_cast<uint64_t>(page.size) ||
        text.size() >= kMaxPageBytes) {
      response.set_next_page_token(
          page.TokenAfter(FilePart{part.size, i}.Cursor()));
      return response;
    }
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, view.Entry(i));
    edge.Append(HashLeaf(entry.text));
    text += LedgerFileLine({entry.signature, edge.Root(), entry.text});
  }
  ROLLCALL_ASSIGN_OR_RETURN(auto end, view.CheckpointAt(part.size));
  end.checkpoint.root = edge.Root();
  text += SignedCheckpointText(end);
  return response;
}

}  // namespace rollcall::collector
