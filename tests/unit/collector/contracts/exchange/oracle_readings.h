// What lines of each product's files say, as somebody reads them who knows that
// product: the oracle's own reading of the shipped mappings.
#pragma once

#include <string>

#include "rollcall/v1/contract.pb.h"
#include "tests/unit/collector/contracts/exchange/oracle_values.h"

namespace rollcall::collector::oracle {

// Entitlements.
Statement ReadServiceNow(const Line& line);
Statement ReadFlexera(const Line& line);
Statement ReadSnow(const Line& line);
Statement ReadSnipeIt(const Line& line);

// Contracts, their terms, and invoices.
Statement ReadContract(const Line& line);
Statement ReadTerm(const Line& line);
Statement ReadInvoice(const Line& line);

// What an object that was made says.
Statement StatementOf(const v1::ContractObject& object);

// Whether a line is of something in force.
enum class State { kTaken, kLeftOut, kUnknown };
State StateInServiceNow(const Line& line);
State StateInFlexera(const Line& line);

}  // namespace rollcall::collector::oracle
