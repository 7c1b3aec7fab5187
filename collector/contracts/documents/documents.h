// Documents that objects refer to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/storage/committer.h"
#include "collector/storage/engine.h"
#include "collector/storage/request_table.h"
#include "common/sync.h"
#include "rollcall/v1/document_service.pb.h"

namespace rollcall::collector {

struct DocumentOptions {
  // Bytes of all documents together that may be held.
  int64_t max_total_bytes = int64_t{2} << 30;
  // Documents that may be held.
  int64_t max_count = 100'000;
};

// Puts, gives, lists and deletes documents, as document_service.proto says. A
// document and all its chunks are one change: there is all of it or nothing.
// Thread-safe; the arguments outlive it. Blocking.
class Documents {
 public:
  Documents(const Engine& engine, Committer& committer,
            const DocumentOptions& options)
      : engine_(engine), committer_(committer), options_(options) {}

  absl::StatusOr<v1::PutDocumentResponse> Put(
      const v1::PutDocumentRequest& request, absl::string_view principal);
  absl::StatusOr<v1::GetDocumentResponse> Get(
      const v1::GetDocumentRequest& request) const;
  absl::StatusOr<v1::ListDocumentsResponse> List(
      const v1::ListDocumentsRequest& request) const;
  absl::StatusOr<v1::DeleteDocumentResponse> Delete(
      const v1::DeleteDocumentRequest& request, absl::string_view principal);

 private:
  // What is held.
  struct Totals {
    int64_t bytes = 0;
    int64_t count = 0;
  };

  absl::StatusOr<v1::DeleteDocumentResponse> TryToDelete(
      const v1::DeleteDocumentRequest& request, absl::string_view principal,
      const RepeatableRequest& repeatable);
  // Stores the bytes of a document anew if it is held and what is stored of it
  // is damaged, whether the call that brings them was made before or not.
  absl::Status Repair(const std::string& sha256, absl::string_view content);
  // Counts one more document in, or RESOURCE_EXHAUSTED.
  absl::Status Reserve(const Reader& reader, int64_t bytes)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Counts one out that goes.
  void Free(int64_t bytes) ABSL_LOCKS_EXCLUDED(mutex_);
  // Counts anew at the next change, since one failed.
  void Forget() ABSL_LOCKS_EXCLUDED(mutex_);

  const Engine& engine_;
  Committer& committer_;
  const DocumentOptions options_;
  Mutex mutex_;
  // Of the newest change; nothing: to be counted.
  std::optional<Totals> totals_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rollcall::collector
