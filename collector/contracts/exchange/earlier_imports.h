// What imports before one came to, of which it may be a repetition.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "collector/csv/import_file.h"
#include "collector/storage/engine.h"
#include "rollcall/stored/v1/changes.pb.h"
#include "rollcall/v1/change_service.pb.h"

namespace rollcall::collector {

struct EarlierImports {
  // For each bad line, whether this very file put it aside before: one of the
  // same bytes that was read in the same way, and neither rejected nor
  // withdrawn since. What became of the line is told there.
  std::vector<bool> kept;
  // For each bad line, whether it was settled before: one of the same bytes, of
  // a file of the same name (or bytes) that was read in the same way, was kept
  // aside, and repaired or discarded since. Lines of imports that were rejected
  // or withdrawn do not count: to discard these is to tidy up.
  std::vector<bool> settled;
  int settled_count = 0;
};

// `made` is the change-set that the import would be, `context` how its file is
// read. Looks at 200,000 lines that were kept aside, those of the newest
// imports first; what was kept before these is not found, and opened again.
absl::StatusOr<EarlierImports> FindEarlierImports(
    const Reader& reader, const v1::ChangeSet& made,
    const stored::v1::ImportContext& context, const std::vector<BadLine>& bad);

}  // namespace rollcall::collector
