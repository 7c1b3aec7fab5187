// Answers that were worked out, for whoever asks for the same again: the next
// page of a listing, or somebody else.
#pragma once

#include <algorithm>
#include <cstddef>
#include <list>
#include <memory>
#include <utility>

#include "common/sync.h"

namespace rollcall::collector {

// Keeps answers of up to so many bytes together; those that nobody asked for
// the longest go first. A key must say all that its answer follows from, so
// that what is kept is never out of date. Thread-safe.
template <typename Key, typename Answer>
class KeptAnswers {
 public:
  using Shared = std::shared_ptr<const Answer>;

  explicit KeptAnswers(size_t max_bytes) : max_bytes_(max_bytes) {}

  // Null: it is not kept.
  Shared Find(const Key& key) {
    MutexLock lock(&mutex_);
    const auto found = Place(key);
    if (found == entries_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found);
    return entries_.front().answer;
  }

  // Keeps an answer that takes so many bytes, unless it alone is too large.
  void Keep(Key key, Shared answer, size_t bytes) {
    const size_t taken = bytes + kEntryBytes;
    if (taken > max_bytes_) return;
    MutexLock lock(&mutex_);
    if (const auto same = Place(key); same != entries_.end()) Drop(same);
    while (bytes_ + taken > max_bytes_) Drop(std::prev(entries_.end()));
    entries_.push_front({std::move(key), std::move(answer), taken});
    bytes_ += taken;
  }

 private:
  // At least so much is counted for each, so that there are never many.
  static constexpr size_t kEntryBytes = 64 << 10;

  struct Entry {
    Key key;
    Shared answer;
    size_t bytes;
  };
  using Entries = std::list<Entry>;

  typename Entries::iterator Place(const Key& key)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return std::find_if(entries_.begin(), entries_.end(),
                        [&key](const Entry& one) { return one.key == key; });
  }
  void Drop(typename Entries::iterator place)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    bytes_ -= place->bytes;
    entries_.erase(place);
  }

  const size_t max_bytes_;
  Mutex mutex_;
  // Those that were asked for last come first.
  Entries entries_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace rollcall::collector
