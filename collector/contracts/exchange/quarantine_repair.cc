#include "collector/contracts/exchange/quarantine_repair.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "collector/changes/propose_once.h"
#include "collector/contracts/contract_content.h"
#include "collector/contracts/exchange/mapping_rules.h"
#include "collector/contracts/exchange/quarantine_state.h"
#include "collector/csv/import_file.h"
#include "collector/storage/apply_once.h"
#include "collector/storage/attempts.h"
#include "common/hash.h"
#include "common/proto_time.h"
#include "common/status.h"
#include "common/text.h"

namespace rollcall::collector {

// A line that an import kept aside, and how that import was read.
struct QuarantinedImport {
  stored::v1::QuarantineRecord record;
  std::optional<stored::v1::ImportContext> context;
  v1::ChangeSet change_set;
};

namespace {

constexpr absl::string_view kRepairMethod =
    "rollcall.v1.ContractService.RepairQuarantinedLine";
constexpr size_t kMaxReasonBytes = 1'024;
constexpr size_t kMaxLineBytes = 64 << 10;

std::string LineInWords(const QuarantineKey& key) {
  return absl::StrCat("line ", key.line, " of change-set ",
                      key.change_set.ToHex());
}

// FAILED_PRECONDITION if something became of the line already.
absl::Status CheckOpen(const Reader& reader, const QuarantineKey& key,
                       const stored::v1::QuarantineRecord& record) {
  ROLLCALL_ASSIGN_OR_RETURN(const v1::QuarantinedLine::State state,
                            StateOfQuarantined(reader, record));
  if (state == v1::QuarantinedLine::STATE_OPEN) return absl::OkStatus();
  const stored::v1::QuarantineSettlement& settlement = record.settlement();
  return absl::FailedPreconditionError(absl::StrCat(
      LineInWords(key), " was ",
      settlement.discarded() ? "discarded" : "repaired", " by ",
      settlement.principal(), " already",
      settlement.change_set_id().empty()
          ? ""
          : absl::StrCat(", as change-set ", settlement.change_set_id())));
}

absl::StatusOr<stored::v1::QuarantineRecord> ReadOpen(
    const Reader& reader, const QuarantineKey& key) {
  ROLLCALL_ASSIGN_OR_RETURN(auto record, kQuarantineTable.Get(reader, key));
  if (!record.has_value()) {
    return absl::NotFoundError(
        absl::StrCat("there is no ", LineInWords(key), " in quarantine"));
  }
  ROLLCALL_RETURN_IF_ERROR(CheckOpen(reader, key, *record));
  return *std::move(record);
}

absl::StatusOr<QuarantinedImport> ReadKept(const Reader& reader,
                                           const QuarantineKey& key) {
  QuarantinedImport kept;
  ROLLCALL_ASSIGN_OR_RETURN(kept.record, ReadOpen(reader, key));
  ROLLCALL_ASSIGN_OR_RETURN(kept.context,
                            kImportContextTable.Get(reader, {key.change_set}));
  ROLLCALL_ASSIGN_OR_RETURN(KeptChangeSet change_set,
                            FindChangeSet(reader, key.change_set.ToHex()));
  kept.change_set = std::move(*change_set.record.mutable_change_set());
  if (kept.change_set.kind() != v1::ChangeSet::KIND_CONTRACTS &&
      kept.change_set.kind() != v1::ChangeSet::KIND_RECORDS) {
    return absl::FailedPreconditionError(
        absl::StrCat(LineInWords(key), " is of no import of contracts"));
  }
  return kept;
}

// What was turned down as a whole does not come back line by line.
absl::Status CheckImportStands(const QuarantineKey& key,
                               const v1::ChangeSet& change_set) {
  if (change_set.state() != v1::ChangeSet::STATE_REJECTED &&
      change_set.state() != v1::ChangeSet::STATE_WITHDRAWN) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      LineInWords(key),
      " is of an import that was rejected or withdrawn; import the "
      "corrected file, and discard this line"));
}

absl::Status CheckRepairRequest(
    const v1::RepairQuarantinedLineRequest& request) {
  if (request.line() < 1) {
    return absl::InvalidArgumentError("line must be at least 1");
  }
  if (request.content().empty() != request.discard()) {
    return absl::InvalidArgumentError(
        "content, or discard with a reason, must be given, and not both");
  }
  if (request.discard() && request.reason().empty()) {
    return absl::InvalidArgumentError("reason is empty; to discard needs one");
  }
  if (request.reason().size() > kMaxReasonBytes ||
      !IsValidUtf8(request.reason())) {
    return absl::InvalidArgumentError(absl::StrCat(
        "reason must be at most ", kMaxReasonBytes, " bytes of UTF-8"));
  }
  if (request.content().size() > kMaxLineBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("content has ", request.content().size(),
                     " bytes; at most ", kMaxLineBytes, " are allowed"));
  }
  return absl::OkStatus();
}

