// The list of tables, and the version of what is in them.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace rollcall::collector {

class Engine;

// The version that this build reads and writes.
inline constexpr int kSchemaVersion = 5;

// Tables by their place in AllTables(). Add at the end, with a line there.
enum class TableId {
  kMeta,
  kRow,
  kBase,
  kShard,
  kSubject,
  kAgent,
  kHead,
  kOwnRow,
  kHistory,
  kLastSeen,
  kDevice,
  kDeviceEdge,
  kAvailability,
  kChangeSet,
  kEntitlement,
  kQuarantine,
  kRequest,
  kExpectedDevice,
  kToken,
  kCertificate,
  kEnrolledAgent,
  kRevocation,
  kEvidence,
  kLinkDue,
  kSubjectLink,
  kAgentContacts,
  kIdentityEvent,
  kDeviceEvent,
  kPossibleDuplicate,
  kRowNumber,
  kOwnPack,
  kChange,
  kSeenBlock,
  kPosting,
  kBaseNumber,
  kOrdinal,
  kDeletion,
  kHold,
  kHeldSubject,
  kPrincipal,
  kPrincipalCertificates,
  kLedgerEntry,
  kLedgerNode,
  kChangeSetPlace,
  kProposedPart,
  kObject,
  kAlertAcknowledgement,
  kDocument,
  kDocumentChunk,
  kImportContext,
};

struct TableSpec {
  TableId id;
  // The name on disk; never changes.
  absl::string_view name;
  absl::string_view comment;
  // Whether most keys that are looked up are not there.
  bool mostly_absent = false;
  // Whether keys that are put one after the other ascend, as a rule.
  bool ascending = false;
};

// All tables in order of their id: what is opened and created derives from it.
absl::Span<const TableSpec> AllTables();

// Brings a store from one version to the next. Resumable: it may be stopped at
// any time and started again.
using Migration = absl::Status (*)(Engine& engine);

// Makes the store's version kSchemaVersion: writes it into an empty store, or
// runs the migrations of an older one, of which the first brings version 1 to
// 2, and so on. FAILED_PRECONDITION for a newer store, or one that is older
// than the migrations reach; DATA_LOSS if the version cannot be read; nothing
// is changed then.
absl::Status UpgradeSchema(Engine& engine,
                           absl::Span<const Migration> migrations);

}  // namespace rollcall::collector
