// What became of a line that an import kept aside.
#pragma once

#include "absl/status/statusor.h"
#include "collector/storage/engine.h"
#include "rollcall/stored/v1/changes.pb.h"
#include "rollcall/v1/contract_service.pb.h"

namespace rollcall::collector {

// A line is repaired as long as its correction is proposed or in effect; it is
// open again once that was rejected or withdrawn. DATA_LOSS, UNAVAILABLE as for
// Table.
absl::StatusOr<v1::QuarantinedLine::State> StateOfQuarantined(
    const Reader& reader, const stored::v1::QuarantineRecord& record);

}  // namespace rollcall::collector
