#include "collector/identity/token_text.h"

#include <openssl/crypto.h>

#include <cstring>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"

namespace rollcall::collector {
namespace {

constexpr absl::string_view kAgentPrefix = "rollcall-agent-";
constexpr absl::string_view kLoginPrefix = "rollcall-login-";
static_assert(kAgentPrefix.size() == kLoginPrefix.size());
constexpr size_t kSecretBytes = 32;
constexpr size_t kSecretDigits = 43;
constexpr size_t kIdDigits = 2 * TokenId::kSize;

// The 8 bytes that an id begins with.
std::string TimeBytes(absl::Time made) {
  const uint64_t later = ~static_cast<uint64_t>(absl::ToUnixMicros(made));
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(later >> shift));
  }
  return bytes;
}

}  // namespace

TokenId MakeTokenId(absl::Time now, Random& random) {
  std::string bytes = TimeBytes(now);
  bytes.append(TokenId::Generate(random).bytes().substr(8).data(), 8);
  return *TokenId::FromBytes(bytes);
}

TokenId FirstTokenIdBy(absl::Time time) {
  return *TokenId::FromBytes(TimeBytes(time) + std::string(8, '\0'));
}

std::string MakeTokenText(v1::Token::Kind kind, TokenId id, Random& random) {
  std::string secret;
  while (secret.size() < kSecretBytes) {
    const uint64_t word = random.Next64();
    char bytes[sizeof(word)];
    std::memcpy(bytes, &word, sizeof(word));
    secret.append(bytes, sizeof(bytes));
  }
  return absl::StrCat(
      kind == v1::Token::KIND_LOGIN ? kLoginPrefix : kAgentPrefix, id.ToHex(),
      "-", absl::WebSafeBase64Escape(secret));
}

absl::StatusOr<ParsedToken> ParseTokenText(absl::string_view text) {
  const bool login = absl::StartsWith(text, kLoginPrefix);
  if (login || absl::StartsWith(text, kAgentPrefix)) {
    const absl::string_view rest = text.substr(kAgentPrefix.size());
    const auto id = TokenId::FromHex(rest.substr(0, kIdDigits));
    if (id.has_value() && rest.size() == kIdDigits + 1 + kSecretDigits &&
        rest[kIdDigits] == '-') {
      return ParsedToken{
          login ? v1::Token::KIND_LOGIN : v1::Token::KIND_ENROLMENT, *id};
    }
  }
  return absl::InvalidArgumentError(
      "this is no token: one is a single word that begins with "
      "rollcall-agent- or rollcall-login-");
}

std::string HashOfToken(absl::string_view text) {
  return Sha256().Update(text).Finish();
}

bool IsTokenOf(absl::string_view text, absl::string_view sha256) {
  const std::string own = HashOfToken(text);
  return own.size() == sha256.size() &&
         CRYPTO_memcmp(own.data(), sha256.data(), own.size()) == 0;
}

}  // namespace rollcall::collector
