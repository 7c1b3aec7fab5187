// The lines that imports kept aside.
#pragma once

#include "absl/status/statusor.h"
#include "collector/storage/engine.h"
#include "rollcall/v1/contract_service.pb.h"

namespace rollcall::collector {

// As ContractService.ListQuarantinedLines says. Blocking.
absl::StatusOr<v1::ListQuarantinedLinesResponse> ListQuarantined(
    const Reader& reader, const v1::ListQuarantinedLinesRequest& request);

}  // namespace rollcall::collector
