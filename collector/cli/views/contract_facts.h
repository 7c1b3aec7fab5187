// A contract with all that is under it. Pure.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "google/protobuf/message.h"
#include "rollcall/v1/contract_service.pb.h"

namespace rollcall::cli {

// All that a message says, in the order of its fields: the way to a field, for
// example "clauses.audit.notice_days", and its value in words. What repeats has
// one entry for each, "use_rights[0]", with all that it says. Quantities and
// money are as people write them.
std::vector<std::pair<std::string, std::string>> FactsOf(
    const google::protobuf::Message& message);

// The contract, its amendments and its lines, all of one day and time.
struct ContractFile {
  const v1::Contract& contract;
  const v1::ListContractObjectsResponse& amendments;
  const v1::ListEntitlementsResponse& lines;
};

std::string ContractFileTable(const ContractFile& file, int width);
// The contract's fields, one line each.
std::string ContractFileCsv(const ContractFile& file);

}  // namespace rollcall::cli
