// Documents on disk: what is known of each, and its bytes.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/storage/engine.h"
#include "collector/storage/key.h"
#include "collector/storage/table.h"
#include "common/status.h"
#include "rollcall/stored/v1/documents.pb.h"

namespace rollcall::collector {

// The name (Change::names) of every change that puts or deletes a document, or
// whose objects may refer to one.
inline constexpr absl::string_view kDocumentsName = "documents";

// Bytes in a chunk but the last; stored.
inline constexpr size_t kDocumentChunkBytes = 256 << 10;

struct DocumentKey {
  // SHA-256 of the bytes, 64 hex digits in lower case.
  std::string sha256;

  void Encode(KeyWriter& writer) const { writer.Text(sha256); }
  static DocumentKey Decode(KeyReader& reader) { return {reader.Text()}; }
};

struct DocumentChunkKey {
  std::string sha256;
  // From 0, without gaps.
  uint32_t index = 0;

  void Encode(KeyWriter& writer) const { writer.Text(sha256).U32(index); }
  static DocumentChunkKey Decode(KeyReader& reader) {
    DocumentChunkKey key;
    key.sha256 = reader.Text();
    key.index = reader.U32();
    return key;
  }
};

inline constexpr Table<DocumentKey, stored::v1::DocumentRecord> kDocumentTable(
    TableId::kDocument);
inline constexpr Table<DocumentChunkKey, stored::v1::DocumentChunk>
    kDocumentChunkTable(TableId::kDocumentChunk);

// Whether the bytes of a document are there. Errors are those of Table.
inline absl::StatusOr<bool> IsDocumentHeld(const Reader& reader,
                                           const std::string& sha256) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto record,
                            kDocumentTable.Get(reader, {sha256}));
  return record.has_value() && record->document().held();
}

}  // namespace rollcall::collector
