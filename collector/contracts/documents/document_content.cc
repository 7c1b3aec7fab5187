#include "collector/contracts/documents/document_content.h"

#include <map>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "collector/contracts/documents/document_table.h"
#include "common/hash.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

void NoteDifference(const std::string& what, v1::StoreCheck& check) {
  if (check.difference_count() == 0) check.set_first_difference(what);
  check.set_difference_count(check.difference_count() + 1);
}

// How many chunks there are, by hash.
absl::StatusOr<std::map<std::string, uint32_t>> CountChunks(
    const Reader& reader) {
  std::map<std::string, uint32_t> counts;
  const auto chunks = reader.Scan(TableId::kDocumentChunk, "", "");
  for (; chunks->Valid(); chunks->Next()) {
    KeyReader key(chunks->key());
    ++counts[DocumentChunkKey::Decode(key).sha256];
  }
  ROLLCALL_RETURN_IF_ERROR(chunks->status());
  return counts;
}

absl::Status CheckHeld(const Reader& reader, const v1::Document& document,
                       uint32_t chunk_count) {
  ROLLCALL_RETURN_IF_ERROR(ReadDocumentContent(reader, document).status());
  if (chunk_count == DocumentChunkCount(document.size_bytes())) {
    return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat(
      "table document_chunk: document ", document.sha256(), " has ",
      chunk_count, " chunks, more than it has bytes for"));
}

}  // namespace

uint32_t DocumentChunkCount(int64_t size_bytes) {
  const auto chunk = static_cast<int64_t>(kDocumentChunkBytes);
  return static_cast<uint32_t>((size_bytes + chunk - 1) / chunk);
}

absl::StatusOr<std::string> ReadDocumentContent(const Reader& reader,
                                                const v1::Document& document) {
  std::string content;
  for (uint32_t i = 0; i < DocumentChunkCount(document.size_bytes()); ++i) {
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto chunk,
        kDocumentChunkTable.Get(reader, {document.sha256(), i}));
    if (!chunk.has_value()) break;
    content += chunk->content();
  }
  if (Sha256Hex(content) == document.sha256()) return content;
  return absl::DataLossError(absl::StrCat(
      "table document_chunk: what is stored of document ", document.sha256(),
      " is not what was put; put the same bytes again, which replaces it"));
}

absl::StatusOr<v1::StoreCheck> CheckStoredDocuments(
    const Reader& reader, const std::function<bool()>& stop) {
  v1::StoreCheck check;
  check.set_part("documents");
  auto chunk_counts = CountChunks(reader);
  if (!chunk_counts.ok()) {
    NoteDifference(std::string(chunk_counts.status().message()), check);
    return check;
  }
  auto records = kDocumentTable.ScanPrefix(reader, KeyWriter());
  while (true) {
    if (stop()) return absl::CancelledError("the check was stopped");
    auto record = records.Next();
    if (!record.ok()) {
      NoteDifference(std::string(record.status().message()), check);
      break;
    }
    if (!record->has_value()) break;
    v1::Document& document = *(*record)->value.mutable_document();
    if (!document.held()) continue;
    document.set_sha256((*record)->key.sha256);
    check.set_compared_count(check.compared_count() + 1);
    const auto counted = chunk_counts->extract(document.sha256());
    const absl::Status held =
        CheckHeld(reader, document, counted.empty() ? 0 : counted.mapped());
    if (!held.ok()) NoteDifference(std::string(held.message()), check);
  }
  for (const auto& [sha256, count] : *chunk_counts) {
    NoteDifference(
        absl::StrCat("table document_chunk: ", count, " chunks of document ",
                     sha256, ", which is not held"),
        check);
  }
  return check;
}

}  // namespace rollcall::collector