// The import that the line would be of, were it alone in its file.
v1::ImportEntitlementsRequest ImportOf(
    const v1::RepairQuarantinedLineRequest& request,
    const QuarantinedImport& kept) {
  v1::ImportEntitlementsRequest import;
  const stored::v1::ImportContext& context = *kept.context;
  import.set_content(
      absl::StrCat(context.header(), "\n", request.content(), "\n"));
  import.set_mapping(context.mapping());
  *import.mutable_defaults() = context.defaults();
  import.set_create_contracts(context.create_contracts());
  import.set_effective_date(context.effective_date());
  return import;
}

}  // namespace

v1::QuarantinedLine DescribeQuarantined(
    const QuarantineKey& key, stored::v1::QuarantineRecord record,
    v1::QuarantinedLine::State state,
    const std::optional<stored::v1::ImportContext>& context) {
  v1::QuarantinedLine line;
  line.set_change_set_id(key.change_set.ToHex());
  line.set_line(static_cast<int32_t>(key.line));
  line.set_content(std::move(*record.mutable_content()));
  *line.mutable_errors() = std::move(*record.mutable_errors());
  if (context.has_value()) {
    line.set_mapping(context->mapping());
    line.set_header(QuarantineContent(context->header()));
  }
  line.set_state(state);
  if (!record.has_settlement()) return line;
  const stored::v1::QuarantineSettlement& settlement = record.settlement();
  line.set_repaired_by_change_set_id(settlement.change_set_id());
  line.set_settled_by(settlement.principal());
  line.set_reason(settlement.reason());
  *line.mutable_settled_time() =
      ToProto(KnownStamp::FromRaw(settlement.stamp()).time());
  return line;
}

// One repair on its way.
struct QuarantineRepair::Job {
  const v1::RepairQuarantinedLineRequest& request;
  const Caller& caller;
  const RepeatableRequest repeatable;
  const QuarantineKey key;
  const QuarantinedImport kept;

  // The line with what became of it.
  stored::v1::QuarantineRecord Settled(KnownStamp stamp,
                                       const std::string& change_set_id) const {
    stored::v1::QuarantineRecord record = kept.record;
    stored::v1::QuarantineSettlement& settlement = *record.mutable_settlement();
    settlement.set_discarded(request.discard());
    settlement.set_principal(caller.principal);
    settlement.set_reason(request.reason());
    settlement.set_change_set_id(change_set_id);
    settlement.set_stamp(stamp.raw());
    return record;
  }

  // Writes that, and tells it.
  void Settle(KnownStamp stamp, const std::string& change_set_id, Batch& batch,
              Response& response) const {
    stored::v1::QuarantineRecord record = Settled(stamp, change_set_id);
    kQuarantineTable.Put(batch, key, record);
    *response.mutable_line() = DescribeQuarantined(
        key, std::move(record),
        request.discard() ? v1::QuarantinedLine::STATE_DISCARDED
                          : v1::QuarantinedLine::STATE_REPAIRED,
        kept.context);
  }
};

absl::StatusOr<QuarantineRepair::Response> QuarantineRepair::Repair(
    const v1::RepairQuarantinedLineRequest& request, const Caller& caller) {
  ROLLCALL_RETURN_IF_ERROR(CheckRepairRequest(request));
  ROLLCALL_ASSIGN_OR_RETURN(
      RepeatableRequest repeatable,
      RepeatableRequest::Create(kRepairMethod, caller.principal,
                                request.request_id(), request));
  ROLLCALL_ASSIGN_OR_RETURN(auto given,
                            repeatable.FindAnswer<Response>(engine_));
  if (given.has_value()) return *std::move(given);
  ROLLCALL_ASSIGN_OR_RETURN(const KeptChangeSet change_set,
                            FindChangeSet(engine_, request.change_set_id()));
  const QuarantineKey key = {change_set.key.id,
                             static_cast<uint64_t>(request.line())};
  ROLLCALL_ASSIGN_OR_RETURN(QuarantinedImport kept, ReadKept(engine_, key));
  const Job job{request, caller, std::move(repeatable), key, std::move(kept)};
  if (request.discard()) return Discard(job);
  ROLLCALL_RETURN_IF_ERROR(CheckImportStands(key, job.kept.change_set));
  if (!job.kept.context.has_value()) {
    return absl::FailedPreconditionError(
        absl::StrCat(LineInWords(key),
                     " was kept by an older collector, which did not keep "
                     "how its file was read; import the corrected line "
                     "with its header as a file, and discard this one"));
  }
  if (job.kept.context->mapping() == kCycloneDxMapping) {
    return absl::FailedPreconditionError(
        absl::StrCat(LineInWords(key),
                     " is a component of a CycloneDX document; import the "
                     "corrected document, and discard this one"));
  }
  return TryUntilUndisturbed([&] { return Attempt(job); });
}

