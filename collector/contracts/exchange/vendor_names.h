// Vendors as files call them.
#pragma once

#include "absl/status/status.h"
#include "collector/contracts/exchange/import_target.h"
#include "collector/storage/engine.h"

namespace rollcall::collector {

// In all good lines of the file, calls a vendor by its name where the line has
// one of its aliases, and tells so as a conversion. What is some vendor's name
// stays; so does an alias of several vendors, which is told, too. But a line of
// an invoice that is known under one of a vendor's names gets that one: with
// another it would be another line. Those that are left out are named likewise,
// so that they are found, and nothing is told of it. Case is ignored.
// DATA_LOSS, UNAVAILABLE as for Table.
absl::Status UseVendorNames(const Reader& reader, ImportedFile& file);

}  // namespace rollcall::collector
