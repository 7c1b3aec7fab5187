// The store itself. Pure.
#pragma once

#include <string>

#include "rollcall/v1/store_service.pb.h"

namespace rollcall::cli {

std::string StoreTable(const v1::GetStoreResponse& response, int width);
std::string StoreCsv(const v1::GetStoreResponse& response);

// One line a kind of data, then whether all is well.
std::string StoreChecksTable(const v1::CheckStoreResponse& response, int width);
std::string StoreChecksCsv(const v1::CheckStoreResponse& response);

std::string RebuiltTable(const v1::RebuildPostingsResponse& response,
                         int width);
std::string RebuiltCsv(const v1::RebuildPostingsResponse& response);

}  // namespace rollcall::cli
