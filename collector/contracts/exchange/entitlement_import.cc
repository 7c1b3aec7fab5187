#include "collector/contracts/exchange/entitlement_import.h"

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
#include "collector/contracts/exchange/cyclonedx_import.h"
#include "collector/contracts/exchange/earlier_imports.h"
#include "collector/contracts/exchange/entitlement_csv.h"
#include "collector/contracts/exchange/left_out_lines.h"
#include "collector/contracts/exchange/mapped_csv.h"
#include "collector/csv/csv_reader.h"
#include "collector/csv/import_file.h"
#include "collector/storage/apply_once.h"
#include "collector/storage/attempts.h"
#include "common/hash.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using Response = v1::ImportEntitlementsResponse;

constexpr absl::string_view kImportMethod =
    "rollcall.v1.ContractService.ImportEntitlements";

constexpr int kMaxWarnings = 1'000;
constexpr int kMaxUnknownProducts = 1'000;
constexpr int kMaxStillKnown = 1'000;

absl::StatusOr<ImportPlanOptions> OptionsOf(
    const v1::ImportEntitlementsRequest& request,
    const ImportMapping* mapping) {
  ImportPlanOptions options;
  options.create_contracts = request.create_contracts();
  options.is_own = mapping == nullptr;
  if (request.effective_date().empty()) return options;
  if (mapping != nullptr &&
      ChangeKindOf(mapping->data().target()) == v1::ChangeSet::KIND_RECORDS) {
    return absl::InvalidArgumentError(
        "effective_date: these lines say themselves which day they are of");
  }
  const auto day = CivilDate::Parse(request.effective_date());
  if (!day.ok()) return Annotate(day.status(), "effective_date");
  options.effective = *day;
  return options;
}

void ListErrors(const ImportedFile& file, const std::vector<BadLine>& bad,
                Response& response) {
  ErrorList errors(*response.mutable_errors());
  errors.Add(file.file_errors);
  for (const BadLine& line : bad) errors.Add(line.errors);
  response.set_error_count(errors.count());
}

// What is told besides errors and counts.
void ListRemarks(const ImportedFile& file, const ImportPlan& plan,
                 Response& response) {
  for (const std::string& column : file.ignored_columns) {
    response.add_ignored_columns(column);
  }
  for (const v1::ImportConversion& conversion : file.conversions) {
    *response.add_conversions() = conversion;
  }
  for (const v1::ImportError& warning : plan.warnings) {
    if (response.warnings_size() == kMaxWarnings) break;
    *response.add_warnings() = warning;
  }
  response.set_warning_count(static_cast<int32_t>(plan.warnings.size()));
  for (const v1::UnknownProduct& product : plan.unknown_products) {
    if (response.unknown_products_size() == kMaxUnknownProducts) break;
    *response.add_unknown_products() = product;
  }
  response.set_unknown_product_count(
      static_cast<int32_t>(plan.unknown_products.size()));
  for (const v1::ImportError& known : plan.still_known) {
    if (response.still_known_size() == kMaxStillKnown) break;
    *response.add_still_known() = known;
  }
  response.set_still_known_count(static_cast<int32_t>(plan.still_known.size()));
}

absl::Status CheckDefaults(const ImportMapping* mapping,
                           const ImportDefaults& defaults) {
  if (mapping != nullptr) return mapping->CheckDefaults(defaults);
  if (defaults.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "defaults: the collector's own columns say everything themselves; only "
      "mappings take defaults");
}

stored::v1::ImportContext ContextOf(
    const v1::ImportEntitlementsRequest& request) {
  stored::v1::ImportContext context;
  context.set_mapping(request.mapping());
  if (request.mapping() != kCycloneDxMapping) {
    context.set_header(CsvHeader(request.content()));
  }
  *context.mutable_defaults() = request.defaults();
  context.set_create_contracts(request.create_contracts());
  context.set_effective_date(request.effective_date());
  return context;
}

// The bad lines that are neither kept aside already nor settled.
std::vector<BadLine> NewlyBad(std::vector<BadLine> bad,
                              const EarlierImports& earlier) {
  std::vector<BadLine> newly;
  for (size_t i = 0; i < bad.size(); ++i) {
    if (earlier.kept[i] || earlier.settled[i]) continue;
    newly.push_back(std::move(bad[i]));
  }
  return newly;
}

