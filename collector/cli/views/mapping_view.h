// Mappings of imports, for people and programs. Pure.
#pragma once

#include <string>

#include "rollcall/v1/contract_service.pb.h"

namespace rollcall::cli {

// A line for each.
std::string MappingTable(const v1::ListMappingsResponse& response, int width);
// All of each: its columns and what is not taken as it stands there.
std::string MappingText(const v1::ListMappingsResponse& response, int width);
// A line for each column of each.
std::string MappingCsv(const v1::ListMappingsResponse& response);

}  // namespace rollcall::cli
