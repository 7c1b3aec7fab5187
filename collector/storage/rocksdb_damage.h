// Finds the file that keeps a store from opening.
#pragma once

#include <string>

namespace rollcall::collector {

// RocksDB does not say which log has a record that does not match its checksum,
// and of some tables that it cannot read it names the MANIFEST. The path of the
// first file of the closed store in `folder` that is so damaged, by name; empty
// where none is. Reads all logs, and of tables what opening reads. Blocking.
std::string DamagedFile(const std::string& folder);

}  // namespace rollcall::collector
