#include "collector/registers/register_import.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "collector/csv/csv_splitter.h"
#include "collector/registers/expected_device_csv.h"
#include "collector/registers/expected_device_fields.h"
#include "collector/registers/expected_device_table.h"
#include "collector/registers/register_plan.h"
#include "collector/storage/change_set_table.h"
#include "collector/storage/request_table.h"
#include "common/hash.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using Request = v1::ImportExpectedDevicesRequest;
using Response = v1::ImportExpectedDevicesResponse;

constexpr absl::string_view kMethod =
    "rollcall.v1.RegisterService.ImportExpectedDevices";
constexpr int kMaxListedErrors = 10'000;
constexpr size_t kMaxFileNameBytes = 256;
constexpr int kAttempts = 5;

absl::Status CheckRequest(const Request& request) {
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

void ListErrors(const ExpectedDeviceFile& file, Response& response) {
  int count = 0;
  const auto list = [&](const v1::ImportError& error) {
    if (++count <= kMaxListedErrors) *response.add_errors() = error;
  };
  for (const v1::ImportError& error : file.file_errors) list(error);
  for (const BadRegisterLine& line : file.bad) {
    for (const v1::ImportError& error : line.errors) list(error);
  }
  response.set_error_count(count);
}

// Whether a register file with these bytes was imported with as many lines kept
// aside.
absl::StatusOr<bool> WasImported(const Reader& reader,
                                 absl::string_view file_sha256,
                                 size_t quarantined_count) {
  auto entries = kChangeSetTable.ScanPrefix(reader, KeyWriter());
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    if (!entry.has_value()) return false;
    const v1::ChangeSet& change_set = entry->value.change_set();
    if (change_set.kind() == v1::ChangeSet::KIND_REGISTER_IMPORT &&
        change_set.file_sha256() == file_sha256 &&
        static_cast<size_t>(change_set.quarantined_count()) ==
            quarantined_count) {
      return true;
    }
  }
}

void PutQuarantine(const ExpectedDeviceFile& file, ChangeSetId id,
                   Batch& batch) {
  for (const BadRegisterLine& line : file.bad) {
    stored::v1::QuarantineRecord record;
    record.set_content(line.content);
    record.mutable_errors()->Assign(line.errors.begin(), line.errors.end());
    kQuarantineTable.Put(batch, {id, static_cast<uint64_t>(line.line)}, record);
  }
}

}  // namespace

// One import on its way.
struct RegisterImporter::Job {
  const Request& request;
  const std::string principal;
  const std::string register_name;
  const RepeatableRequest repeatable;
  const ExpectedDeviceFile file;
  const std::string file_sha256;

  // Whether its bad lines keep the file from being imported.
  bool Refused() const {
    return !file.file_errors.empty() ||
           (!file.bad.empty() && !request.quarantine());
  }

  void PutChangeSet(const Response& response, KnownStamp stamp,
                    Batch& batch) const {
    stored::v1::ChangeSetRecord record;
    v1::ChangeSet& change_set = *record.mutable_change_set();
    change_set.set_change_set_id(response.change_set_id());
    change_set.set_kind(v1::ChangeSet::KIND_REGISTER_IMPORT);
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
    kChangeSetTable.Put(
        batch, {stamp, *ChangeSetId::FromHex(response.change_set_id())},
        record);
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
                                                  absl::string_view principal) {
  ROLLCALL_RETURN_IF_ERROR(CheckRequest(request));
  ROLLCALL_ASSIGN_OR_RETURN(std::string register_name,
                            ParseRegisterName(request.register_()));
  ROLLCALL_ASSIGN_OR_RETURN(
      RepeatableRequest repeatable,
      RepeatableRequest::Create(kMethod, principal, request.request_id(),
                                request));
  ROLLCALL_ASSIGN_OR_RETURN(auto given,
                            repeatable.FindAnswer<Response>(engine_));
  if (given.has_value()) return *std::move(given);
  const Job job{request,
                std::string(principal),
                std::move(register_name),
                std::move(repeatable),
                ReadExpectedDeviceCsv(request.content()),
                Sha256Hex(request.content())};
  for (int attempt = 1;; ++attempt) {
    auto response = Attempt(job);
    if (!absl::IsAborted(response.status()) || attempt == kAttempts) {
      return response;
    }
  }
}

// Compares the file with the register as it is now and stores the difference.
// ABORTED if a change-set came in between.
absl::StatusOr<Response> RegisterImporter::Attempt(const Job& job) {
  Response response;
  response.set_line_count(job.file.line_count);
  ListErrors(job.file, response);
  if (job.Refused()) return response;
  const std::unique_ptr<Reader> snapshot = engine_.Snapshot();
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp base, NewestChangeSet(*snapshot));
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
  return Store(job, base, plan, std::move(response));
}

absl::StatusOr<Response> RegisterImporter::Store(const Job& job,
                                                 KnownStamp base,
                                                 const RegisterPlan& plan,
                                                 Response response) {
  // What a call with the same request id, which was quicker, answered.
  std::optional<Response> given;
  const auto build = [&](KnownStamp stamp, const Reader& reader,
                         Writes& writes) -> absl::Status {
    ROLLCALL_ASSIGN_OR_RETURN(given,
                              job.repeatable.FindAnswer<Response>(reader));
    if (given.has_value()) return absl::OkStatus();
    ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp newest, NewestChangeSet(reader));
    if (newest != base) {
      return absl::AbortedError(
          "other imports kept changing the registers; try again");
    }
    job.repeatable.KeepAnswer(response, writes.head);
    if (!response.applied()) return absl::OkStatus();
    job.PutChangeSet(response, stamp, writes.head);
    job.PutStates(plan, response, stamp, writes.head);
    PutQuarantine(job.file, *ChangeSetId::FromHex(response.change_set_id()),
                  writes.head);
    return absl::OkStatus();
  };
  ROLLCALL_RETURN_IF_ERROR(committer_.Commit({"registers"}, build).status());
  return given.has_value() ? *std::move(given) : std::move(response);
}

}  // namespace rollcall::collector
