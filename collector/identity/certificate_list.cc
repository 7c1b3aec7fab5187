#include "collector/identity/certificate_list.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/identity/enrolment_tables.h"
#include "collector/rpc/paging.h"
#include "collector/storage/cursor.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr absl::Duration kKept = absl::Hours(90 * 24);
// Forgotten at once, so that it never takes long.
constexpr size_t kForgottenAtOnce = 1'000;

uint64_t SecondsOf(absl::Time time) {
  return static_cast<uint64_t>(std::max<int64_t>(absl::ToUnixSeconds(time), 0));
}

}  // namespace

absl::StatusOr<v1::ListCertificatesResponse> CertificateList::List(
    const v1::ListCertificatesRequest& request) const {
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  if (!request.agent_id().empty() &&
      !AgentId::FromHex(request.agent_id()).has_value()) {
    return absl::InvalidArgumentError("agent_id must be 32 hex digits");
  }
  CertificateKey from;
  if (!request.include_ended()) from.not_after = SecondsOf(clock_.Now());
  ROLLCALL_ASSIGN_OR_RETURN(const auto after,
                            KeyOfCursor<CertificateKey>(page.after));
  from = after.value_or(from);
  auto entries = kCertificateTable.ScanFrom(engine_, from, KeyWriter());
  v1::ListCertificatesResponse response;
  std::string cursor;
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, entries.Next());
    if (!entry.has_value()) return response;
    std::string place = CursorOf(entry->key);
    if (place == page.after) continue;
    v1::Certificate& certificate = *entry->value.mutable_certificate();
    if (!request.agent_id().empty() &&
        certificate.agent_id() != request.agent_id()) {
      continue;
    }
    if (response.certificates_size() == page.size) {
      response.set_next_page_token(page.TokenAfter(cursor));
      return response;
    }
    cursor = std::move(place);
    const auto agent = AgentId::FromHex(certificate.agent_id());
    const absl::Time revoked = agent.has_value()
                                   ? revocations_.RevokedSince(*agent)
                                   : of_principals_.Since(certificate);
    if (revoked != absl::InfiniteFuture()) {
      *certificate.mutable_revoke_time() = ToProto(revoked);
    }
    *response.add_certificates() = std::move(certificate);
  }
}

absl::Status CertificateList::Forget() {
  const uint64_t before = SecondsOf(clock_.Now() - kKept);
  std::vector<CertificateKey> ended;
  auto entries = kCertificateTable.ScanPrefix(engine_, KeyWriter());
  while (ended.size() < kForgottenAtOnce) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    if (!entry.has_value() || entry->key.not_after >= before) break;
    ended.push_back(entry->key);
  }
  if (ended.empty()) return absl::OkStatus();
  const auto build = [&](KnownStamp, const Reader&, Writes& writes) {
    for (const CertificateKey& key : ended) {
      kCertificateTable.Delete(writes.head, key);
    }
    return absl::OkStatus();
  };
  return committer_.Commit({"certificates/forget"}, build).status();
}

}  // namespace rollcall::collector
