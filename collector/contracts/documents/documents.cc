#include "collector/contracts/documents/documents.h"

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/changes/change_set_table.h"
#include "collector/contracts/documents/document_content.h"
#include "collector/contracts/documents/document_links.h"
#include "collector/contracts/documents/document_rules.h"
#include "collector/contracts/documents/document_table.h"
#include "collector/contracts/object_kind.h"
#include "collector/contracts/object_table.h"
#include "collector/rpc/paging.h"
#include "collector/rpc/reason.h"
#include "collector/storage/apply_once.h"
#include "collector/storage/attempts.h"
#include "collector/storage/cursor.h"
#include "common/hash.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr size_t kMaxDocumentBytes = 16 << 20;
constexpr int kMaxPartBytes = 2 << 20;
constexpr int kMaxEvents = 100;
constexpr int kMaxReferences = 100;

// An object that refers to a document, ordered by kind and name.
struct Referrer {
  int kind = 0;
  ObjectName name;

  friend auto operator<=>(const Referrer&, const Referrer&) = default;
};

// By hash.
using Referrers = std::map<std::string, std::set<Referrer>>;

// All that was ever said of any object; of `only` one document, unless "".
absl::StatusOr<Referrers> ReadReferrers(const Reader& reader,
                                        const std::string& only) {
  Referrers all;
  ObjectEntries entries(kObjectTable.ScanPrefix(reader, KeyWriter()));
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    if (!entry.has_value()) return all;
    for (const v1::DocumentLink& link :
         DocumentsOf(entry->record.change().object())) {
      if (!only.empty() && link.sha256() != only) continue;
      all[link.sha256()].insert({entry->key.kind, entry->key.name});
    }
  }
}

std::vector<std::string> PartsOf(const Referrer& referrer) {
  std::vector<std::string> parts(referrer.name.parts.begin(),
                                 referrer.name.parts.end());
  while (parts.size() > 1 && parts.back().empty()) parts.pop_back();
  return parts;
}

std::string IdOf(const Referrer& referrer) {
  const ObjectKind& kind = *FindObjectKind(referrer.kind);
  // An id is made of all parts that its kind has, of empty ones too.
  const size_t count = kind.NameParts(v1::ContractObject()).size();
  std::vector<std::string> parts(referrer.name.parts.begin(),
                                 referrer.name.parts.end());
  parts.resize(count);
  return ObjectIdHex(kind.number(), parts);
}

v1::DocumentReference ToReference(const Referrer& referrer) {
  v1::DocumentReference reference;
  reference.mutable_name()->set_kind(
      static_cast<v1::ContractObjectKind>(referrer.kind));
  const auto parts = PartsOf(referrer);
  reference.mutable_name()->mutable_parts()->Assign(parts.begin(), parts.end());
  reference.set_object_id(IdOf(referrer));
  return reference;
}

void AddReferences(const Referrers& referrers, const std::string& sha256,
                   v1::Document& document) {
  const auto found = referrers.find(sha256);
  if (found == referrers.end()) return;
  document.set_reference_count(static_cast<int>(found->second.size()));
  for (const Referrer& referrer : found->second) {
    if (document.references_size() == kMaxReferences) break;
    *document.add_references() = ToReference(referrer);
  }
}

v1::DocumentEvent& AddEvent(v1::Document& document,
                            v1::DocumentEvent::Kind kind,
                            absl::string_view principal, KnownStamp stamp) {
  auto& events = *document.mutable_events();
  // The first, and the last ones.
  if (events.size() >= kMaxEvents) events.DeleteSubrange(1, 1);
  v1::DocumentEvent& event = *events.Add();
  event.set_kind(kind);
  event.set_principal(std::string(principal));
  *event.mutable_time() = ToProto(stamp.time());
  return event;
}

void PutRecord(const std::string& sha256, v1::Document document, Batch& batch) {
  document.clear_sha256();
  stored::v1::DocumentRecord record;
  *record.mutable_document() = std::move(document);
  kDocumentTable.Put(batch, {sha256}, record);
}