absl::StatusOr<QuarantineRepair::Response> QuarantineRepair::Discard(
    const Job& job) {
  return Settle(job, Response());
}

absl::StatusOr<QuarantineRepair::Response> QuarantineRepair::Settle(
    const Job& job, Response response) {
  return ApplyOnce<Response>(
      committer_, {"changes"}, job.repeatable,
      [&](KnownStamp stamp, const Reader& reader, Writes& writes,
          Response& answer) -> absl::Status {
        ROLLCALL_RETURN_IF_ERROR(ReadOpen(reader, job.key).status());
        answer = response;
        job.Settle(stamp, "", writes.head, answer);
        return absl::OkStatus();
      });
}

absl::StatusOr<QuarantineRepair::Response> QuarantineRepair::Attempt(
    const Job& job) {
  const v1::ImportEntitlementsRequest import = ImportOf(job.request, job.kept);
  ROLLCALL_ASSIGN_OR_RETURN(ReadImport read, importer_.Read(import));
  if (read.file.file_errors.empty() && read.file.line_count != 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "content has ", read.file.line_count,
        " lines of data; it must be the one line that is repaired"));
  }
  // The line is told and kept as that of its file.
  const auto line = static_cast<int32_t>(job.key.line);
  for (BadLine& bad : read.file.bad) {
    bad.line = line;
    for (v1::ImportError& error : bad.errors) error.set_line(line);
  }
  for (v1::ImportError& error : read.file.file_errors) error.set_line(line);
  for (LeftOutLine& out : read.file.left_out) out.line = line;
  for (int& good : read.file.good_line) good = line;
  if (!read.file.never_ending.empty()) read.file.never_ending = {line};
  for (v1::ContractObject& object : read.file.good) {
    if (object.has_entitlement()) {
      object.mutable_entitlement()->set_source_line(line);
    }
  }
  const std::unique_ptr<Reader> snapshot = engine_.Snapshot();
  ROLLCALL_ASSIGN_OR_RETURN(
      ImportPlan plan,
      PlanImport(read.target, read.file, read.options, *snapshot));
  Response response;
  DescribeImport(read.file, AllBad(read.file, plan), plan,
                 *response.mutable_import());
  if (response.import().error_count() > 0) {
    *response.mutable_line() =
        DescribeQuarantined(job.key, job.kept.record,
                            v1::QuarantinedLine::STATE_OPEN, job.kept.context);
    return response;
  }
  if (plan.changes.empty()) return Settle(job, std::move(response));
  return Propose(job, read, std::move(plan), std::move(response));
}

absl::StatusOr<QuarantineRepair::Response> QuarantineRepair::Propose(
    const Job& job, const ReadImport& read, ImportPlan plan,
    Response response) {
  Proposal proposal;
  v1::ChangeSet& change_set = proposal.change_set;
  change_set.set_kind(ChangeKindOf(read.target));
  change_set.set_mapping(job.kept.change_set.mapping());
  change_set.set_file_name(job.kept.change_set.file_name());
  change_set.set_reason(job.request.reason());
  change_set.set_repairs_change_set_id(job.key.change_set.ToHex());
  change_set.set_repairs_line(static_cast<int32_t>(job.key.line));
  ROLLCALL_ASSIGN_OR_RETURN(proposal.items, MakeItems(std::move(plan.changes)));
  proposal.base = plan.base;
  return ProposeOnce<Response>(
      change_sets_, std::move(proposal), job.repeatable, job.caller,
      std::move(response),
      [&job](const v1::ChangeSet& proposed, KnownStamp stamp, Batch& batch,
             Response& answer) {
        v1::ImportEntitlementsResponse& import = *answer.mutable_import();
        import.set_change_set_id(proposed.change_set_id());
        import.set_applied(proposed.state() == v1::ChangeSet::STATE_APPLIED);
        job.Settle(stamp, proposed.change_set_id(), batch, answer);
      },
      // Two may repair one line at once.
      [&job](const Reader& reader) {
        return ReadOpen(reader, job.key).status();
      });
}

}  // namespace rollcall::collector
