#include "tests/support/test_pki.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/hash.h"
#include "gtest/gtest.h"

namespace rollcall::testing {
namespace {

// What `write` puts into a memory BIO.
template <typename Write>
std::string ToPem(Write write) {
  BIO* bio = BIO_new(BIO_s_mem());
  EXPECT_EQ(write(bio), 1);
  char* data = nullptr;
  const auto size = static_cast<size_t>(BIO_get_mem_data(bio, &data));
  std::string pem(data, size);
  BIO_free(bio);
  return pem;
}

std::string CertificatePem(X509* certificate) {
  return ToPem([=](BIO* bio) { return PEM_write_bio_X509(bio, certificate); });
}

std::string KeyPem(EVP_PKEY* key) {
  return ToPem([=](BIO* bio) {
    return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr,
                                    nullptr);
  });
}

void AddName(GENERAL_NAMES* names, int type, absl::string_view bytes) {
  ASN1_STRING* value = ASN1_STRING_type_new(
      type == GEN_IPADD ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING);
  ASN1_STRING_set(value, bytes.data(), static_cast<int>(bytes.size()));
  GENERAL_NAME* name = GENERAL_NAME_new();
  GENERAL_NAME_set0_value(name, type, value);
  sk_GENERAL_NAME_push(names, name);
}

std::string AddressBytes(const std::string& text) {
  std::string bytes(absl::StrContains(text, ":") ? 16 : 4, '\0');
  const int family = bytes.size() == 16 ? AF_INET6 : AF_INET;
  EXPECT_EQ(inet_pton(family, text.c_str(), bytes.data()), 1) << text;
  return bytes;
}

void AddNames(const CertificateSpec& spec, X509* certificate) {
  GENERAL_NAMES* names = GENERAL_NAMES_new();
  for (const auto& uri : spec.uris) AddName(names, GEN_URI, uri);
  for (const auto& host : spec.hosts) AddName(names, GEN_DNS, host);
  for (const auto& address : spec.addresses) {
    AddName(names, GEN_IPADD, AddressBytes(address));
  }
  if (sk_GENERAL_NAME_num(names) > 0) {
    EXPECT_EQ(X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, 0, 0),
              1);
  }
  GENERAL_NAMES_free(names);
}

void AddExtension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  EXPECT_NE(extension, nullptr) << value;
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// All but names, extensions and signature.
X509* NewCertificate(const CertificateSpec& spec, const char* common_name,
                     EVP_PKEY* key) {
  X509* certificate = X509_new();
  X509_set_version(certificate, X509_VERSION_3);
  uint32_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof(serial));
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial);
  const absl::Time now = absl::Now();
  ASN1_TIME_set(X509_getm_notBefore(certificate),
                absl::ToTimeT(now + spec.starts));
  ASN1_TIME_set(X509_getm_notAfter(certificate),
                absl::ToTimeT(now + spec.ends));
  X509_NAME_add_entry_by_txt(
      X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
      reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
  X509_set_pubkey(certificate, key);
  return certificate;
}

}  // namespace

void TestPki::KeyDeleter::operator()(EVP_PKEY* key) const {
  EVP_PKEY_free(key);
}
void TestPki::CertificateDeleter::operator()(X509* certificate) const {
  X509_free(certificate);
}

TestPki::Key TestPki::MakeKey() { return Key(EVP_EC_gen("P-256")); }

TestPki::TestPki() : ca_key_(MakeKey()) {
  CertificateSpec spec;
  spec.starts = -absl::Hours(24);
  spec.ends = absl::Hours(24);
  // Authorities of different tests must not be taken for each other.
  const std::string name =
      absl::StrCat("Test CA ", reinterpret_cast<uintptr_t>(this));
  ca_.reset(NewCertificate(spec, name.c_str(), ca_key_.get()));
  X509_set_issuer_name(ca_.get(), X509_get_subject_name(ca_.get()));
  AddExtension(ca_.get(), ca_.get(), NID_basic_constraints, "critical,CA:TRUE");
  AddExtension(ca_.get(), ca_.get(), NID_key_usage, "critical,keyCertSign");
  AddExtension(ca_.get(), ca_.get(), NID_subject_key_identifier, "hash");
  EXPECT_GT(X509_sign(ca_.get(), ca_key_.get(), EVP_sha256()), 0);
  ca_pem_ = CertificatePem(ca_.get());
}

