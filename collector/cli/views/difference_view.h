// What a change-set changes, object by object, and which positions it moves.
// Pure.
#pragma once

#include <string>

#include "rollcall/v1/change_service.pb.h"
#include "rollcall/v1/contract_service.pb.h"

namespace rollcall::cli {

// A line for each object and, under it, one for each field:
//
//   ~ entitlement C-1 / PO-7 / 3, from 2026-01-01
//       quantity: "10" -> "20"
//
// Texts are in quotes, with backslashes for what would not be one line. "+" is
// an object that was not there, "-" one that goes, "=" one that stays as it is.
std::string DifferencesText(const v1::ListDifferencesResponse& response);
// One line for each field, or one for an object without, each with the
// change-set that they are of.
std::string DifferencesCsv(const v1::ListDifferencesResponse& response,
                           const v1::ChangeSet& change_set);

// The positions that would move, or moved, on which days, and on which days
// they were compared.
std::string PreviewText(const v1::PreviewChangeSetResponse& response,
                        bool is_in_effect, int width);

// What differs in one object between two points in time.
std::string ComparisonTable(const v1::CompareContractObjectResponse& response,
                            int width);
std::string ComparisonCsv(const v1::CompareContractObjectResponse& response);

}  // namespace rollcall::cli
