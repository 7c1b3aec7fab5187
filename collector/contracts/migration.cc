#include "collector/contracts/migration.h"

#include <map>
#include <string>
#include <utility>

#include "collector/changes/change_set_table.h"
#include "collector/contracts/entitlement_table.h"
#include "collector/contracts/object_kind.h"
#include "collector/contracts/object_states.h"
#include "collector/contracts/object_table.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr size_t kBatchBytes = 1 << 20;

// Writes what is put, in batches.
class BatchWriter {
 public:
  explicit BatchWriter(Engine& engine) : engine_(engine) {}

  Batch& batch() { return batch_; }
  // Call after each entry, and once with `all` at the end.
  absl::Status Flush(bool all = false) {
    if (batch_.empty() || (!all && batch_.bytes() < kBatchBytes)) {
      return absl::OkStatus();
    }
    ROLLCALL_RETURN_IF_ERROR(engine_.Write(batch_, Durability::kSynced));
    batch_.Clear();
    return absl::OkStatus();
  }

 private:
  Engine& engine_;
  Batch batch_;
};

absl::Status NotePlaces(Engine& engine) {
  BatchWriter writer(engine);
  auto entries = kChangeSetTable.ScanPrefix(engine, KeyWriter());
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    if (!entry.has_value()) return writer.Flush(true);
    PutChangeSet({entry->key, entry->value}, writer.batch());
    ROLLCALL_RETURN_IF_ERROR(writer.Flush());
  }
}

void PutObject(v1::ContractObject object, KnownStamp stamp,
               const std::string& change_set_hex, Batch& batch) {
  const ObjectKind& kind = *FindObjectKind(object.object_case());
  ObjectKey key;
  key.kind = static_cast<uint16_t>(kind.number());
  key.name = NameOf(object);
  key.stamp = stamp;
  kind.Strip(object);
  stored::v1::ObjectRecord record;
  record.mutable_change()->set_action(v1::ObjectChange::ACTION_SET);
  *record.mutable_change()->mutable_object() = std::move(object);
  record.set_change_set_id(std::string(
      ChangeSetId::FromHex(change_set_hex).value_or(ChangeSetId()).bytes()));
  kObjectTable.Put(batch, key, record);
}

// What the lines of a contract tell of it.
struct FirstSeen {
  v1::Entitlement line;
  KnownStamp stamp;
};

// As a line tells of its contract, where nothing else does.
v1::ContractObject ContractOf(const v1::Entitlement& line) {
  v1::ContractObject object;
  object.mutable_contract()->set_contract_number(line.contract_number());
  object.mutable_contract()->set_vendor(line.vendor());
  object.mutable_contract()->set_start_date(line.start_date());
  return object;
}

v1::ContractObject VendorOf(const v1::Entitlement& line) {
  v1::ContractObject object;
  object.mutable_vendor()->set_name(line.vendor());
  return object;
}

absl::Status PutContracts(const std::map<std::string, FirstSeen>& contracts,
                          Engine& engine) {
  BatchWriter writer(engine);
  for (const auto& [name, seen] : contracts) {
    const v1::ContractObject contract = ContractOf(seen.line);
    // One that a run before this made stays as that made it.
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto found,
        FindObject(engine, ObjectNumber::kContract, NameOf(contract), AsAt()));
    if (found.has_value()) continue;
    PutObject(contract, seen.stamp, seen.line.change_set_id(), writer.batch());
    PutObject(VendorOf(seen.line), seen.stamp, seen.line.change_set_id(),
              writer.batch());
    ROLLCALL_RETURN_IF_ERROR(writer.Flush());
  }
  return writer.Flush(true);
}

absl::Status PutLines(Engine& engine,
                      std::map<std::string, FirstSeen>& contracts) {
  BatchWriter writer(engine);
  auto entries = kEntitlementTable.ScanPrefix(engine, KeyWriter());
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    if (!entry.has_value()) return writer.Flush(true);
    const v1::Entitlement& line = entry->value.entitlement();
    FirstSeen& seen = contracts[entry->key.contract_number];
    if (seen.stamp == KnownStamp() || entry->key.stamp < seen.stamp) {
      const std::string start = seen.line.start_date();
      seen = {line, entry->key.stamp};
      if (!start.empty() && start < line.start_date()) {
        seen.line.set_start_date(start);
      }
    } else if (line.start_date() < seen.line.start_date()) {
      seen.line.set_start_date(line.start_date());
    }
    v1::ContractObject object;
    *object.mutable_entitlement() = line;
    PutObject(std::move(object), entry->key.stamp, line.change_set_id(),
              writer.batch());
    ROLLCALL_RETURN_IF_ERROR(writer.Flush());
  }
}

absl::Status DropLines(Engine& engine) {
  BatchWriter writer(engine);
  auto entries = kEntitlementTable.ScanPrefix(engine, KeyWriter());
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    if (!entry.has_value()) return writer.Flush(true);
    kEntitlementTable.Delete(writer.batch(), entry->key);
    ROLLCALL_RETURN_IF_ERROR(writer.Flush());
  }
}

}  // namespace

absl::Status MigrateToVersion5(Engine& engine) {
  ROLLCALL_RETURN_IF_ERROR(NotePlaces(engine));
  // Lower-case contract numbers and what is known of them.
  std::map<std::string, FirstSeen> contracts;
  ROLLCALL_RETURN_IF_ERROR(PutLines(engine, contracts));
  ROLLCALL_RETURN_IF_ERROR(PutContracts(contracts, engine));
  return DropLines(engine);
}

}  // namespace rollcall::collector