// What a file that is not imported would have come to is not told.
void ClearCounts(Response& response) {
  response.clear_added_count();
  response.clear_changed_count();
  response.clear_unchanged_count();
  response.clear_created_contract_count();
}

}  // namespace

std::vector<BadLine> AllBad(ImportedFile& file, ImportPlan& plan) {
  std::vector<BadLine> all;
  all.reserve(file.bad.size() + plan.bad.size());
  std::merge(
      std::make_move_iterator(file.bad.begin()),
      std::make_move_iterator(file.bad.end()),
      std::make_move_iterator(plan.bad.begin()),
      std::make_move_iterator(plan.bad.end()), std::back_inserter(all),
      [](const BadLine& x, const BadLine& y) { return x.line < y.line; });
  return all;
}

void DescribeImport(const ImportedFile& file, const std::vector<BadLine>& bad,
                    const ImportPlan& plan, Response& response) {
  response.set_line_count(file.line_count);
  ListErrors(file, bad, response);
  ListLeftOut(file, response);
  ListRemarks(file, plan, response);
  response.set_added_count(plan.added_count);
  response.set_changed_count(plan.changed_count);
  response.set_unchanged_count(plan.unchanged_count);
  response.set_created_contract_count(plan.created_contract_count);
}

void EntitlementImporter::Know(ImportPlanOptions& options) const {
  options.products = products_.has_value() ? &*products_ : nullptr;
  options.today = CivilDate::InUtc(clock_.Now());
}

absl::StatusOr<ReadImport> EntitlementImporter::ReadCycloneDxImport(
    const v1::ImportEntitlementsRequest& request,
    const ImportDefaults& defaults) const {
  ROLLCALL_RETURN_IF_ERROR(CheckCycloneDxDefaults(defaults));
  ROLLCALL_ASSIGN_OR_RETURN(ImportPlanOptions options,
                            OptionsOf(request, nullptr));
  options.is_own = false;
  Know(options);
  return ReadImport{mappings::v1::Mapping::TARGET_ENTITLEMENTS, options,
                    ReadCycloneDx(request.content(), defaults, metrics_)};
}

absl::StatusOr<ReadImport> EntitlementImporter::Read(
    const v1::ImportEntitlementsRequest& request) const {
  if (request.mapping() == kCycloneDxMapping) {
    return ReadCycloneDxImport(
        request,
        ImportDefaults(request.defaults().begin(), request.defaults().end()));
  }
  ROLLCALL_ASSIGN_OR_RETURN(const ImportMapping* const mapping,
                            FindMapping(request.mapping()));
  const ImportDefaults defaults(request.defaults().begin(),
                                request.defaults().end());
  ROLLCALL_RETURN_IF_ERROR(CheckDefaults(mapping, defaults));
  ROLLCALL_ASSIGN_OR_RETURN(ImportPlanOptions options,
                            OptionsOf(request, mapping));
  Know(options);
  return ReadImport{
      mapping == nullptr ? mappings::v1::Mapping::TARGET_ENTITLEMENTS
                         : mapping->data().target(),
      options,
      mapping == nullptr
          ? ReadEntitlementCsv(request.content(), metrics_)
          : ReadMappedCsv(request.content(), *mapping, defaults, metrics_)};
}

// One import on its way.
struct EntitlementImporter::Job {
  const v1::ImportEntitlementsRequest& request;
  const Caller& caller;
  const RepeatableRequest repeatable;
  const std::string file_sha256;

  v1::ChangeSet MakeChangeSet(const ReadImport& read) const {
    v1::ChangeSet change_set;
    change_set.set_kind(ChangeKindOf(read.target));
    if (!read.options.is_own) change_set.set_mapping(request.mapping());
    change_set.set_file_name(request.file_name());
    change_set.set_file_sha256(file_sha256);
    change_set.set_reason(request.reason());
    return change_set;
  }
};