TestPki::~TestPki() = default;

std::string TestPki::ca_key_pem() const { return KeyPem(ca_key_.get()); }

TestPki::Certificate TestPki::Sign(const CertificateSpec& spec,
                                   EVP_PKEY* key) const {
  Certificate certificate(NewCertificate(spec, "test", key));
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(ca_.get()));
  AddNames(spec, certificate.get());
  AddExtension(certificate.get(), ca_.get(), NID_basic_constraints,
               "critical,CA:FALSE");
  AddExtension(certificate.get(), ca_.get(), NID_authority_key_identifier,
               "keyid");
  EXPECT_GT(X509_sign(certificate.get(), ca_key_.get(), EVP_sha256()), 0);
  return certificate;
}

TlsCredentials TestPki::Pack(const CertificateSpec& spec, EVP_PKEY* key) const {
  return {ca_pem_, CertificatePem(Sign(spec, key).get()), KeyPem(key)};
}

TlsCredentials TestPki::Issue(const CertificateSpec& spec) const {
  return Pack(spec, MakeKey().get());
}

TlsCredentials TestPki::Server() const {
  CertificateSpec spec;
  spec.hosts = {"localhost"};
  spec.addresses = {"127.0.0.1", "::1"};
  return Issue(spec);
}

TlsCredentials TestPki::Agent(absl::Duration ends) const {
  const Key key = MakeKey();
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key.get(), &der);
  const std::string fingerprint =
      Sha256Hex({reinterpret_cast<char*>(der), static_cast<size_t>(size)})
          .substr(0, 32);
  OPENSSL_free(der);
  CertificateSpec spec;
  spec.uris = {absl::StrCat("rollcall://agent/", fingerprint)};
  spec.ends = ends;
  if (ends <= absl::ZeroDuration()) spec.starts = ends - absl::Hours(1);
  return Pack(spec, key.get());
}

TlsCredentials TestPki::Renew(const TlsCredentials& agent,
                              absl::Duration ends) const {
  CertificateSpec spec;
  spec.uris = {AgentUri(AgentIdOf(agent))};
  spec.ends = ends;
  if (ends <= absl::ZeroDuration()) spec.starts = ends - absl::Hours(1);
  BIO* bio = BIO_new_mem_buf(agent.private_key_pem.data(),
                             static_cast<int>(agent.private_key_pem.size()));
  const Key key(PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr));
  BIO_free(bio);
  EXPECT_NE(key, nullptr);
  return Pack(spec, key.get());
}

TlsCredentials TestPki::Impostor(absl::string_view agent_hex) const {
  CertificateSpec spec;
  spec.uris = {absl::StrCat("rollcall://agent/", agent_hex)};
  return Issue(spec);
}

TlsCredentials TestPki::Admin(absl::string_view principal,
                              absl::Duration ends) const {
  CertificateSpec spec;
  spec.uris = {absl::StrCat("rollcall://principal/", principal)};
  spec.ends = ends;
  if (ends <= absl::ZeroDuration()) spec.starts = ends - absl::Hours(1);
  return Issue(spec);
}

AgentId AgentIdOf(const TlsCredentials& credentials) {
  const auto certificate = ReadCertificate(credentials.certificate_pem);
  EXPECT_TRUE(certificate.ok()) << certificate.status();
  const auto agent = AgentOf(*certificate);
  EXPECT_TRUE(agent.ok()) << agent.status();
  return agent.value_or(AgentId());
}

}  // namespace rollcall::testing
