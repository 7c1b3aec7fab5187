#include "collector/contracts/entitlement_import.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "collector/changes/change_set_table.h"
#include "collector/changes/propose_once.h"
#include "collector/contracts/civil_date.h"
#include "collector/contracts/contract_content.h"
#include "collector/csv/import_file.h"
#include "collector/storage/apply_once.h"
#include "common/hash.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using Response = v1::ImportEntitlementsResponse;

constexpr absl::string_view kImportMethod =
    "rollcall.v1.ContractService.ImportEntitlements";
constexpr int kAttempts = 5;

absl::StatusOr<EntitlementPlanOptions> OptionsOf(
    const v1::ImportEntitlementsRequest& request) {
  EntitlementPlanOptions options;
  options.create_contracts = request.create_contracts();
  if (request.effective_date().empty()) return options;
  const auto day = CivilDate::Parse(request.effective_date());
  if (!day.ok()) return Annotate(day.status(), "effective_date");
  options.effective = *day;
  return options;
}

void ListErrors(const EntitlementFile& file, const std::vector<BadLine>& bad,
                Response& response) {
  ErrorList errors(*response.mutable_errors());
  errors.Add(file.file_errors);
  for (const BadLine& line : bad) errors.Add(line.errors);
  response.set_error_count(errors.count());
}

// All bad lines in order of line.
std::vector<BadLine> Joined(const std::vector<BadLine>& a,
                            const std::vector<BadLine>& b) {
  std::vector<BadLine> all;
  all.reserve(a.size() + b.size());
  std::merge(
      a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(all),
      [](const BadLine& x, const BadLine& y) { return x.line < y.line; });
  return all;
}

}  // namespace

// One import on its way.
struct EntitlementImporter::Job {
  const v1::ImportEntitlementsRequest& request;
  const Caller& caller;
  const RepeatableRequest repeatable;
  const EntitlementPlanOptions options;
  const EntitlementFile file;
  const std::string file_sha256;

  v1::ChangeSet MakeChangeSet(size_t quarantined) const {
    v1::ChangeSet change_set;
    change_set.set_kind(v1::ChangeSet::KIND_CONTRACTS);
    change_set.set_file_name(request.file_name());
    change_set.set_file_sha256(file_sha256);
    change_set.set_quarantined_count(static_cast<int32_t>(quarantined));
    change_set.set_reason(request.reason());
    return change_set;
  }
};

absl::StatusOr<Response> EntitlementImporter::Import(
    const v1::ImportEntitlementsRequest& request, const Caller& caller) {
  ROLLCALL_RETURN_IF_ERROR(
      CheckImportFile(request.content(), request.file_name()));
  ROLLCALL_ASSIGN_OR_RETURN(EntitlementPlanOptions options, OptionsOf(request));
  ROLLCALL_ASSIGN_OR_RETURN(
      RepeatableRequest repeatable,
      RepeatableRequest::Create(kImportMethod, caller.principal,
                                request.request_id(), request));
  ROLLCALL_ASSIGN_OR_RETURN(auto given,
                            repeatable.FindAnswer<Response>(engine_));
  if (given.has_value()) return *std::move(given);
  const Job job{request,
                caller,
                std::move(repeatable),
                options,
                ReadEntitlementCsv(request.content(), metrics_),
                Sha256Hex(request.content())};
  for (int attempt = 1;; ++attempt) {
    auto response = Attempt(job);
    if (!absl::IsAborted(response.status()) || attempt == kAttempts) {
      return response;
    }
  }
}

// Compares the file with the store as it is now and proposes the difference.
// ABORTED if contracts changed in between.
absl::StatusOr<Response> EntitlementImporter::Attempt(const Job& job) {
  Response response;
  response.set_line_count(job.file.line_count);
  if (!job.file.file_errors.empty()) {
    ListErrors(job.file, job.file.bad, response);
    return response;
  }
  const std::unique_ptr<Reader> snapshot = engine_.Snapshot();
  ROLLCALL_ASSIGN_OR_RETURN(EntitlementPlan plan,
                            PlanEntitlements(job.file, job.options, *snapshot));
  const std::vector<BadLine> bad = Joined(job.file.bad, plan.bad);
  ListErrors(job.file, bad, response);
  if (!bad.empty() && !job.request.quarantine()) return response;
  response.set_added_count(plan.added_count);
  response.set_changed_count(plan.changed_count);
  response.set_unchanged_count(plan.unchanged_count);
  response.set_created_contract_count(plan.created_contract_count);
  bool changes = !plan.changes.empty();
  if (!changes && !bad.empty()) {
    ROLLCALL_ASSIGN_OR_RETURN(
        const bool was_imported,
        WasImported(*snapshot, v1::ChangeSet::KIND_CONTRACTS, job.file_sha256,
                    bad.size()));
    changes = !was_imported;
  }
  if (!changes) {
    return job.request.dry_run() ? response : Keep(job, std::move(response));
  }
  response.set_quarantined_count(static_cast<int32_t>(bad.size()));
  if (job.request.dry_run()) return response;
  return Propose(job, std::move(plan), bad, std::move(response));
}

absl::StatusOr<Response> EntitlementImporter::Keep(const Job& job,
                                                   Response response) {
  if (job.request.request_id().empty()) return response;
  return ApplyOnce<Response>(
      committer_, {"changes"}, job.repeatable,
      [&](KnownStamp, const Reader&, Writes&, Response& answer) {
        answer = response;
        return absl::OkStatus();
      });
}

absl::StatusOr<Response> EntitlementImporter::Propose(
    const Job& job, EntitlementPlan plan, const std::vector<BadLine>& bad,
    Response response) {
  Proposal proposal;
  proposal.change_set = job.MakeChangeSet(bad.size());
  ROLLCALL_ASSIGN_OR_RETURN(proposal.items, MakeItems(plan.changes));
  plan.changes.clear();
  ROLLCALL_ASSIGN_OR_RETURN(const auto before,
                            FindProposed(engine_, v1::ChangeSet::KIND_CONTRACTS,
                                         job.file_sha256, proposal.items));
  if (before.has_value()) {
    response.set_change_set_id(before->ToHex());
    response.set_already_proposed(true);
    response.set_quarantined_count(0);
    return Keep(job, std::move(response));
  }
  proposal.base = plan.base;
  return ProposeOnce<Response>(
      change_sets_, std::move(proposal), job.repeatable, job.caller,
      std::move(response),
      [&bad](const v1::ChangeSet& change_set, KnownStamp, Batch& batch,
             Response& answer) {
        answer.set_change_set_id(change_set.change_set_id());
        answer.set_applied(change_set.state() == v1::ChangeSet::STATE_APPLIED);
        PutQuarantine(bad, *ChangeSetId::FromHex(change_set.change_set_id()),
                      batch);
      });
}

}  // namespace rollcall::collector
