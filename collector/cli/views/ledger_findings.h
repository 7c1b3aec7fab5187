// What a check of an exported ledger found. Pure.
#pragma once

#include <string>

#include "collector/ledger/ledger_verification.h"
#include "google/protobuf/struct.pb.h"

namespace rollcall::cli {

// What can be said of a file, and what cannot: "ledger", "entries", "newest"
// and "first_bad_entry" where there is one, "good", and "questions", each with
// "question", "answer" (yes, no, cannot tell) and "why".
google::protobuf::Struct LedgerFindings(
    const collector::LedgerVerdict& verdict);
std::string LedgerFindingsTable(const google::protobuf::Struct& findings,
                                int width);
std::string LedgerFindingsCsv(const google::protobuf::Struct& findings);

}  // namespace rollcall::cli
