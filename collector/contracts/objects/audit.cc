// An audit by a vendor.
#include "collector/contracts/objects/kind_of.h"
#include "collector/contracts/objects/kinds.h"
#include "collector/contracts/objects/shared_checks.h"

namespace rollcall::collector {
namespace {

constexpr int kMaxHeldProducts = 100;

absl::Status CheckAudit(const v1::Audit& audit) {
  FieldCheck check;
  check.Name("vendor", audit.vendor(), kMaxNameBytes)
      .Name("reference", audit.reference(), kMaxNumberBytes)
      .Text("contract_number", audit.has_contract_number(),
            audit.contract_number(), kMaxNumberBytes)
      .Day("notice_date", audit.notice_date())
      .Day("start_date", audit.has_start_date(), audit.start_date())
      .Day("findings_date", audit.has_findings_date(), audit.findings_date())
      .Day("close_date", audit.has_close_date(), audit.close_date())
      .Order("notice_date", audit.notice_date(), "start_date",
             audit.has_start_date(), audit.start_date())
      .Order("notice_date", audit.notice_date(), "findings_date",
             audit.has_findings_date(), audit.findings_date())
      .Order("notice_date", audit.notice_date(), "close_date",
             audit.has_close_date(), audit.close_date())
      .Count("held_products", audit.held_products_size(), kMaxHeldProducts)
      .Notes("scope", audit.has_scope(), audit.scope(), kMaxPhraseBytes);
  for (const std::string& product : audit.held_products()) {
    check.Name("held_products", product, kMaxNameBytes);
  }
  CheckDocuments(audit.documents(), check);
  return check.status();
}

}  // namespace

const ObjectKind& AuditKind() {
  static const KindOf<v1::Audit> kind({
      ObjectNumber::kAudit,
      "audit",
      v1::ChangeSet::KIND_RECORDS,
      &v1::ContractObject::audit,
      &v1::ContractObject::mutable_audit,
      {"vendor", "reference"},
      CheckAudit,
      [](v1::Audit& audit) {
        audit.set_audit_id(ObjectIdHex(ObjectNumber::kAudit,
                                       {audit.vendor(), audit.reference()}));
        audit.set_vendor_id(
            ObjectIdHex(ObjectNumber::kVendor, {audit.vendor()}));
      },
      [](v1::Audit& audit) {
        audit.clear_audit_id();
        audit.clear_vendor_id();
      },
  });
  return kind;
}

}  // namespace rollcall::collector
