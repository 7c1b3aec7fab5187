// Questions about invoices.
#pragma once

#include "absl/status/statusor.h"
#include "collector/storage/engine.h"
#include "common/clock.h"
#include "rollcall/v1/invoice_service.pb.h"

namespace rollcall::collector {

// Answers the questions of InvoiceService, whose comments say what they hold.
// INVALID_ARGUMENT for a malformed request; DATA_LOSS, UNAVAILABLE as for
// Table. Thread-safe; the arguments outlive it. Blocking; reads all invoices.
class InvoiceQueries {
 public:
  InvoiceQueries(const Engine& engine, const Clock& clock)
      : engine_(engine), clock_(clock) {}

  absl::StatusOr<v1::ListInvoiceFindingsResponse> ListFindings(
      const v1::ListInvoiceFindingsRequest& request) const;

 private:
  const Engine& engine_;
  const Clock& clock_;
};

}  // namespace rollcall::collector
