// Finds the file that keeps a store from opening.
#pragma once

#include <string>

namespace rollcall::collector {

// RocksDB does not say which log has a record that does not match its checksum,
// and of some tables that it cannot read it names the MANIFEST. The path of a
// file of the closed store in `folder` that is so damaged; empty where none is.
// Of several a log goes before a table, since a crash may leave a part of a
// table that does no harm, then the first by name. Reads all logs, and of
// tables what opening reads. Blocking.
std::string DamagedFile(const std::string& folder);

}  // namespace rollcall::collector
