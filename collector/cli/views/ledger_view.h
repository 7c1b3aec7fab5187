// The ledger: its entries, keys, checkpoints and proofs. Pure.
#pragma once

#include <string>

#include "rollcall/v1/ledger_service.pb.h"

namespace rollcall::cli {

std::string LedgerEntriesTable(const v1::ListLedgerEntriesResponse& response,
                               int width);
// One line for each fact of an entry, or one for an entry without.
std::string LedgerEntriesCsv(const v1::ListLedgerEntriesResponse& response);

// PEM, each key under a line that says when it signed: a file of keys.
std::string LedgerKeysText(const v1::GetLedgerKeyResponse& response, int width);
std::string LedgerKeysCsv(const v1::GetLedgerKeyResponse& response);

std::string LedgerCheckpointCsv(const v1::GetCheckpointResponse& response);

// All that somebody needs to repeat it.
std::string LedgerProofText(const v1::GetInclusionProofResponse& response,
                            int width);
std::string LedgerProofCsv(const v1::GetInclusionProofResponse& response);

}  // namespace rollcall::cli
