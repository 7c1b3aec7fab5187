#include "collector/identity/principal_certificates.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/proto_time.h"

namespace rollcall::collector {
namespace {

using stored::v1::PrincipalCertificates;
using stored::v1::RevokedCertificate;

constexpr size_t kSerialDigits = 32;
constexpr size_t kSha256Digits = 64;
// Of those that are named one by one and whose end is not known.
constexpr int kMostNamed = 100;

bool IsOver(const v1::Certificate& certificate, absl::Time now) {
  return FromProto(certificate.not_after()) <= now;
}

bool IsOver(const RevokedCertificate& revoked, absl::Time now) {
  return revoked.has_not_after() && FromProto(revoked.not_after()) <= now;
}

const RevokedCertificate* FindNamed(
    const stored::v1::CertificateRevocations& revocations,
    absl::string_view name) {
  for (const RevokedCertificate& revoked : revocations.certificates()) {
    if (revoked.name() == name) return &revoked;
  }
  return nullptr;
}

template <typename Drop>
void Forget(stored::v1::CertificateRevocations& revocations, Drop drop) {
  auto& all = *revocations.mutable_certificates();
  all.erase(std::remove_if(all.begin(), all.end(), drop), all.end());
}

void AddNamed(const std::string& name, KnownStamp stamp,
              PrincipalCertificates& of) {
  stored::v1::CertificateRevocations& revocations = *of.mutable_revocations();
  revocations.set_stamp(stamp.raw());
  RevokedCertificate& revoked = *revocations.add_certificates();
  revoked.set_name(name);
  *revoked.mutable_time() = ToProto(stamp.time());
  for (const v1::Certificate& certificate : of.certificates()) {
    if (certificate.serial_number() != name) continue;
    *revoked.mutable_not_after() = certificate.not_after();
  }
}

bool HasForgottenGoodOnes(const PrincipalCertificates& of, absl::Time now) {
  return of.certificates_size() >= kKeptCertificates &&
         !IsOver(of.certificates(of.certificates_size() - 1), now);
}

}  // namespace

void AddCertificate(const v1::Certificate& certificate, absl::Time now,
                    PrincipalCertificates& of) {
  google::protobuf::RepeatedPtrField<v1::Certificate> before;
  before.Swap(of.mutable_certificates());
  *of.add_certificates() = certificate;
  for (v1::Certificate& older : before) {
    if (of.certificates_size() >= kKeptCertificates) break;
    if (of.certificates_size() >= kShownCertificates && IsOver(older, now)) {
      continue;
    }
    *of.add_certificates() = std::move(older);
  }
}

absl::StatusOr<std::string> CertificateNameOf(absl::string_view text) {
  const std::string digits = absl::StrReplaceAll(text, {{":", ""}});
  if ((digits.size() == kSerialDigits || digits.size() == kSha256Digits) &&
      std::all_of(digits.begin(), digits.end(), absl::ascii_isxdigit)) {
    return absl::AsciiStrToLower(digits);
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "certificate must be a serial number of ", kSerialDigits,
      " hex digits, or a SHA-256 of ", kSha256Digits, "; empty: all of them"));
}

void RevokeAllCertificates(absl::Time now, KnownStamp stamp,
                           PrincipalCertificates& of) {
  stored::v1::CertificateRevocations& revocations = *of.mutable_revocations();
  revocations.set_stamp(stamp.raw());
  *revocations.mutable_all_time() = ToProto(now);
  // A certificate knows whole seconds. One that was issued in this second,
  // after such a revocation, begins with it.
  revocations.set_valid_from_seconds(std::max<int64_t>(
      absl::ToUnixSeconds(now), revocations.valid_from_seconds() + 1));
}

absl::StatusOr<absl::Time> RevokeCertificate(const std::string& name,
                                             absl::Time now, KnownStamp stamp,
                                             PrincipalCertificates& of) {
  stored::v1::CertificateRevocations& revocations = *of.mutable_revocations();
  if (const auto* const before = FindNamed(revocations, name)) {
    return FromProto(before->time());
  }
  Forget(revocations, [now](const RevokedCertificate& revoked) {
    return IsOver(revoked, now);
  });
  const auto unknown = std::count_if(revocations.certificates().begin(),
                                     revocations.certificates().end(),
                                     [](const RevokedCertificate& revoked) {
                                       return !revoked.has_not_after();
                                     });
  if (unknown >= kMostNamed) {
    return absl::FailedPreconditionError(
        absl::StrCat(unknown,
                     " certificates of this principal were named one by one, "
                     "and no more can be; revoke all of them"));
  }
  AddNamed(name, stamp, of);
  return stamp.time();
}

int RevokeGoodCertificates(
    absl::FunctionRef<bool(const v1::Certificate&)> which, absl::Time now,
    KnownStamp stamp, PrincipalCertificates& of) {
  std::vector<std::string> names;
  for (const v1::Certificate& certificate : of.certificates()) {
    if (IsOver(certificate, now) || !which(certificate) ||
        FindNamed(of.revocations(), certificate.serial_number()) != nullptr) {
      continue;
    }
    names.push_back(certificate.serial_number());
  }
  if (HasForgottenGoodOnes(of, now)) {
    // Whatever is not kept was issued before, and so begins before.
    RevokeAllCertificates(
        FromProto(of.certificates(0).issue_time()) + absl::Seconds(1), stamp,
        of);
    return of.certificates_size();
  }
  if (names.empty()) return 0;
  Forget(*of.mutable_revocations(), [now](const RevokedCertificate& revoked) {
    return IsOver(revoked, now);
  });
  for (const std::string& name : names) AddNamed(name, stamp, of);
  return static_cast<int>(names.size());
}

bool IsRevoked(const stored::v1::CertificateRevocations& revocations,
               const CertificateInfo& certificate) {
  return certificate.not_before < ValidFrom(revocations) ||
         FindNamed(revocations, certificate.serial_number) != nullptr ||
         FindNamed(revocations, certificate.sha256) != nullptr;
}

absl::Time RevokedSince(const stored::v1::CertificateRevocations& revocations,
                        const v1::Certificate& certificate) {
  const absl::Time issued = FromProto(certificate.issue_time());
  if (const auto* const named =
          FindNamed(revocations, certificate.serial_number())) {
    return FromProto(named->time());
  }
  if (revocations.has_all_time() &&
      issued <= FromProto(revocations.all_time())) {
    return FromProto(revocations.all_time());
  }
  return absl::InfiniteFuture();
}

absl::Time ValidFrom(const stored::v1::CertificateRevocations& revocations) {
  return revocations.valid_from_seconds() == 0
             ? absl::InfinitePast()
             : absl::FromUnixSeconds(revocations.valid_from_seconds());
}

}  // namespace rollcall::collector
