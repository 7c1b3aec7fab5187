// Notes, beside the database, how far it had come when changes were
// acknowledged, so that logs that lost their end are found out.
//
// The note is the file ACKNOWLEDGED of the store's folder; FORMAT.md says what
// is in it. It is written after each sync and not synced itself: a crash of the
// machine may leave an older note, which is true as well.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/sync.h"

namespace rollcall::collector {

// What a store is known to have reached.
struct Acknowledged {
  // A write-ahead log, and the sequence number of the last change in it that
  // was acknowledged.
  struct Log {
    uint64_t number = 0;
    uint64_t sequence = 0;
  };
  // The MANIFEST in use, and its size when it was last synced; 0: unknown.
  uint64_t manifest_number = 0;
  uint64_t manifest_bytes = 0;
  // In ascending order of their numbers.
  std::vector<Log> logs;
};

std::string EncodeAcknowledged(const Acknowledged& state);
// DATA_LOSS if the bytes are not what EncodeAcknowledged made.
absl::StatusOr<Acknowledged> DecodeAcknowledged(absl::string_view bytes);

// Whether the closed store in `folder` has all that its note says, and no files
// without the one that leads to them (CURRENT). DATA_LOSS that names the
// damaged file and says what to do. A store without a note, or with one that is
// damaged itself, passes; the latter is logged. Where a log is missing,
// `first_log_needed` is asked which ones may be: those before the number that
// it says. Its errors are returned. Blocking.
absl::Status CheckAcknowledged(
    const std::string& folder,
    absl::FunctionRef<absl::StatusOr<uint64_t>()> first_log_needed);

// Keeps the note of an open store. Thread-safe.
class AcknowledgedMark {
 public:
  // Starts from nothing: the logs of earlier runs are gone once it is open.
  static absl::StatusOr<std::unique_ptr<AcknowledgedMark>> Create(
      const std::string& folder);
  ~AcknowledgedMark();
  AcknowledgedMark(const AcknowledgedMark&) = delete;
  AcknowledgedMark& operator=(const AcknowledgedMark&) = delete;

  // The changes up to `sequence` are on disk, in the log `number` or before.
  // REQUIRES: `sequence` is in that log.
  void NoteLog(uint64_t number, uint64_t sequence);
  // The same, where the change may be in any of these logs: reads them.
  void NoteLogOf(uint64_t sequence, std::initializer_list<uint64_t> numbers);
  // So many bytes of that MANIFEST are on disk.
  void NoteManifest(uint64_t number, uint64_t bytes);

 private:
  AcknowledgedMark(std::string folder, int fd)
      : folder_(std::move(folder)), fd_(fd) {}
  // Forgets logs that are gone.
  void DropOldLogs() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Write() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string folder_;
  const int fd_;
  Mutex mutex_;
  Acknowledged state_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rollcall::collector
