// The bytes of documents as they are stored.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "collector/storage/engine.h"
#include "rollcall/v1/document_service.pb.h"
#include "rollcall/v1/store_service.pb.h"

namespace rollcall::collector {

// How many chunks so many bytes take.
uint32_t DocumentChunkCount(int64_t size_bytes);

// All bytes of a document that is held, with its hash in it. DATA_LOSS if they
// are not what was put.
absl::StatusOr<std::string> ReadDocumentContent(const Reader& reader,
                                                const v1::Document& document);

// Compares every document that is held with its hash, and looks for chunks of
// none that is. `stop` is asked now and then; once it is true: CANCELLED.
// Blocking: reads all documents. Thread-safe.
absl::StatusOr<v1::StoreCheck> CheckStoredDocuments(
    const Reader& reader, const std::function<bool()>& stop);

}  // namespace rollcall::collector
