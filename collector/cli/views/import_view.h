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

// The bad places, one line each.
std::string EntitlementImportCsv(
    const v1::ImportEntitlementsResponse& response);
std::string RegisterImportCsv(
    const v1::ImportExpectedDevicesResponse& response);

}  // namespace rollcall::cli
