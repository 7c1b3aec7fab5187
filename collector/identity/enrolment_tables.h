// The tables of tokens, certificates and revocations.
#pragma once

#include <cstdint>

#include "collector/identity/certificate_authority.h"
#include "collector/identity/token_text.h"
#include "collector/storage/table.h"
#include "rollcall/stored/v1/enrolment.pb.h"

namespace rollcall::collector {

// Newest first, since a token's id begins so.
struct TokenKey {
  TokenId token;

  void Encode(KeyWriter& writer) const { writer.AddId(token); }
  static TokenKey Decode(KeyReader& reader) {
    return {reader.TakeId<TokenId>()};
  }
};

// First to end first, so that those which have ended are found and forgotten
// without a look at the others.
struct CertificateKey {
  // Seconds since 1970.
  uint64_t not_after = 0;
  CertificateSerial serial;

  void Encode(KeyWriter& writer) const { writer.U64(not_after).AddId(serial); }
  static CertificateKey Decode(KeyReader& reader) {
    CertificateKey key;
    key.not_after = reader.U64();
    key.serial = reader.TakeId<CertificateSerial>();
    return key;
  }
};

// What is kept under an agent's id.
struct EnrolledAgentKey {
  AgentId agent;

  void Encode(KeyWriter& writer) const { writer.AddId(agent); }
  static EnrolledAgentKey Decode(KeyReader& reader) {
    return {reader.TakeId<AgentId>()};
  }
};

inline constexpr Table<TokenKey, stored::v1::TokenRecord> kTokenTable(
    TableId::kToken);
inline constexpr Table<CertificateKey, stored::v1::CertificateRecord>
    kCertificateTable(TableId::kCertificate);
inline constexpr Table<EnrolledAgentKey, stored::v1::EnrolledAgent>
    kEnrolledAgentTable(TableId::kEnrolledAgent);
inline constexpr Table<EnrolledAgentKey, stored::v1::RevocationRecord>
    kRevocationTable(TableId::kRevocation);

}  // namespace rollcall::collector
