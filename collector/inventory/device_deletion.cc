#include "collector/inventory/device_deletion.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "collector/inventory/deletions.h"
#include "collector/inventory/device_holds.h"
#include "collector/inventory/posting_change.h"
#include "collector/inventory/retention.h"
#include "collector/inventory/subject_state.h"
#include "collector/inventory/tables.h"
#include "collector/inventory/used_content.h"
#include "collector/rpc/reason.h"
#include "collector/storage/apply_once.h"
#include "collector/storage/attempts.h"
#include "collector/storage/erasure.h"
#include "collector/storage/hold_table.h"
#include "common/hash.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using stored::v1::Head;

// All of the proof that is known before the deletion.
v1::DeletionProof BeginProof(const DeviceEntry& device,
                             const std::string& reason,
                             absl::string_view principal) {
  v1::DeletionProof proof;
  proof.set_device_id(device.device.ToHex());
  proof.set_deleted_by(std::string(principal));
  proof.set_reason(reason);
  absl::Time first_seen = absl::InfiniteFuture();
  std::set<std::string> agents;
  for (const DeviceSubject& subject : device.subjects) {
    proof.add_subject_ids(subject.subject.ToHex());
    for (const AgentId& agent : subject.agents) agents.insert(agent.ToHex());
    first_seen = std::min(first_seen, subject.first_seen);
  }
  for (const std::string& agent : agents) proof.add_agent_ids(agent);
  if (first_seen != absl::InfiniteFuture()) {
    *proof.mutable_first_seen() = ToProto(first_seen);
  }
  return proof;
}

std::vector<SubjectId> SubjectsOf(const DeviceEntry& device) {
  std::vector<SubjectId> subjects;
  for (const DeviceSubject& subject : device.subjects) {
    subjects.push_back(subject.subject);
  }
  return subjects;
}

void AddTables(const Batch& batch, v1::DeletionProof& proof) {
  for (const ErasedKeys& erased : CountErased(batch)) {
    v1::DeletedKeys& table = *proof.add_tables();
    table.set_table(std::string(erased.table));
    table.set_key_count(erased.deleted);
    table.set_changed_count(erased.changed);
    table.set_sha256(erased.sha256);
  }
}

}  // namespace

absl::StatusOr<DeviceDeletion::Plan> DeviceDeletion::MakePlan(
    const v1::DeleteDeviceRequest& request, absl::string_view principal) const {
  Fleet fleet(deps_.sources, KnownStamp::Max());
  Plan plan;
  ROLLCALL_ASSIGN_OR_RETURN(plan.device, fleet.Resolve(request.device_id()));
  ROLLCALL_ASSIGN_OR_RETURN(plan.past,
                            deps_.eraser.FindPast(plan.device, fleet.reader()));
  UsedContent used;
  for (const SubjectId subject : SubjectsOf(plan.device)) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto head,
                              ReadHead(fleet.reader(), subject));
    plan.heads.push_back(head.value_or(Head()));
    ROLLCALL_RETURN_IF_ERROR(
        AddUsedContent(fleet.reader(), subject, plan.heads.back(), used));
  }
  plan.record.set_rows(
      PackNumbers(std::vector<RowNumber>(used.rows.begin(), used.rows.end())));
  ROLLCALL_ASSIGN_OR_RETURN(*plan.record.mutable_row_ids(),
                            PackIdsOf(fleet.reader(), used.rows));
  for (const RootId& root : used.bases) {
    plan.record.mutable_base_roots()->append(root.ToBytes());
  }
  v1::DeletionProof& proof = *plan.record.mutable_proof();
  proof = BeginProof(plan.device, request.reason(), principal);
  proof.set_fleet_row_count(static_cast<int64_t>(used.rows.size()));
  proof.set_base_count(static_cast<int64_t>(used.bases.size()));
  return plan;
}

absl::Status DeviceDeletion::EraseSubjects(const Plan& plan,
                                           const Reader& reader,
                                           Batch& batch) const {
  const std::vector<SubjectId> subjects = SubjectsOf(plan.device);
  for (size_t i = 0; i < subjects.size(); ++i) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto head, ReadHead(reader, subjects[i]));
    if (head.value_or(Head()).changed_stamp() !=
        plan.heads[i].changed_stamp()) {
      return absl::AbortedError(
          "the device changed while it was deleted; try again");
    }
    KeyWriter writer;
    SubjectKey{subjects[i]}.Encode(writer);
    const std::string key = writer.Take();
    for (const TableId table :
         {TableId::kHead, TableId::kOwnPack, TableId::kHistory}) {
      ROLLCALL_RETURN_IF_ERROR(DeletePrefix(reader, table, key, batch));
    }
  }
  deps_.last_seen.WriteWithout(subjects, batch);
  return absl::OkStatus();
}

