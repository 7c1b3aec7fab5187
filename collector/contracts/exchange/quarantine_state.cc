#include "collector/contracts/exchange/quarantine_state.h"

#include "collector/changes/change_set_table.h"
#include "common/status.h"

namespace rollcall::collector {

absl::StatusOr<v1::QuarantinedLine::State> StateOfQuarantined(
    const Reader& reader, const stored::v1::QuarantineRecord& record) {
  if (!record.has_settlement()) return v1::QuarantinedLine::STATE_OPEN;
  const stored::v1::QuarantineSettlement& settlement = record.settlement();
  if (settlement.discarded()) return v1::QuarantinedLine::STATE_DISCARDED;
  if (settlement.change_set_id().empty()) {
    return v1::QuarantinedLine::STATE_REPAIRED;
  }
  ROLLCALL_ASSIGN_OR_RETURN(const KeptChangeSet by,
                            FindChangeSet(reader, settlement.change_set_id()));
  const v1::ChangeSet::State state = by.record.change_set().state();
  return state == v1::ChangeSet::STATE_REJECTED ||
                 state == v1::ChangeSet::STATE_WITHDRAWN
             ? v1::QuarantinedLine::STATE_OPEN
             : v1::QuarantinedLine::STATE_REPAIRED;
}

}  // namespace rollcall::collector
