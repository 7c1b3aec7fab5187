#include "collector/registers/register_import.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "collector/changes/change_set_table.h"
#include "collector/changes/propose_once.h"
#include "collector/csv/import_file.h"
#include "collector/registers/expected_device_csv.h"
#include "collector/registers/expected_device_fields.h"
#include "collector/registers/expected_device_table.h"
#include "collector/registers/register_plan.h"
#include "collector/storage/apply_once.h"
#include "collector/storage/attempts.h"
#include "collector/storage/request_table.h"
#include "common/hash.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using Request = v1::ImportExpectedDevicesRequest;
using Response = v1::ImportExpectedDevicesResponse;

constexpr absl::string_view kMethod =
    "rollcall.v1.RegisterService.ImportExpectedDevices";
constexpr v1::ChangeSet::Kind kKind = v1::ChangeSet::KIND_REGISTER_IMPORT;

}  // namespace

// One import on its way.
struct RegisterImporter::Job {
  const Request& request;
  const Caller& caller;
  const std::string register_name;
  const RepeatableRequest repeatable;
  const ExpectedDeviceFile file;
  const std::string file_sha256;

  // Whether its bad lines keep the file from being imported.
  bool Refused() const {
    return !file.file_errors.empty() ||
           (!file.bad.empty() && !request.quarantine());
  }

  void ListErrors(Response& response) const {
    ErrorList errors(*response.mutable_errors());
    errors.Add(file.file_errors);
    for (const BadRegisterLine& line : file.bad) errors.Add(line.errors);
    response.set_error_count(errors.count());
  }

  v1::ChangeSet MakeChangeSet(const RegisterPlan& plan,
                              const Response& response) const {
    v1::ChangeSet change_set;
    change_set.set_kind(kKind);
    change_set.set_added_count(response.added_count());
    change_set.set_changed_count(response.changed_count());
    change_set.set_quarantined_count(response.quarantined_count());
    change_set.set_file_name(request.file_name());
    change_set.set_file_sha256(file_sha256);
    change_set.set_removed_count(static_cast<int32_t>(plan.removed.size()));
    return change_set;
  }

  void PutStates(const RegisterPlan& plan, const Response& response,
                 KnownStamp stamp, Batch& batch) const {
    const auto put = [&](stored::v1::ExpectedDeviceRecord& record) {
      record.mutable_device()->set_register_(register_name);
      record.mutable_device()->set_change_set_id(response.change_set_id());
      kExpectedDeviceTable.Put(
          batch, ExpectedDeviceKey::Of(record.device(), stamp), record);
    };
    for (const v1::ExpectedDevice& state : plan.states) {
      stored::v1::ExpectedDeviceRecord record;
      *record.mutable_device() = state;
      put(record);
    }
    for (const v1::ExpectedDevice& device : plan.removed) {
      stored::v1::ExpectedDeviceRecord record;
      record.mutable_device()->set_asset_tag(device.asset_tag());
      record.set_removed(true);
      put(record);
    }
  }
};

absl::StatusOr<Response> RegisterImporter::Import(const Request& request,
                                                  const Caller& caller) {
  ROLLCALL_RETURN_IF_ERROR(
      CheckImportFile(request.content(), request.file_name()));
  ROLLCALL_ASSIGN_OR_RETURN(std::string register_name,
                            ParseRegisterName(request.register_()));
  ROLLCALL_ASSIGN_OR_RETURN(
      RepeatableRequest repeatable,
      RepeatableRequest::Create(kMethod, caller.principal, request.request_id(),
                                request));
  ROLLCALL_ASSIGN_OR_RETURN(auto given,
                            repeatable.FindAnswer<Response>(engine_));
  if (given.has_value()) return *std::move(given);
  const Job job{request,
                caller,
                std::move(register_name),
                std::move(repeatable),
                ReadExpectedDeviceCsv(request.content()),
                Sha256Hex(request.content())};
  return TryUntilUndisturbed([&] { return Attempt(job); });
}

// Compares the file with the register as it is now and stores the difference.
// ABORTED if a change-set came in between.
absl::StatusOr<Response> RegisterImporter::Attempt(const Job& job) {
  Response response;
  response.set_line_count(job.file.line_count);
  job.ListErrors(response);
  if (job.Refused()) return response;
  const std::unique_ptr<Reader> snapshot = engine_.Snapshot();
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp base,
                            NewestEffect(*snapshot, kKind));
  ROLLCALL_ASSIGN_OR_RETURN(
      const std::vector<v1::ExpectedDevice> current,
      AllExpectedDevices(*snapshot, KnownStamp::Max(), job.register_name));
  const RegisterPlan plan = PlanRegister(job.file, current);
  response.set_added_count(plan.added_count);
  response.set_changed_count(plan.changed_count);
  response.set_unchanged_count(plan.unchanged_count);
  response.set_removed_count(static_cast<int32_t>(plan.removed.size()));
  bool changes = plan.Changes();
  if (!changes && !job.file.bad.empty()) {
    ROLLCALL_ASSIGN_OR_RETURN(
        const bool was_imported,
        WasImported(*snapshot, kKind, job.file_sha256, job.file.bad.size()));
    changes = !was_imported;
  }
  if (changes) {
    response.set_quarantined_count(static_cast<int32_t>(job.file.bad.size()));
  }
  if (job.request.dry_run()) return response;
  if (!changes) return Keep(job, std::move(response));
  return Store(job, base, plan, std::move(response));
}

absl::StatusOr<Response> RegisterImporter::Store(const Job& job,
                                                 KnownStamp base,
                                                 const RegisterPlan& plan,
                                                 Response response) {
  Proposal proposal;
  proposal.change_set = job.MakeChangeSet(plan, response);
  proposal.base = base;
  return ProposeOnce<Response>(
      change_sets_, std::move(proposal), job.repeatable, job.caller,
      std::move(response),
      [&](const v1::ChangeSet& change_set, KnownStamp stamp, Batch& batch,
          Response& answer) {
        answer.set_change_set_id(change_set.change_set_id());
        answer.set_applied(true);
        job.PutStates(plan, answer, stamp, batch);
        PutQuarantine(job.file.bad,
                      *ChangeSetId::FromHex(change_set.change_set_id()), batch);
      });
}

// The answer to a file that changes nothing.
absl::StatusOr<Response> RegisterImporter::Keep(const Job& job,
                                                Response response) {
  if (job.request.request_id().empty()) return response;
  return ApplyOnce<Response>(
      committer_, {"changes"}, job.repeatable,
      [&](KnownStamp, const Reader&, Writes&, Response& answer) {
        answer = response;
        return absl::OkStatus();
      });
}

}  // namespace rollcall::collector
