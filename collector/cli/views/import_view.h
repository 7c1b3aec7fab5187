// What an import did, in words. Pure.
#pragma once

#include <string>

#include "rollcall/v1/contract_service.pb.h"
#include "rollcall/v1/register_service.pb.h"

namespace rollcall::cli {

// What was imported, or why nothing was and what to do; then the bad places.
// `quarantine`: whether bad lines were to be kept aside.
std::string EntitlementImportTable(
    const v1::ImportEntitlementsResponse& response, bool quarantine, int width);
std::string RegisterImportTable(
    const v1::ImportExpectedDevicesResponse& response, bool quarantine,
    int width);

// What became of a line that was kept aside; then what is wrong with it still.
std::string RepairTable(const v1::RepairQuarantinedLineResponse& response,
                        int width);
std::string RepairCsv(const v1::RepairQuarantinedLineResponse& response);

// The bad places, one line each.
std::string EntitlementImportCsv(
    const v1::ImportEntitlementsResponse& response);
std::string RegisterImportCsv(
    const v1::ImportExpectedDevicesResponse& response);

}  // namespace rollcall::cli
