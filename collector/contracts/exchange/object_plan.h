// What files of contracts, of their terms and of invoices would change in the
// repository.
#pragma once

#include "absl/status/status.h"
#include "collector/contracts/exchange/import_plan.h"

namespace rollcall::collector {

// Contracts: what the file says of a contract that is known is changed, all
// else stays. Bad are lines that put a contract under another vendor than it is
// with, or under a master contract that is neither known nor in the file; and
// lines of vendors that nobody knows, unless those are to be created.
absl::Status PlanContracts(ImportedFile& file, const ImportPlanOptions& options,
                           const Reader& snapshot, ImportPlan& plan);

// Terms: paragraphs of their contracts' notes. Bad are lines of contracts that
// nobody knows, and those for which there is no room.
absl::Status PlanTerms(const ImportedFile& file,
                       const ImportPlanOptions& options, const Reader& snapshot,
                       ImportPlan& plan);

// Lines of invoices. That nobody knows a contract or vendor is told: it is a
// finding, not an error.
absl::Status PlanInvoices(ImportedFile& file, const ImportPlanOptions& options,
                          const Reader& snapshot, ImportPlan& plan);

}  // namespace rollcall::collector
