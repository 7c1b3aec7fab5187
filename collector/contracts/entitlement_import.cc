#include "collector/contracts/entitlement_import.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "collector/contracts/entitlement_table.h"
#include "collector/csv/csv_splitter.h"
#include "collector/storage/change_set_table.h"
#include "common/hash.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr absl::string_view kMethod =
    "rollcall.v1.ContractService.ImportEntitlements";
constexpr int kMaxListedErrors = 10'000;
constexpr size_t kMaxFileNameBytes = 256;
constexpr int kAttempts = 5;

absl::Status CheckRequest(const v1::ImportEntitlementsRequest& request) {
  const size_t max_bytes = CsvLimits().max_file_bytes;
  if (request.content().empty()) {
    return absl::InvalidArgumentError("content is empty");
  }
  if (request.content().size() > max_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("content has ", request.content().size(),
                     " bytes; at most ", max_bytes, " are allowed"));
  }
  if (request.file_name().size() > kMaxFileNameBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("file_name is longer than ", kMaxFileNameBytes, " bytes"));
  }
  return absl::OkStatus();
}

void ListErrors(const EntitlementFile& file,
                v1::ImportEntitlementsResponse& response) {
  int count = 0;
  const auto list = [&](const v1::ImportError& error) {
    if (++count <= kMaxListedErrors) *response.add_errors() = error;
  };
  for (const v1::ImportError& error : file.file_errors) list(error);
  for (const BadLine& line : file.bad) {
    for (const v1::ImportError& error : line.errors) list(error);
  }
  response.set_error_count(count);
}

// Whether a file with these bytes was imported with as many lines kept aside.
absl::StatusOr<bool> WasImported(const Reader& reader,
                                 absl::string_view file_sha256,
                                 size_t quarantined_count) {
  auto entries = kChangeSetTable.ScanPrefix(reader, KeyWriter());
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    if (!entry.has_value()) return false;
    const v1::ChangeSet& change_set = entry->value.change_set();
    if (change_set.kind() == v1::ChangeSet::KIND_ENTITLEMENT_IMPORT &&
        change_set.file_sha256() == file_sha256 &&
        static_cast<size_t>(change_set.quarantined_count()) ==
            quarantined_count) {
      return true;
    }
  }
}

void PutStates(const ImportPlan& plan, ChangeSetId id, KnownStamp stamp,
               Batch& batch) {
  for (const v1::Entitlement& state : plan.states) {
    stored::v1::EntitlementRecord record;
    *record.mutable_entitlement() = state;
    record.mutable_entitlement()->set_change_set_id(id.ToHex());
    kEntitlementTable.Put(batch, EntitlementKey::Of(state, stamp), record);
  }
}

void PutQuarantine(const EntitlementFile& file, ChangeSetId id, Batch& batch) {
  for (const BadLine& line : file.bad) {
    stored::v1::QuarantineRecord record;
    record.set_content(line.content);
    record.mutable_errors()->Assign(line.errors.begin(), line.errors.end());
    kQuarantineTable.Put(batch, {id, static_cast<uint64_t>(line.line)}, record);
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

  v1::ChangeSet MakeChangeSet(const v1::ImportEntitlementsResponse& response,
                              KnownStamp stamp) const {
    v1::ChangeSet change_set;
    change_set.set_change_set_id(response.change_set_id());
    change_set.set_kind(v1::ChangeSet::KIND_ENTITLEMENT_IMPORT);
    change_set.set_state(v1::ChangeSet::STATE_APPLIED);
    change_set.set_proposed_by(principal);
    change_set.set_applied_by(principal);
    *change_set.mutable_proposed_time() = ToProto(stamp.time());
    *change_set.mutable_applied_time() = ToProto(stamp.time());
    change_set.set_file_name(request.file_name());
    change_set.set_file_sha256(file_sha256);
    change_set.set_added_count(response.added_count());
    change_set.set_changed_count(response.changed_count());
    change_set.set_quarantined_count(response.quarantined_count());
    return change_set;
  }
};

absl::StatusOr<v1::ImportEntitlementsResponse> EntitlementImporter::Import(
    const v1::ImportEntitlementsRequest& request, absl::string_view principal) {
  ROLLCALL_RETURN_IF_ERROR(CheckRequest(request));
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
  ListErrors(job.file, response);
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
        WasImported(*snapshot, job.file_sha256, job.file.bad.size()));
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
    stored::v1::ChangeSetRecord record;
    *record.mutable_change_set() = job.MakeChangeSet(response, stamp);
    kChangeSetTable.Put(writes.head, {stamp, id}, record);
    PutStates(plan, id, stamp, writes.head);
    PutQuarantine(job.file, id, writes.head);
    return absl::OkStatus();
  };
  ROLLCALL_RETURN_IF_ERROR(committer_.Commit({"contracts"}, build).status());
  return given.has_value() ? *std::move(given) : std::move(response);
}

}  // namespace rollcall::collector
