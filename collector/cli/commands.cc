#include "collector/cli/commands.h"

namespace rollcall::cli {
namespace {

constexpr CommandGroup kGroups[] = {
    {"device", "Look at one device, or say what is one"},
    {"contracts", "Look at what was bought, and propose changes to it"},
    {"contracts documents", "Keep and get what supports contracts"},
    {"changes", "See what is proposed, and approve or reject it"},
    {"register", "Import and list the devices that are expected"},
    {"ledger", "See what took effect and who approved it, and prove it"},
    {"token", "Make, list and end tokens"},
    {"principal", "Say who may do what"},
    {"agent", "Turn an agent away"},
    {"store", "Look after the collector's store"},
};

using Factory = std::unique_ptr<Command> (*)();
constexpr Factory kFactories[] = {
    MakeDevicesCommand,
    MakeDeviceShowCommand,
    MakeDeviceIdentityCommand,
    MakeDeviceIdentityUndoCommand,
    MakeDeviceDuplicatesCommand,
    MakeDeviceMergeCommand,
    MakeDeviceSplitCommand,
    MakeDeviceHoldCommand,
    MakeDeviceReleaseCommand,
    MakeDeviceDeleteCommand,
    MakeHoldsCommand,
    MakeDeletionsCommand,
    MakeDeletionsShowCommand,
    MakeSoftwareCommand,
    MakeContractsImportCommand,
    MakeContractsMappingsCommand,
    MakeContractsProposeCommand,
    MakeContractsListCommand,
    MakeContractsExportCommand,
    MakeContractsShowCommand,
    MakeContractsObjectsCommand,
    MakeContractsHistoryCommand,
    MakeContractsDiffCommand,
    MakeContractsInvoicesCommand,
    MakeContractsQuarantineCommand,
    MakeContractsRepairCommand,
    MakeDocumentsPutCommand,
    MakeDocumentsListCommand,
    MakeDocumentsGetCommand,
    MakeDocumentsDeleteCommand,
    MakeAlertsCommand,
    MakeAlertsAcknowledgeCommand,
    MakeAlertsRevokeCommand,
    MakeAlertsWatchCommand,
    MakeAlertsCalendarCommand,
    MakeAlertsRenewalsCommand,
    MakeChangesListCommand,
    MakeChangesShowCommand,
    MakeChangesDifferenceCommand,
    MakeChangesApproveCommand,
    MakeChangesRejectCommand,
    MakeChangesWithdrawCommand,
    MakePositionCommand,
    MakePositionExplainCommand,
    MakeRegisterImportCommand,
    MakeRegisterListCommand,
    MakeUndiscoveredCommand,
    MakeLedgerListCommand,
    MakeLedgerKeyCommand,
    MakeLedgerCheckpointCommand,
    MakeLedgerExportCommand,
    MakeLedgerVerifyCommand,
    MakeLedgerProveCommand,
    MakeLoginCommand,
    MakeWhoAmICommand,
    MakePrincipalListCommand,
    MakePrincipalShowCommand,
    MakePrincipalGrantCommand,
    MakePrincipalRevokeCommand,
    MakePrincipalRevokeCertificatesCommand,
    MakeTokenCreateCommand,
    MakeTokenListCommand,
    MakeTokenRevokeCommand,
    MakeAgentRevokeCommand,
    MakeStoreShowCommand,
    MakeStoreCheckCommand,
    MakeStoreRebuildCommand,
};

}  // namespace

absl::Span<const CommandGroup> AllCommandGroups() { return kGroups; }

std::vector<std::unique_ptr<Command>> MakeAllCommands() {
  std::vector<std::unique_ptr<Command>> commands;
  for (const Factory factory : kFactories) commands.push_back(factory());
  return commands;
}

}  // namespace rollcall::cli