// What postings must follow; returns the last stamp that it took.
absl::StatusOr<KnownStamp> DeviceDeletion::PutChanges(const Plan& plan,
                                                      KnownStamp stamp,
                                                      Batch& batch) const {
  const std::vector<SubjectId> subjects = SubjectsOf(plan.device);
  for (size_t i = 0; i < subjects.size(); ++i) {
    if (plan.heads[i].changed_stamp() == 0) continue;
    ROLLCALL_ASSIGN_OR_RETURN(
        auto change,
        MakePostingChange(subjects[i], SectionsOf(plan.heads[i]), {}));
    change.set_ordinal(plan.heads[i].ordinal());
    change.set_is_gone(true);
    kChangeTable.Put(batch, {stamp}, change);
    stamp = deps_.clock.Next();
  }
  return stamp;
}

absl::Status DeviceDeletion::Build(const Plan& plan, KnownStamp stamp,
                                   const Reader& reader, Writes& writes,
                                   v1::DeleteDeviceResponse& response) const {
  ROLLCALL_RETURN_IF_ERROR(CheckNotHeld(reader, plan.device));
  Batch erased;
  ROLLCALL_RETURN_IF_ERROR(EraseSubjects(plan, reader, erased));
  ROLLCALL_RETURN_IF_ERROR(
      deps_.eraser.Erase(plan.device, plan.past, reader, erased));
  // The deletion counts as followed once all its changes are.
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp last,
                            PutChanges(plan, stamp, writes.head));
  stored::v1::DeletionRecord record = plan.record;
  v1::DeletionProof& proof = *record.mutable_proof();
  const DeletionId id = MakeDeletionId(last, plan.device.device);
  proof.set_deletion_id(id.ToHex());
  *proof.mutable_deleted_time() = ToProto(last.time());
  AddTables(erased, proof);
  proof.set_sha256(Sha256Hex(proof.SerializeAsString()));
  *response.mutable_proof() = proof;
  writes.head.Append(std::move(erased));
  kDeletionTable.Put(writes.head, {id}, record);
  return absl::OkStatus();
}

absl::StatusOr<v1::DeleteDeviceResponse> DeviceDeletion::Try(
    const v1::DeleteDeviceRequest& request, const RepeatableRequest& repeatable,
    absl::string_view principal) {
  ROLLCALL_ASSIGN_OR_RETURN(
      auto given,
      repeatable.FindAnswer<v1::DeleteDeviceResponse>(deps_.engine));
  if (given.has_value()) return *std::move(given);
  const auto planned = MakePlan(request, principal);
  if (!planned.ok()) {
    // An earlier try of the same request may have been done meanwhile.
    ROLLCALL_ASSIGN_OR_RETURN(
        given, repeatable.FindAnswer<v1::DeleteDeviceResponse>(deps_.engine));
    if (given.has_value()) return *std::move(given);
    return planned.status();
  }
  const Plan& plan = *planned;
  std::vector<std::string> names = deps_.eraser.NamesOf(plan.device);
  names.emplace_back(kHoldsName);
  MutexLock flush_lock(&deps_.last_seen.flush_mutex());
  ROLLCALL_ASSIGN_OR_RETURN(
      auto response, ApplyOnce<v1::DeleteDeviceResponse>(
                         deps_.committer, names, repeatable,
                         [&](KnownStamp stamp, const Reader& reader,
                             Writes& writes, v1::DeleteDeviceResponse& made) {
                           return Build(plan, stamp, reader, writes, made);
                         }));
  for (const SubjectId subject : SubjectsOf(plan.device)) {
    deps_.last_seen.Forget(subject);
  }
  deps_.eraser.OnErased(plan.device);
  return response;
}

absl::StatusOr<v1::DeleteDeviceResponse> DeviceDeletion::DeleteDevice(
    const v1::DeleteDeviceRequest& request, absl::string_view principal) {
  ROLLCALL_RETURN_IF_ERROR(CheckReason(request.reason()));
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto repeatable,
      RepeatableRequest::Create("rollcall.v1.DeviceService.DeleteDevice",
                                principal, request.request_id(), request));
  return TryUntilUndisturbed(
      [&] { return Try(request, repeatable, principal); });
}

}  // namespace rollcall::collector
