// What strangers send to enrol: requests, certificates and tokens.
#include "collector/identity/certificate_request.h"
#include "collector/identity/token_text.h"
#include "common/certificate_chain.h"
#include "common/tls.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using rollcall::testing::Require;
  const absl::string_view text = rollcall::testing::AsText(data, size);
  const auto request = rollcall::collector::ParseCertificateRequest(text);
  if (request.ok()) {
    Require(rollcall::KeyFingerprint(request->public_key_der) ==
                request->fingerprint,
            "a request's agent is the fingerprint of its key");
  }
  const auto chain = rollcall::ParseCertificates(text);
  if (chain.ok()) Require(!chain->empty(), "a chain has a certificate");
  const auto info = rollcall::ReadCertificate(text);
  if (info.ok()) rollcall::AgentOf(*info).status().IgnoreError();
  const auto token = rollcall::collector::ParseTokenText(text);
  if (token.ok()) {
    Require(!rollcall::collector::IsTokenOf(text, token->id.bytes()),
            "no token is the hash of itself");
  }
  return 0;
}
