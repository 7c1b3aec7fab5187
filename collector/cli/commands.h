// The list of commands.
#pragma once

#include <memory>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/cli/command.h"

namespace rollcall::cli {

std::unique_ptr<Command> MakeAgentRevokeCommand();
std::unique_ptr<Command> MakeAlertsAcknowledgeCommand();
std::unique_ptr<Command> MakeAlertsCalendarCommand();
std::unique_ptr<Command> MakeAlertsCommand();
std::unique_ptr<Command> MakeAlertsRenewalsCommand();
std::unique_ptr<Command> MakeAlertsRevokeCommand();
std::unique_ptr<Command> MakeAlertsWatchCommand();
std::unique_ptr<Command> MakeChangesApproveCommand();
std::unique_ptr<Command> MakeChangesDifferenceCommand();
std::unique_ptr<Command> MakeChangesListCommand();
std::unique_ptr<Command> MakeChangesRejectCommand();
std::unique_ptr<Command> MakeChangesShowCommand();
std::unique_ptr<Command> MakeChangesWithdrawCommand();
std::unique_ptr<Command> MakeContractsDiffCommand();
std::unique_ptr<Command> MakeContractsExportCommand();
std::unique_ptr<Command> MakeContractsHistoryCommand();
std::unique_ptr<Command> MakeContractsImportCommand();
std::unique_ptr<Command> MakeContractsInvoicesCommand();
std::unique_ptr<Command> MakeContractsListCommand();
std::unique_ptr<Command> MakeContractsObjectsCommand();
std::unique_ptr<Command> MakeContractsProposeCommand();
std::unique_ptr<Command> MakeContractsMappingsCommand();
std::unique_ptr<Command> MakeContractsQuarantineCommand();
std::unique_ptr<Command> MakeContractsRepairCommand();
std::unique_ptr<Command> MakeContractsShowCommand();
std::unique_ptr<Command> MakeDeletionsCommand();
std::unique_ptr<Command> MakeDeletionsShowCommand();
std::unique_ptr<Command> MakeDeviceDeleteCommand();
std::unique_ptr<Command> MakeDeviceDuplicatesCommand();
std::unique_ptr<Command> MakeDeviceHoldCommand();
std::unique_ptr<Command> MakeDeviceIdentityCommand();
std::unique_ptr<Command> MakeDeviceIdentityUndoCommand();
std::unique_ptr<Command> MakeDeviceMergeCommand();
std::unique_ptr<Command> MakeDeviceReleaseCommand();
std::unique_ptr<Command> MakeDeviceShowCommand();
std::unique_ptr<Command> MakeDeviceSplitCommand();
std::unique_ptr<Command> MakeDevicesCommand();
std::unique_ptr<Command> MakeHoldsCommand();
std::unique_ptr<Command> MakeDocumentsDeleteCommand();
std::unique_ptr<Command> MakeDocumentsGetCommand();
std::unique_ptr<Command> MakeDocumentsListCommand();
std::unique_ptr<Command> MakeDocumentsPutCommand();
std::unique_ptr<Command> MakeLedgerCheckpointCommand();
std::unique_ptr<Command> MakeLedgerExportCommand();
std::unique_ptr<Command> MakeLedgerKeyCommand();
std::unique_ptr<Command> MakeLedgerListCommand();
std::unique_ptr<Command> MakeLedgerProveCommand();
std::unique_ptr<Command> MakeLedgerVerifyCommand();
std::unique_ptr<Command> MakeLoginCommand();
std::unique_ptr<Command> MakePositionCommand();
std::unique_ptr<Command> MakePositionExplainCommand();
std::unique_ptr<Command> MakePrincipalGrantCommand();
std::unique_ptr<Command> MakePrincipalListCommand();
std::unique_ptr<Command> MakePrincipalRevokeCommand();
std::unique_ptr<Command> MakePrincipalRevokeCertificatesCommand();
std::unique_ptr<Command> MakePrincipalShowCommand();
std::unique_ptr<Command> MakeRegisterImportCommand();
std::unique_ptr<Command> MakeRegisterListCommand();
std::unique_ptr<Command> MakeSoftwareCommand();
std::unique_ptr<Command> MakeStoreCheckCommand();
std::unique_ptr<Command> MakeStoreRebuildCommand();
std::unique_ptr<Command> MakeStoreShowCommand();
std::unique_ptr<Command> MakeTokenCreateCommand();
std::unique_ptr<Command> MakeTokenListCommand();
std::unique_ptr<Command> MakeTokenRevokeCommand();
std::unique_ptr<Command> MakeUndiscoveredCommand();
std::unique_ptr<Command> MakeWhoAmICommand();

// A word, or words, that several commands begin with and that are none
// themselves.
struct CommandGroup {
  absl::string_view name;
  absl::string_view summary;
};

absl::Span<const CommandGroup> AllCommandGroups();

// One of each, in the order of the help. A command follows the one whose name
// its own begins with.
std::vector<std::unique_ptr<Command>> MakeAllCommands();

}  // namespace rollcall::cli
