#include "collector/cli/ledger_files.h"

#include <utility>

#include "collector/cli/argument_file.h"
#include "common/status.h"
#include "rollcall/v1/ledger_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

constexpr size_t kMaxKeyFileBytes = 1 << 20;
// The hashes of 15 million entries.
constexpr size_t kMaxCheckpointBytes = size_t{1} << 30;

// A bad file is the caller's mistake, whatever is wrong with it.
absl::Status AboutFile(const std::string& path, const absl::Status& status) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", status.message()));
}

}  // namespace

absl::Status FollowExport(
    Session& session,
    absl::FunctionRef<absl::Status(const std::string& text)> take) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto stub, session.Stub<v1::LedgerService>());
  v1::ExportLedgerRequest request;
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(
        const v1::ExportLedgerResponse part,
        session.Call(*stub, &v1::LedgerService::Stub::ExportLedger, request));
    ROLLCALL_RETURN_IF_ERROR(take(part.text()));
    if (part.next_page_token().empty()) return absl::OkStatus();
    if (part.next_page_token() == request.page_token()) {
      return absl::InternalError("the collector repeats a part; ask again");
    }
    request.set_page_token(part.next_page_token());
  }
}

absl::StatusOr<std::vector<collector::LedgerPublicKey>> ReadPublicKeys(
    const std::vector<std::string>& paths) {
  std::vector<collector::LedgerPublicKey> all;
  for (const std::string& path : paths) {
    ROLLCALL_ASSIGN_OR_RETURN(const std::string pem,
                              ReadArgumentFile(path, kMaxKeyFileBytes));
    auto keys = collector::ParseLedgerKeys(pem);
    if (!keys.ok()) return AboutFile(path, keys.status());
    for (auto& key : *keys) all.push_back(std::move(key));
  }
  return all;
}

absl::StatusOr<std::vector<collector::KeptCheckpoint>> ReadCheckpoints(
    const std::vector<std::string>& paths) {
  std::vector<collector::KeptCheckpoint> all;
  for (const std::string& path : paths) {
    ROLLCALL_ASSIGN_OR_RETURN(const std::string text,
                              ReadArgumentFile(path, kMaxCheckpointBytes));
    auto kept = collector::ParseKeptCheckpoints(text);
    if (!kept.ok()) return AboutFile(path, kept.status());
    for (auto& checkpoint : *kept) all.push_back(std::move(checkpoint));
  }
  return all;
}

}  // namespace rollcall::cli
