#include "collector/identity/certificate_request.h"

#include <openssl/ec.h>

#include "tests/support/status_matchers.h"
#include "tests/support/test_requests.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::NewKeyPem;
using ::rollcall::testing::RequestFor;
using ::rollcall::testing::SignedRequest;
using ::rollcall::testing::StatusIs;
using ::testing::HasSubstr;

using Key = OpenSslPtr<EVP_PKEY>;

void ExpectRefused(const std::string& pem, const std::string& why) {
  EXPECT_THAT(ParseCertificateRequest(pem),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)));
}

TEST(CertificateRequest, GivesTheFingerprintOfItsKey) {
  const std::string key = NewKeyPem();
  ASSERT_OK_AND_ASSIGN(const CertificateRequest request,
                       ParseCertificateRequest(RequestFor(key)));
  ASSERT_OK_AND_ASSIGN(const AgentId expected, FingerprintOf(key));
  EXPECT_EQ(request.fingerprint, expected);
}

TEST(CertificateRequest, TakesThreeKindsOfKeys) {
  const Key keys[] = {Key(EVP_EC_gen("P-256")), Key(EVP_EC_gen("P-384")),
                      Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"))};
  for (const Key& key : keys) {
    EXPECT_OK(ParseCertificateRequest(SignedRequest(key.get(), key.get())));
  }
}

TEST(CertificateRequest, RefusesOtherKeys) {
  const Key keys[] = {Key(EVP_RSA_gen(1024)), Key(EVP_RSA_gen(3072)),
                      Key(EVP_EC_gen("P-224")), Key(EVP_EC_gen("P-521")),
                      Key(EVP_EC_gen("secp256k1"))};
  for (const Key& key : keys) {
    ExpectRefused(SignedRequest(key.get(), key.get()), "key that is not taken");
  }
}

TEST(CertificateRequest, RefusesAnotherFormOfAGoodKey) {
  // Compressed, the key would have another fingerprint.
  const Key key(EVP_EC_gen("P-256"));
  ASSERT_EQ(
      EVP_PKEY_set_utf8_string_param(key.get(), "point-format", "compressed"),
      1);
  ExpectRefused(SignedRequest(key.get(), key.get()), "key that is not taken");
}

TEST(CertificateRequest, RefusesOneThatAnotherKeySigned) {
  const Key key(EVP_EC_gen("P-256"));
  const Key thief(EVP_EC_gen("P-256"));
  ExpectRefused(SignedRequest(key.get(), thief.get()), "its own key");
}

TEST(CertificateRequest, RefusesWhatIsNone) {
  const std::string good = RequestFor(NewKeyPem());
  ExpectRefused("", "PKCS #10");
  ExpectRefused("garbage", "PKCS #10");
  ExpectRefused(good.substr(0, good.size() / 2), "PKCS #10");
  ExpectRefused(NewKeyPem(), "PKCS #10");
  ExpectRefused(std::string(9'000, '\n') + good, "larger than");
}

TEST(CertificateRequest, AChangeOfAnyLineIsNoticed) {
  const std::string good = RequestFor(NewKeyPem());
  size_t refused = 0;
  size_t tried = 0;
  for (size_t i = 40; i + 40 < good.size(); i += 7) {
    std::string changed = good;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    if (changed == good) continue;
    ++tried;
    if (!ParseCertificateRequest(changed).ok()) ++refused;
  }
  EXPECT_GT(tried, 10u);
  EXPECT_EQ(refused, tried);
}

}  // namespace
}  // namespace rollcall::collector
