// The one place that says who may call what. A method without a line here is
// refused to everybody, and a test fails.
#include "collector/rpc/access.h"

namespace rollcall::collector {
namespace {

constexpr RoleSet kViewer = {v1::ROLE_VIEWER};
constexpr RoleSet kItam = {v1::ROLE_ITAM};
constexpr RoleSet kProcurement = {v1::ROLE_PROCUREMENT};
constexpr RoleSet kSecurity = {v1::ROLE_SECURITY};
constexpr RoleSet kAuditor = {v1::ROLE_AUDITOR};
constexpr RoleSet kAdmin = {v1::ROLE_ADMIN};

// What is no secret to anybody who works with the estate.
constexpr RoleSet kEverybody = kAllRoles;
// Those who look after the collector, and those who look after them.
constexpr RoleSet kOverseers = kAuditor | kAdmin;

// Those who may see what is between the organisation and its vendors.
constexpr RoleSet kReaders = kViewer | kItam | kProcurement | kOverseers;

constexpr AccessRule kRules[] = {
    // Devices and software are what the whole is for: all roles read them.
    {"rollcall.v1.DeviceService.ListDevices", kEverybody},
    {"rollcall.v1.DeviceService.GetDevice", kEverybody},
    {"rollcall.v1.DeviceService.ListDeviceRows", kEverybody},
    {"rollcall.v1.DeviceService.ListDeviceHistory", kEverybody},
    {"rollcall.v1.DeviceService.ListSoftware", kEverybody},
    {"rollcall.v1.DeviceService.ListSoftwareDevices", kEverybody},
    // What is deleted moves a position, and is gone: for those who answer for
    // the devices, and for whoever runs the store. What was, auditors see too.
    {"rollcall.v1.DeviceService.DeleteDevice", kItam | kAdmin},
    {"rollcall.v1.DeviceService.GetDeletion", kItam | kOverseers},
    {"rollcall.v1.DeviceService.ListDeletions", kItam | kOverseers},
    // A hold keeps evidence. An admin, who may delete, must not be able to end
    // one.
    {"rollcall.v1.DeviceService.HoldDevice", kItam},
    {"rollcall.v1.DeviceService.ReleaseDevice", kItam},
    {"rollcall.v1.DeviceService.ListHolds", kItam | kOverseers},

    // What was bought is entered by those who answer for it, and never by a
    // mere admin; everybody reads it.
    {"rollcall.v1.ContractService.ProposeChanges", kItam | kProcurement},
    {"rollcall.v1.ContractService.ImportEntitlements", kItam | kProcurement},
    {"rollcall.v1.ContractService.ListMappings", kEverybody},
    {"rollcall.v1.ContractService.ListEntitlements", kEverybody},
    {"rollcall.v1.ContractService.ExportEntitlements", kEverybody},
    {"rollcall.v1.ContractService.ListQuarantinedLines", kEverybody},
    {"rollcall.v1.ContractService.RepairQuarantinedLine", kItam | kProcurement},
    {"rollcall.v1.ContractService.ListContractObjects", kEverybody},
    {"rollcall.v1.ContractService.GetContractObject", kEverybody},
    {"rollcall.v1.ContractService.ListContractObjectVersions", kEverybody},
    {"rollcall.v1.ContractService.CompareContractObject", kEverybody},

    // What was billed wrongly is computed from what everybody reads.
    {"rollcall.v1.InvoiceService.ListInvoiceFindings", kEverybody},

    // Documents show all that is agreed upon: for those who look after
    // contracts, not for those who guard devices. Whoever enters what was
    // bought puts them; the store is its owner's to tidy.
    {"rollcall.v1.DocumentService.PutDocument", kItam | kProcurement},
    {"rollcall.v1.DocumentService.GetDocument", kReaders},
    {"rollcall.v1.DocumentService.ListDocuments", kReaders},
    {"rollcall.v1.DocumentService.DeleteDocument", kItam | kAdmin},

    // What is proposed everybody may see. Who may approve or reject it depends
    // on its kind: changes/change_policy.h has the table of that; here are all
    // who may in any kind.
    {"rollcall.v1.ChangeService.ListChangeSets", kEverybody},
    {"rollcall.v1.ChangeService.GetChangeSet", kEverybody},
    {"rollcall.v1.ChangeService.ListDifferences", kEverybody},
    {"rollcall.v1.ChangeService.PreviewChangeSet", kEverybody},
    {"rollcall.v1.ChangeService.ApproveChangeSet",
     kItam | kProcurement | kAdmin},
    {"rollcall.v1.ChangeService.RejectChangeSet",
     kItam | kProcurement | kAdmin},
    {"rollcall.v1.ChangeService.WithdrawChangeSet",
     kItam | kProcurement | kAdmin},

    // Which days come next everybody sees; that one is in hand is for those to
    // say who answer for contracts.
    {"rollcall.v1.AlertService.ListAlerts", kEverybody},
    {"rollcall.v1.AlertService.WatchAlerts", kEverybody},
    {"rollcall.v1.AlertService.ExportCalendar", kEverybody},
    {"rollcall.v1.AlertService.ListRenewals", kEverybody},
    {"rollcall.v1.AlertService.AcknowledgeAlert", kItam | kProcurement},
    {"rollcall.v1.AlertService.RevokeAcknowledgement", kItam | kProcurement},

    // The ledger proves to everybody what took effect.
    {"rollcall.v1.LedgerService.GetCheckpoint", kEverybody},
    {"rollcall.v1.LedgerService.ListLedgerEntries", kEverybody},
    {"rollcall.v1.LedgerService.GetInclusionProof", kEverybody},
    {"rollcall.v1.LedgerService.GetConsistencyProof", kEverybody},
    {"rollcall.v1.LedgerService.GetLedgerKey", kEverybody},
    {"rollcall.v1.LedgerService.ExportLedger", kEverybody},
    // Positions are computed from what everybody reads.
    {"rollcall.v1.ReconciliationService.ListPositions", kEverybody},
    {"rollcall.v1.ReconciliationService.ExplainPosition", kEverybody},

    // Registers say which devices are expected: those who own and those who
    // guard the devices bring them.
    {"rollcall.v1.RegisterService.ImportExpectedDevices", kItam | kSecurity},
    {"rollcall.v1.RegisterService.ListExpectedDevices", kEverybody},
    {"rollcall.v1.RegisterService.ListUndiscovered", kEverybody},

    // Why two reports are one device: evidence, for those who judge it. What
    // they decide moves positions, so that only ITAM decides.
    {"rollcall.v1.IdentityService.GetDeviceIdentity",
     kItam | kSecurity | kOverseers},
    {"rollcall.v1.IdentityService.ListPossibleDuplicates",
     kItam | kSecurity | kOverseers},
    {"rollcall.v1.IdentityService.MergeDevices", kItam},
    {"rollcall.v1.IdentityService.SplitDevice", kItam},
    {"rollcall.v1.IdentityService.UndoIdentityEvent", kItam},

    // All principals log in and so have tokens of their own; whose tokens each
    // may make, see and end is said by identity/token_rules.h.
    {"rollcall.v1.EnrolmentService.CreateToken", kEverybody},
    {"rollcall.v1.EnrolmentService.ListTokens", kEverybody},
    {"rollcall.v1.EnrolmentService.RevokeToken", kEverybody},
    // A stolen laptop is turned away by whoever hears of it first.
    {"rollcall.v1.EnrolmentService.ListCertificates",
     kItam | kSecurity | kOverseers},
    {"rollcall.v1.EnrolmentService.RevokeAgent", kSecurity | kAdmin},

    // Roles are granted by admins, who cannot grant themselves any, and seen by
    // auditors. Everybody may give up a role of his own
    // (identity/role_edits.h) and ask who he is.
    {"rollcall.v1.PrincipalService.ListPrincipals", kOverseers},
    {"rollcall.v1.PrincipalService.GetPrincipal", kOverseers},
    {"rollcall.v1.PrincipalService.GrantRole", kAdmin},
    {"rollcall.v1.PrincipalService.RevokeRole", kEverybody},
    // One's own by everybody; those of others by whoever hears first that one
    // was
    // stolen (identity/certificate_edits.h).
    {"rollcall.v1.PrincipalService.RevokeCertificates", kEverybody},
    {"rollcall.v1.PrincipalService.WhoAmI", {}, Audience::kPrincipals},

    // The store as such: its owner changes it, auditors look whether it is
    // whole.
    {"rollcall.v1.StoreService.GetStore", kOverseers},
    {"rollcall.v1.StoreService.CheckStore", kOverseers},
    {"rollcall.v1.StoreService.RebuildPostings", kAdmin},

    // On the agents' port, which asks for an agent's certificate.
    {"rollcall.v1.SyncService.Sync", {}, Audience::kAgents},
};

// Of the words above, some are used only by being part of others.
static_assert((kViewer | kItam | kProcurement | kSecurity | kOverseers) ==
              kEverybody);

}  // namespace

absl::Span<const AccessRule> AccessRules() { return kRules; }

}  // namespace rollcall::collector
