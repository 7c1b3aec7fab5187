#include "collector/contracts/exchange/import_target.h"

#include <algorithm>

#include "collector/contracts/exchange/contract_csv.h"
#include "collector/contracts/exchange/entitlement_line.h"
#include "collector/contracts/exchange/invoice_csv.h"
#include "collector/contracts/exchange/term_csv.h"

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

absl::Span<const std::string> ImportedFile::StatedBy(size_t index) const {
  const auto by_line = stated_by_line.find(good_line[index]);
  return by_line == stated_by_line.end() ? stated_fields : *by_line->second;
}

void ImportedFile::Add(ReadLine read, int line, absl::string_view text) {
  if (read.errors.empty()) {
    good.push_back(std::move(read.object));
    good_text.push_back(text);
    good_line.push_back(line);
    if (read.never_ends) never_ending.insert(line);
    if (read.stated_fields != nullptr) {
      stated_by_line.emplace(line, std::move(read.stated_fields));
    }
    return;
  }
  KeepFirstErrors(read.errors);
  for (const std::string& key : read.keys) bad_keys.try_emplace(key, line);
  bad.push_back(MakeBadLine(line, text, std::move(read.errors)));
}

}  // namespace rollcall::collector
