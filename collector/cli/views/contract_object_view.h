// Objects of the contract repository, of any kind. Pure.
#pragma once

#include <string>

#include "rollcall/v1/contract_service.pb.h"

namespace rollcall::cli {

// What names it, for example "C-1 / PO-7 / 3".
std::string ContractObjectName(const v1::ContractObject& object);

// One line about it.
std::string ContractObjectSummary(const v1::ContractObject& object);

// Name, id and summary of each. Empty if there is none.
std::string ContractObjectsTable(
    const v1::ListContractObjectsResponse& response, int width);
// The same without the day and time that it is of.
std::string ContractObjectRows(const v1::ListContractObjectsResponse& response,
                               int width);
std::string ContractObjectsCsv(const v1::ListContractObjectsResponse& response);

// All that was said of one object, latest day first.
std::string ContractHistoryTable(
    const v1::ListContractObjectVersionsResponse& response, int width);
std::string ContractHistoryCsv(
    const v1::ListContractObjectVersionsResponse& response);

}  // namespace rollcall::cli
