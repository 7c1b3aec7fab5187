// An agreement with a vendor.
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/contracts/objects/clause_checks.h"
#include "collector/contracts/objects/kind_of.h"
#include "collector/contracts/objects/kinds.h"
#include "collector/contracts/objects/shared_checks.h"

namespace rollcall::collector {
namespace {

constexpr int kMaxUnits = 200;
constexpr int kMaxExceptions = 20;

void CheckExceptions(const v1::Contract& contract, FieldCheck& check) {
  check.Count("exceptions", contract.exceptions_size(), kMaxExceptions);
  for (const v1::ContractException& exception : contract.exceptions()) {
    check
        .Known("exceptions.kind",
               exception.kind() != v1::ContractException::KIND_UNSPECIFIED &&
                   v1::ContractException::Kind_IsValid(exception.kind()))
        .Notes("exceptions.text", !exception.text().empty(), exception.text(),
               kMaxPhraseBytes);
  }
}

void CheckScopes(const v1::Contract& contract, FieldCheck& check) {
  check
      .Count("organisation_units", contract.organisation_units_size(),
             kMaxUnits)
      .Count("regions", contract.regions_size(), kMaxUnits);
  for (const std::string& unit : contract.organisation_units()) {
    check.Name("organisation_units", unit, kMaxNameBytes);
  }
  for (const std::string& region : contract.regions()) {
    check.Name("regions", region, kMaxNameBytes);
  }
}

absl::Status CheckContract(const v1::Contract& contract) {
  FieldCheck check;
  check.Name("contract_number", contract.contract_number(), kMaxNumberBytes)
      .Name("vendor", contract.vendor(), kMaxNameBytes)
      .Title("title", !contract.title().empty(), contract.title(),
             kMaxNameBytes)
      .Known("kind", v1::Contract::Kind_IsValid(contract.kind()))
      .Text("master_contract_number", contract.has_master_contract_number(),
            contract.master_contract_number(), kMaxNumberBytes)
      .Day("sign_date", contract.has_sign_date(), contract.sign_date())
      .Day("start_date", contract.start_date())
      .Day("end_date", contract.has_end_date(), contract.end_date())
      .Order("start_date", contract.start_date(), "end_date",
             contract.has_end_date(), contract.end_date())
      .Currency("currency", contract.has_currency(), contract.currency())
      .Notes("notes", contract.has_notes(), contract.notes(), kMaxNotesBytes)
      .Text("amendment_number", contract.has_amendment_number(),
            contract.amendment_number(), kMaxNumberBytes);
  CheckClauses(contract.clauses(), check);
  CheckUseRights(contract.use_rights(), check);
  CheckOwners(contract.owners(), check);
  CheckTags(contract.tags(), check);
  CheckDocuments(contract.documents(), check);
  CheckScopes(contract, check);
  CheckExceptions(contract, check);
  return check.status();
}

}  // namespace

const ObjectKind& ContractKind() {
  static const KindOf<v1::Contract> kind({
      ObjectNumber::kContract,
      "contract",
      v1::ChangeSet::KIND_CONTRACTS,
      &v1::ContractObject::contract,
      &v1::ContractObject::mutable_contract,
      {"contract_number"},
      CheckContract,
      [](v1::Contract& contract) {
        contract.set_contract_id(
            ObjectIdHex(ObjectNumber::kContract, {contract.contract_number()}));
        contract.set_vendor_id(
            ObjectIdHex(ObjectNumber::kVendor, {contract.vendor()}));
      },
      [](v1::Contract& contract) {
        contract.clear_contract_id();
        contract.clear_vendor_id();
      },
  });
  return kind;
}

}  // namespace rollcall::collector