void PutChunks(const std::string& sha256, absl::string_view content,
               Batch& batch) {
  for (uint32_t index = 0; !content.empty(); ++index) {
    stored::v1::DocumentChunk chunk;
    chunk.set_content(std::string(content.substr(0, kDocumentChunkBytes)));
    kDocumentChunkTable.Put(batch, {sha256, index}, chunk);
    content.remove_prefix(std::min(content.size(), kDocumentChunkBytes));
  }
}

// The document as it was put. NOT_FOUND, DATA_LOSS as for GetDocument.
absl::StatusOr<v1::Document> ReadDocument(const Reader& reader,
                                          const std::string& sha256) {
  ROLLCALL_ASSIGN_OR_RETURN(auto record, kDocumentTable.Get(reader, {sha256}));
  if (!record.has_value() || !record->document().held()) {
    return absl::NotFoundError(
        absl::StrCat("no document ", sha256, " is held",
                     record.has_value() ? "; it was deleted" : ""));
  }
  record->mutable_document()->set_sha256(sha256);
  return std::move(*record->mutable_document());
}

// Whether a document is held and what is stored of it is not what was put.
absl::StatusOr<bool> IsDamaged(const Reader& reader,
                               const std::string& sha256) {
  const auto document = ReadDocument(reader, sha256);
  if (absl::IsNotFound(document.status())) return false;
  if (!document.ok()) return document.status();
  const auto content = ReadDocumentContent(reader, *document);
  if (absl::IsDataLoss(content.status())) return true;
  return content.ok() ? absl::StatusOr<bool>(false) : content.status();
}

absl::Status CheckContent(const v1::PutDocumentRequest& request,
                          const std::string& sha256) {
  if (request.content().empty() ||
      request.content().size() > kMaxDocumentBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("content has ", request.content().size(),
                     " bytes; a document has 1 to ", kMaxDocumentBytes));
  }
  if (request.sha256().empty() || request.sha256() == sha256) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("sha256 is ", request.sha256(), ", and that of content is ",
                   sha256, "; it changed on the way"));
}

}  // namespace

absl::Status Documents::Reserve(const Reader& reader, int64_t bytes) {
  const MutexLock lock(&mutex_);
  if (!totals_.has_value()) {
    Totals totals;
    auto records = kDocumentTable.ScanPrefix(reader, KeyWriter());
    while (true) {
      ROLLCALL_ASSIGN_OR_RETURN(const auto record, records.Next());
      if (!record.has_value()) break;
      const v1::Document& document = record->value.document();
      if (!document.held()) continue;
      totals.bytes += document.size_bytes();
      ++totals.count;
    }
    totals_ = totals;
  }
  if (bytes > options_.max_total_bytes - totals_->bytes) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "documents hold ", totals_->bytes, " of ", options_.max_total_bytes,
        " bytes; delete what nothing refers to, or raise "
        "--max-documents-mib"));
  }
  if (totals_->count >= options_.max_count) {
    return absl::ResourceExhaustedError(
        absl::StrCat("there are ", totals_->count,
                     " documents, as many as there may be; delete what "
                     "nothing refers to"));
  }
  totals_->bytes += bytes;
  ++totals_->count;
  return absl::OkStatus();
}

void Documents::Free(int64_t bytes) {
  const MutexLock lock(&mutex_);
  if (!totals_.has_value()) return;
  totals_->bytes -= bytes;
  --totals_->count;
}

void Documents::Forget() {
  const MutexLock lock(&mutex_);
  totals_.reset();
}

absl::Status Documents::Repair(const std::string& sha256,
                               absl::string_view content) {
  ROLLCALL_ASSIGN_OR_RETURN(const bool is_damaged,
                            IsDamaged(*engine_.Snapshot(), sha256));
  if (!is_damaged) return absl::OkStatus();
  const auto work = [&](KnownStamp, const Reader& reader,
                        Writes& writes) -> absl::Status {
    ROLLCALL_ASSIGN_OR_RETURN(const auto record,
                              kDocumentTable.Get(reader, {sha256}));
    // It may have been deleted meanwhile.
    if (record.has_value() && record->document().held()) {
      PutChunks(sha256, content, writes.head);
    }
    return absl::OkStatus();
  };
  return committer_.Commit({std::string(kDocumentsName)}, work).status();
}

