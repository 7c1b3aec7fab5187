// Finds the file of a store that is damaged, where RocksDB does not say which.
#pragma once

#include <string>
#include <utility>

#include "common/sync.h"

namespace rollcall::collector {

// RocksDB does not say which log has a record that does not match its checksum,
// and of some tables that it cannot read it names the MANIFEST. The path of a
// file of the closed store in `folder` that is so damaged; empty where none is.
// Of several a log goes before a table, since a crash may leave a part of a
// table that does no harm, then the first by name. Reads all logs, and of
// tables what opening reads. Blocking.
std::string DamagedFile(const std::string& folder);

// The table of a store in use that cannot be opened. RocksDB opens a store over
// a table whose properties are damaged, and of what it then cannot read it does
// not say in which file. Thread-safe.
class DamagedTable {
 public:
  explicit DamagedTable(std::string folder) : folder_(std::move(folder)) {}

  // Its path, of several the first by name; empty where there is none. Opens
  // all tables until it has found one, which it then remembers: damage does not
  // heal. Blocking.
  std::string Find() const;

 private:
  const std::string folder_;
  mutable Mutex mutex_;
  mutable std::string found_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rollcall::collector
