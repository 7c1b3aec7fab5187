#include "collector/contracts/import_target.h"

#include <algorithm>

#include "collector/contracts/contract_csv.h"
#include "collector/contracts/entitlement_csv.h"
#include "collector/contracts/invoice_csv.h"
#include "collector/contracts/term_csv.h"

namespace rollcall::collector {

const ImportTarget* FindImportTarget(mappings::v1::Mapping::Target number) {
  using Mapping = mappings::v1::Mapping;
  static const ImportTarget kTargets[] = {
      {Mapping::TARGET_ENTITLEMENTS, "entitlement lines", EntitlementFields(),
       ReadEntitlementLine},
      {Mapping::TARGET_CONTRACTS, "contracts", ContractFields(),
       ReadContractLine},
      {Mapping::TARGET_CONTRACT_TERMS, "contract terms", TermFields(),
       ReadTermLine},
      {Mapping::TARGET_INVOICE_LINES, "invoice lines", InvoiceFields(),
       ReadInvoiceLine},
  };
  const auto* found = std::find_if(
      std::begin(kTargets), std::end(kTargets),
      [&](const ImportTarget& target) { return target.number == number; });
  return found == std::end(kTargets) ? nullptr : found;
}

}  // namespace rollcall::collector