absl::StatusOr<const ImportMapping*> EntitlementImporter::FindMapping(
    absl::string_view name) const {
  if (mappings_ != nullptr) return mappings_->Find(name);
  if (name.empty() || name == kOwnMapping) {
    return static_cast<const ImportMapping*>(nullptr);
  }
  return absl::InvalidArgumentError("mapping: this collector has none");
}

absl::StatusOr<v1::ListMappingsResponse> EntitlementImporter::ListMappings(
    const v1::ListMappingsRequest& request) const {
  if (mappings_ != nullptr) return mappings_->List(request);
  return v1::ListMappingsResponse();
}

absl::StatusOr<Response> EntitlementImporter::Import(
    const v1::ImportEntitlementsRequest& request, const Caller& caller) {
  ROLLCALL_RETURN_IF_ERROR(
      CheckImportFile(request.content(), request.file_name()));
  ROLLCALL_ASSIGN_OR_RETURN(
      RepeatableRequest repeatable,
      RepeatableRequest::Create(kImportMethod, caller.principal,
                                request.request_id(), request));
  ROLLCALL_ASSIGN_OR_RETURN(auto given,
                            repeatable.FindAnswer<Response>(engine_));
  if (given.has_value()) return *std::move(given);
  const Job job{request, caller, std::move(repeatable),
                Sha256Hex(request.content())};
  return TryUntilUndisturbed([&] { return Attempt(job); });
}

// Compares the file with the store as it is now and proposes the difference.
// ABORTED if contracts changed in between.
absl::StatusOr<Response> EntitlementImporter::Attempt(const Job& job) {
  // Anew each time: the plan takes the lines out of it.
  ROLLCALL_ASSIGN_OR_RETURN(ReadImport read, Read(job.request));
  Response response;
  response.set_line_count(read.file.line_count);
  if (!read.file.file_errors.empty()) {
    ListErrors(read.file, read.file.bad, response);
    return response;
  }
  const std::unique_ptr<Reader> snapshot = engine_.Snapshot();
  ROLLCALL_ASSIGN_OR_RETURN(
      ImportPlan plan,
      PlanImport(read.target, read.file, read.options, *snapshot));
  std::vector<BadLine> bad = AllBad(read.file, plan);
  DescribeImport(read.file, bad, plan, response);
  if (!bad.empty() && !job.request.quarantine()) {
    ClearCounts(response);
    return response;
  }
  EarlierImports earlier;
  if (!bad.empty()) {
    ROLLCALL_ASSIGN_OR_RETURN(
        earlier, FindEarlierImports(*snapshot, job.MakeChangeSet(read),
                                    ContextOf(job.request), bad));
  }
  response.set_settled_before_count(earlier.settled_count);
  bad = NewlyBad(std::move(bad), earlier);
  if (plan.changes.empty() && bad.empty()) {
    return job.request.dry_run() ? response : Keep(job, std::move(response));
  }
  response.set_quarantined_count(static_cast<int32_t>(bad.size()));
  if (job.request.dry_run()) return response;
  return Propose(job, read, std::move(plan), bad, std::move(response));
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
    const Job& job, const ReadImport& read, ImportPlan plan,
    const std::vector<BadLine>& bad, Response response) {
  Proposal proposal;
  proposal.change_set = job.MakeChangeSet(read);
  proposal.change_set.set_quarantined_count(static_cast<int32_t>(bad.size()));
  proposal.change_set.set_settled_before_count(response.settled_before_count());
  ROLLCALL_ASSIGN_OR_RETURN(proposal.items, MakeItems(std::move(plan.changes)));
  ROLLCALL_ASSIGN_OR_RETURN(const auto before,
                            FindProposed(engine_, proposal.change_set.kind(),
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
      [&](const v1::ChangeSet& change_set, KnownStamp, Batch& batch,
          Response& answer) {
        answer.set_change_set_id(change_set.change_set_id());
        answer.set_applied(change_set.state() == v1::ChangeSet::STATE_APPLIED);
        const ChangeSetId id =
            *ChangeSetId::FromHex(change_set.change_set_id());
        PutQuarantine(bad, id, batch);
        if (!bad.empty()) {
          kImportContextTable.Put(batch, {id}, ContextOf(job.request));
        }
      });
}

}  // namespace rollcall::collector
