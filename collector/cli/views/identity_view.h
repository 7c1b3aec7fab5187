// What makes up a device, and why, as tables and CSV. Pure.
#pragma once

#include <string>

#include "rollcall/v1/identity_service.pb.h"

namespace rollcall::cli {

// Its subjects, their evidence, what happened, and what else may be the same
// machine; fitted to `width`.
std::string IdentityTable(const v1::GetDeviceIdentityResponse& response,
                          int width);
// A header line and one line a piece of evidence.
std::string IdentityCsv(const v1::GetDeviceIdentityResponse& response);

// Pairs that may be one machine. The table is empty if there is none.
std::string DuplicatesTable(const v1::ListPossibleDuplicatesResponse& response,
                            int width);
std::string DuplicatesCsv(const v1::ListPossibleDuplicatesResponse& response);

// One event in words.
std::string EventTable(const v1::IdentityEvent& event, int width);
std::string EventCsv(const v1::IdentityEvent& event);

}  // namespace rollcall::cli