absl::StatusOr<v1::PutDocumentResponse> Documents::Put(
    const v1::PutDocumentRequest& request, absl::string_view principal) {
  ROLLCALL_RETURN_IF_ERROR(CheckDocumentTitle(request.title()));
  ROLLCALL_ASSIGN_OR_RETURN(const std::string media_type,
                            ParseMediaType(request.media_type()));
  const std::string sha256 = Sha256Hex(request.content());
  ROLLCALL_RETURN_IF_ERROR(CheckContent(request, sha256));
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto repeatable,
      RepeatableRequest::Create("rollcall.v1.DocumentService.PutDocument",
                                principal, request.request_id(), request));
  ROLLCALL_RETURN_IF_ERROR(Repair(sha256, request.content()));
  const auto work = [&](KnownStamp stamp, const Reader& reader, Writes& writes,
                        v1::PutDocumentResponse& response) -> absl::Status {
    ROLLCALL_ASSIGN_OR_RETURN(auto record,
                              kDocumentTable.Get(reader, {sha256}));
    v1::Document& document = *response.mutable_document();
    if (record.has_value()) document = std::move(*record->mutable_document());
    document.set_sha256(sha256);
    response.set_already_held(document.held());
    if (document.held()) return absl::OkStatus();
    const auto size = static_cast<int64_t>(request.content().size());
    ROLLCALL_RETURN_IF_ERROR(Reserve(reader, size));
    document.set_title(request.title());
    document.set_media_type(media_type);
    document.set_size_bytes(size);
    document.set_held(true);
    AddEvent(document, v1::DocumentEvent::KIND_PUT, principal, stamp);
    PutRecord(sha256, document, writes.head);
    PutChunks(sha256, request.content(), writes.head);
    return absl::OkStatus();
  };
  auto response = ApplyOnce<v1::PutDocumentResponse>(
      committer_, {std::string(kDocumentsName)}, repeatable, work);
  if (!response.ok() && !absl::IsResourceExhausted(response.status())) {
    Forget();
  }
  return response;
}

absl::StatusOr<v1::GetDocumentResponse> Documents::Get(
    const v1::GetDocumentRequest& request) const {
  ROLLCALL_RETURN_IF_ERROR(CheckDocumentHash(request.sha256()));
  if (request.max_bytes() < 0 || request.max_bytes() > kMaxPartBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("max_bytes must be 0 to ", kMaxPartBytes));
  }
  const std::unique_ptr<Reader> snapshot = engine_.Snapshot();
  v1::GetDocumentResponse response;
  ROLLCALL_ASSIGN_OR_RETURN(*response.mutable_document(),
                            ReadDocument(*snapshot, request.sha256()));
  if (request.offset() < 0 ||
      request.offset() > response.document().size_bytes()) {
    return absl::InvalidArgumentError(
        absl::StrCat("offset must be 0 to ", response.document().size_bytes(),
                     ", the bytes that the document has"));
  }
  ROLLCALL_ASSIGN_OR_RETURN(
      const std::string content,
      ReadDocumentContent(*snapshot, response.document()));
  response.set_content(content.substr(
      static_cast<size_t>(request.offset()),
      static_cast<size_t>(request.max_bytes() == 0 ? kMaxPartBytes
                                                   : request.max_bytes())));
  return response;
}

absl::StatusOr<v1::ListDocumentsResponse> Documents::List(
    const v1::ListDocumentsRequest& request) const {
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  ROLLCALL_ASSIGN_OR_RETURN(const auto after,
                            KeyOfCursor<DocumentKey>(page.after));
  const std::unique_ptr<Reader> snapshot = engine_.Snapshot();
  ROLLCALL_ASSIGN_OR_RETURN(const Referrers referrers,
                            ReadReferrers(*snapshot, ""));
  auto records = after.has_value()
                     ? kDocumentTable.ScanFrom(*snapshot, *after, KeyWriter())
                     : kDocumentTable.ScanPrefix(*snapshot, KeyWriter());
  v1::ListDocumentsResponse response;
  PageRoom room(page);
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto record, records.Next());
    if (!record.has_value()) return response;
    const std::string& sha256 = record->key.sha256;
    v1::Document& document = *record->value.mutable_document();
    if ((after.has_value() && sha256 == after->sha256) ||
        (!document.held() && !request.with_deleted()) ||
        (request.only_unreferenced() && referrers.contains(sha256))) {
      continue;
    }
    AddReferences(referrers, sha256, document);
    if (!room.Takes(document.ByteSizeLong())) {
      const std::string& last = response.documents().rbegin()->sha256();
      response.set_next_page_token(
          page.TokenAfter(CursorOf(DocumentKey{last})));
      return response;
    }
    document.set_sha256(sha256);
    *response.add_documents() = std::move(document);
  }
}

