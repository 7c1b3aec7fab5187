#include "collector/storage/schema.h"

#include <optional>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "collector/storage/engine.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr TableSpec kTables[] = {
    {TableId::kMeta, "meta", "schema version, store incarnation"},
    {TableId::kRow, "row", "row id -> canonical bytes of a fleet row",
     /*mostly_absent=*/true, /*ascending=*/true},
    {TableId::kBase, "base", "section root -> ids of a full set"},
    {TableId::kShard, "shard", "shard -> next subject number"},
    {TableId::kSubject, "subject", "subject -> who reports for it"},
    {TableId::kAgent, "agent", "agent -> subject"},
    {TableId::kHead, "head", "subject -> its sets as they are now"},
    {TableId::kOwnRow, "own_row", "empty since schema version 2"},
    {TableId::kHistory, "history", "subject, stamp -> what changed"},
    {TableId::kLastSeen, "last_seen", "empty since schema version 2"},
    {TableId::kDevice, "device", "device -> when it was minted"},
    {TableId::kDeviceEdge, "device_edge", "device, subject, stamp -> edge"},
    {TableId::kAvailability, "availability",
     "start -> end of a time of service"},
    {TableId::kChangeSet, "change_set", "change-set -> what it did"},
    {TableId::kEntitlement, "entitlement", "empty since schema version 5"},
    {TableId::kQuarantine, "quarantine", "change-set, line -> a bad line"},
    {TableId::kRequest, "request", "method, request id -> the answer given"},
    {TableId::kExpectedDevice, "expected_device",
     "register, asset tag, stamp -> its state"},
    {TableId::kToken, "token", "token -> what it permits"},
    {TableId::kCertificate, "certificate", "end, serial -> a certificate"},
    {TableId::kEnrolledAgent, "enrolled_agent", "agent -> how it enrolled"},
    {TableId::kRevocation, "revocation", "agent -> that it is turned away"},
    {TableId::kEvidence, "evidence", "value -> the subjects that gave it"},
    {TableId::kLinkDue, "link_due", "subject -> that it must be compared"},
    {TableId::kSubjectLink, "subject_link", "subject -> where it belongs now"},
    {TableId::kAgentContacts, "agent_contacts", "agent -> its contacts"},
    {TableId::kIdentityEvent, "identity_event", "event -> what moved, and why"},
    {TableId::kDeviceEvent, "device_event", "device, event -> took part"},
    {TableId::kPossibleDuplicate, "possible_duplicate",
     "newer, older subject -> why they may be one machine"},
    {TableId::kRowNumber, "row_number", "row number -> row id",
     /*mostly_absent=*/false, /*ascending=*/true},
    {TableId::kOwnPack, "own_pack", "subject, section, pack -> own rows"},
    {TableId::kChange, "change", "stamp -> the subject that changed",
     /*mostly_absent=*/false, /*ascending=*/true},
    {TableId::kSeenBlock, "seen_block", "shard -> when its subjects were seen"},
    {TableId::kPosting, "posting", "kind, row or base, chunk -> who has it",
     /*mostly_absent=*/true},
    {TableId::kBaseNumber, "base_number", "base -> its number in postings"},
    {TableId::kOrdinal, "ordinal", "ordinal -> subject"},
    {TableId::kDeletion, "deletion", "deletion -> the proof of it"},
    {TableId::kHold, "hold", "hold -> who held what, and why"},
    {TableId::kHeldSubject, "held_subject", "subject, hold -> that it is on"},
    {TableId::kPrincipal, "principal", "name, stamp -> its roles from then on"},
    {TableId::kPrincipalCertificates, "principal_certificates",
     "name -> what it got to log in with"},
    {TableId::kLedgerEntry, "ledger_entry", "index -> an entry, signed"},
    {TableId::kLedgerNode, "ledger_node",
     "level, index -> hash over a full part of the ledger"},
    {TableId::kChangeSetPlace, "change_set_place",
     "change-set -> the key that it is kept under"},
    {TableId::kProposedPart, "proposed_part",
     "change-set, part -> what it proposes"},
    {TableId::kObject, "object",
     "kind, name, day, stamp -> what was said of it"},
    {TableId::kAlertAcknowledgement, "alert_acknowledgement",
     "alert, stamp -> who has it in hand"},
    {TableId::kDocument, "document", "hash -> what is known of a document"},
    {TableId::kDocumentChunk, "document_chunk",
     "hash, index -> a part of a document's bytes"},
    {TableId::kImportContext, "import_context",
     "change-set -> how its file was read"},
};

constexpr absl::string_view kVersionKey = "schema_version";

absl::Status WriteVersion(Engine& engine, int version) {
  Batch batch;
  batch.Put(TableId::kMeta, std::string(kVersionKey), absl::StrCat(version));
  return engine.Write(batch, Durability::kSynced);
}

}  // namespace

absl::Span<const TableSpec> AllTables() { return kTables; }

absl::Status UpgradeSchema(Engine& engine,
                           absl::Span<const Migration> migrations) {
  ROLLCALL_ASSIGN_OR_RETURN(const std::optional<std::string> stored,
                            engine.Get(TableId::kMeta, kVersionKey));
  if (!stored.has_value()) {
    const auto cursor = engine.Scan(TableId::kHead, "", "");
    if (cursor->Valid()) {
      return absl::DataLossError(
          "the store holds subjects but no schema version; restore it from a "
          "backup");
    }
    ROLLCALL_RETURN_IF_ERROR(cursor->status());
    return WriteVersion(engine, kSchemaVersion);
  }
  int version = 0;
  if (!absl::SimpleAtoi(*stored, &version) || version < 1) {
    return absl::DataLossError(
        "the store's schema version is unreadable; restore it from a backup");
  }
  if (version > kSchemaVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("the store has schema version ", version,
                     " and this collector reads up "
                     "to ",
                     kSchemaVersion, "; install a newer collector"));
  }
  if (version < kSchemaVersion &&
      migrations.size() < static_cast<size_t>(kSchemaVersion - 1)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the store has schema version ", version,
        ", which this program does not know how to bring to ", kSchemaVersion));
  }
  for (; version < kSchemaVersion; ++version) {
    ROLLCALL_RETURN_IF_ERROR(
        migrations[static_cast<size_t>(version) - 1](engine));
    ROLLCALL_RETURN_IF_ERROR(WriteVersion(engine, version + 1));
  }
  return absl::OkStatus();
}

}  // namespace rollcall::collector
