// The text of a token: what people copy, and what is never kept.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/id.h"
#include "common/random.h"
#include "rollcall/v1/enrolment_service.pb.h"

namespace rollcall::collector {

using TokenId = Id<struct TokenIdTag>;

// A new id: 8 bytes that are less the later it is made, and 8 random ones. It
// is no secret.
TokenId MakeTokenId(absl::Time now, Random& random);

// Not greater than the id of any token made then or before, and greater than
// that of any made later, by a microsecond at least.
TokenId FirstTokenIdBy(absl::Time time);

// "rollcall-agent-" or "rollcall-login-", the token's id (32 hex digits), "-",
// and 256 random bits (43 digits of base64 for URLs). The beginning tells what
// it is to people and to those who look for lost secrets.
std::string MakeTokenText(v1::Token::Kind kind, TokenId id, Random& random);

struct ParsedToken {
  v1::Token::Kind kind;
  TokenId id;
};

// What a text says before its secret; INVALID_ARGUMENT if it is no token.
absl::StatusOr<ParsedToken> ParseTokenText(absl::string_view text);

// SHA-256 of the text, 32 bytes: what is kept. No salt and no slow hash: the
// text holds 256 bits of randomness.
std::string HashOfToken(absl::string_view text);

// Whether the text has this hash, in time that does not depend on either.
bool IsTokenOf(absl::string_view text, absl::string_view sha256);

}  // namespace rollcall::collector
