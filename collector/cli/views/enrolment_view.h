// Tokens. Pure.
#pragma once

#include <string>

#include "rollcall/v1/enrolment_service.pb.h"

namespace rollcall::cli {

// What was made, with the token's text alone on the first line, so that a
// script takes it with `head -n 1`.
std::string NewTokenTable(const v1::CreateTokenResponse& response, int width);
std::string NewTokenCsv(const v1::CreateTokenResponse& response);

// Tables: fitted to `width`, empty if there is no token. CSV: a header line and
// one line a token.
std::string TokensTable(const v1::ListTokensResponse& response, int width);
std::string TokensCsv(const v1::ListTokensResponse& response);

std::string RevokedTokenTable(const v1::RevokeTokenResponse& response,
                              int width);
std::string RevokedTokenCsv(const v1::RevokeTokenResponse& response);

std::string RevokedAgentTable(const v1::RevokeAgentResponse& response,
                              int width);
std::string RevokedAgentCsv(const v1::RevokeAgentResponse& response);

}  // namespace rollcall::cli
