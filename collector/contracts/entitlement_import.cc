#include "collector/contracts/entitlement_import.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "collector/contracts/entitlement_table.h"
#include "collector/csv/import_file.h"
#include "collector/storage/change_set_table.h"
#include "common/hash.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr absl::string_view kMethod =
    "rollcall.v1.ContractService.ImportEntitlements";
constexpr int kAttempts = 5;

void PutStates(const ImportPlan& plan, ChangeSetId id, KnownStamp stamp,
               Batch& batch) {
  for (const v1::Entitlement& state : plan.states) {
    stored::v1::EntitlementRecord record;
    *record.mutable_entitlement() = state;
    record.mutable_entitlement()->set_change_set_id(id.ToHex());
    kEntitlementTable.Put(batch, EntitlementKey::Of(state, stamp), record);
  }
}

}  // namespace

// One import on its way.
struct EntitlementImporter::Job {
  const v1::ImportEntitlementsRequest& request;
  const std::string principal;
  const RepeatableRequest repeatable;
  const EntitlementFile file;
  const std::string file_sha256;

  // Whether its bad lines keep the file from being imported.
  bool Refused() const {
    return !file.file_errors.empty() ||
           (!file.bad.empty() && !request.quarantine());
  }

  void ListErrors(v1::ImportEntitlementsResponse& response) const {
    ErrorList errors(*response.mutable_errors());
    errors.Add(file.file_errors);
    for (const BadLine& line : file.bad) errors.Add(line.errors);
    response.set_error_count(errors.count());
  }

  v1::ChangeSet MakeChangeSet() const {
    v1::ChangeSet change_set;
    change_set.set_kind(v1::ChangeSet::KIND_ENTITLEMENT_IMPORT);
    change_set.set_file_name(request.file_name());
    change_set.set_file_sha256(file_sha256);
    return change_set;
  }
};

absl::StatusOr<v1::ImportEntitlementsResponse> EntitlementImporter::Import(
    const v1::ImportEntitlementsRequest& request, absl::string_view principal) {
  ROLLCALL_RETURN_IF_ERROR(
      CheckImportFile(request.content(), request.file_name()));
  ROLLCALL_ASSIGN_OR_RETURN(
      RepeatableRequest repeatable,
      RepeatableRequest::Create(kMethod, principal, request.request_id(),
                                request));
  ROLLCALL_ASSIGN_OR_RETURN(
      auto given,
      repeatable.FindAnswer<v1::ImportEntitlementsResponse>(engine_));
  if (given.has_value()) return *std::move(given);
  const Job job{request, std::string(principal), std::move(repeatable),
                ReadEntitlementCsv(request.content(), metrics_),
                Sha256Hex(request.content())};
  for (int attempt = 1;; ++attempt) {
    auto response = Attempt(job);
    if (!absl::IsAborted(response.status()) || attempt == kAttempts) {
      return response;
    }
  }
}

// Compares the file with the store as it is now and stores the difference.
// ABORTED if the store changed in between.
absl::StatusOr<v1::ImportEntitlementsResponse> EntitlementImporter::Attempt(
    const Job& job) {
  v1::ImportEntitlementsResponse response;
  response.set_line_count(job.file.line_count);
  job.ListErrors(response);
  if (job.Refused()) return response;
  const std::unique_ptr<Reader> snapshot = engine_.Snapshot();
  ROLLCALL_ASSIGN_OR_RETURN(const ImportPlan plan,
                            PlanImport(job.file, *snapshot));
  response.set_added_count(plan.added_count);
  response.set_changed_count(plan.changed_count);
  response.set_unchanged_count(plan.unchanged_count);
  bool changes = !plan.states.empty();
  if (!changes && !job.file.bad.empty()) {
    ROLLCALL_ASSIGN_OR_RETURN(
        const bool was_imported,
        WasImported(*snapshot, v1::ChangeSet::KIND_ENTITLEMENT_IMPORT,
                    job.file_sha256, job.file.bad.size()));
    changes = !was_imported;
  }
  if (changes) {
    response.set_quarantined_count(static_cast<int32_t>(job.file.bad.size()));
  }
  if (job.request.dry_run()) return response;
  if (changes) {
    response.set_change_set_id(ChangeSetId::Generate(random_).ToHex());
    response.set_applied(true);
  }
  return Store(job, plan, std::move(response));
}

absl::StatusOr<v1::ImportEntitlementsResponse> EntitlementImporter::Store(
    const Job& job, const ImportPlan& plan,
    v1::ImportEntitlementsResponse response) {
  // What a call with the same request id, which was quicker, answered.
  std::optional<v1::ImportEntitlementsResponse> given;
  const auto build = [&](KnownStamp stamp, const Reader& reader,
                         Writes& writes) -> absl::Status {
    ROLLCALL_ASSIGN_OR_RETURN(
        given,
        job.repeatable.FindAnswer<v1::ImportEntitlementsResponse>(reader));
    if (given.has_value()) return absl::OkStatus();
    ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp newest, NewestChangeSet(reader));
    if (newest != plan.base) {
      return absl::AbortedError(
          "other imports kept changing the contracts; try again");
    }
    job.repeatable.KeepAnswer(response, writes.head);
    if (!response.applied()) return absl::OkStatus();
    const ChangeSetId id = *ChangeSetId::FromHex(response.change_set_id());
    PutImport(job.MakeChangeSet(), response, job.principal, stamp, writes.head);
    PutStates(plan, id, stamp, writes.head);
    PutQuarantine(job.file.bad, id, writes.head);
    return absl::OkStatus();
  };
  ROLLCALL_RETURN_IF_ERROR(committer_.Commit({"contracts"}, build).status());
  return given.has_value() ? *std::move(given) : std::move(response);
}

}  // namespace rollcall::collector