absl::StatusOr<v1::DeleteDocumentResponse> Documents::Delete(
    const v1::DeleteDocumentRequest& request, absl::string_view principal) {
  ROLLCALL_RETURN_IF_ERROR(CheckDocumentHash(request.sha256()));
  ROLLCALL_RETURN_IF_ERROR(CheckReason(request.reason()));
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto repeatable,
      RepeatableRequest::Create("rollcall.v1.DocumentService.DeleteDocument",
                                principal, request.request_id(), request));
  ROLLCALL_ASSIGN_OR_RETURN(
      auto given, repeatable.FindAnswer<v1::DeleteDocumentResponse>(engine_));
  if (given.has_value()) return *std::move(given);
  return TryUntilUndisturbed(
      [&] { return TryToDelete(request, principal, repeatable); });
}

absl::StatusOr<v1::DeleteDocumentResponse> Documents::TryToDelete(
    const v1::DeleteDocumentRequest& request, absl::string_view principal,
    const RepeatableRequest& repeatable) {
  // Whose changes may bring references.
  constexpr v1::ChangeSet::Kind kKinds[] = {v1::ChangeSet::KIND_CONTRACTS,
                                            v1::ChangeSet::KIND_RECORDS};
  const std::string& sha256 = request.sha256();
  const std::unique_ptr<Reader> snapshot = engine_.Snapshot();
  ROLLCALL_RETURN_IF_ERROR(ReadDocument(*snapshot, sha256).status());
  ROLLCALL_ASSIGN_OR_RETURN(const Referrers referrers,
                            ReadReferrers(*snapshot, sha256));
  if (!referrers.empty()) {
    const auto& all = referrers.begin()->second;
    const auto parts = PartsOf(*all.begin());
    return absl::FailedPreconditionError(absl::StrCat(
        FindObjectKind(all.begin()->kind)->word(), " ",
        absl::StrJoin(parts, " / "), " refers to the document, or did",
        all.size() > 1 ? absl::StrCat(", and ", all.size() - 1, " more") : "",
        "; what supports a contract is kept with it"));
  }
  // All that was compared is as it was unless one of these moved.
  std::vector<KnownStamp> bases;
  for (const auto kind : kKinds) {
    ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp base,
                              NewestEffect(*snapshot, kind));
    bases.push_back(base);
  }
  const auto work = [&](KnownStamp stamp, const Reader& reader, Writes& writes,
                        v1::DeleteDocumentResponse& response) -> absl::Status {
    for (size_t i = 0; i < bases.size(); ++i) {
      ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp newest,
                                NewestEffect(reader, kKinds[i]));
      if (newest == bases[i]) continue;
      return absl::AbortedError("contracts kept changing; try again");
    }
    ROLLCALL_ASSIGN_OR_RETURN(v1::Document document,
                              ReadDocument(reader, sha256));
    document.set_held(false);
    AddEvent(document, v1::DocumentEvent::KIND_DELETED, principal, stamp)
        .set_reason(request.reason());
    for (uint32_t i = 0; i < DocumentChunkCount(document.size_bytes()); ++i) {
      kDocumentChunkTable.Delete(writes.head, {sha256, i});
    }
    PutRecord(sha256, document, writes.head);
    Free(document.size_bytes());
    *response.mutable_document() = std::move(document);
    return absl::OkStatus();
  };
  auto response = ApplyOnce<v1::DeleteDocumentResponse>(
      committer_, {std::string(kDocumentsName)}, repeatable, work);
  if (!response.ok()) Forget();
  return response;
}

}  // namespace rollcall::collector
