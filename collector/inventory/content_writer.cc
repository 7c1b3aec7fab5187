#include "collector/inventory/content_writer.h"

#include <utility>

namespace rollcall::collector {

ContentWriter::Number ContentWriter::Add(Batch writes) {
  MutexLock lock(&mutex_);
  waiting_.Append(std::move(writes));
  return current_;
}

ContentWriter::Number ContentWriter::current() const {
  MutexLock lock(&mutex_);
  return current_;
}

size_t ContentWriter::bytes() const {
  MutexLock lock(&mutex_);
  return waiting_.bytes() + writing_bytes_;
}

absl::Status ContentWriter::WriteThrough(Number number) {
  if (IsWritten(number)) return absl::OkStatus();
  MutexLock write_lock(&write_mutex_);
  // Another thread may have written it meanwhile.
  if (IsWritten(number)) return absl::OkStatus();
  return WriteWaiting();
}

absl::Status ContentWriter::WriteWaiting() {
  Batch batch;
  Number number = 0;
  {
    MutexLock lock(&mutex_);
    batch = std::exchange(waiting_, Batch());
    writing_bytes_ = batch.bytes();
    number = current_++;
  }
  const absl::Status status = engine_.Write(batch, Durability::kBuffered);
  MutexLock lock(&mutex_);
  writing_bytes_ = 0;
  if (status.ok()) {
    written_ = number;
    return status;
  }
  batch.Append(std::exchange(waiting_, Batch()));
  waiting_ = std::move(batch);
  return status;
}

}  // namespace rollcall::collector
