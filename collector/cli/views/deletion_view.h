// Proofs of deletion as tables and CSV. Pure.
#pragma once

#include <string>

#include "rollcall/v1/device_service.pb.h"

namespace rollcall::cli {

// One proof: who, when and why in words, then what went of each table; fitted
// to `width`.
std::string DeletionTable(const v1::DeletionProof& proof, int width);
// A header line and one line a table of the store.
std::string DeletionCsv(const v1::DeletionProof& proof);

// A line a deletion; the table is empty if there is none.
std::string DeletionsTable(const v1::ListDeletionsResponse& response,
                           int width);
std::string DeletionsCsv(const v1::ListDeletionsResponse& response);

}  // namespace rollcall::cli
