// Questions about invoices.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "collector/contracts/civil_date.h"
#include "collector/contracts/invoices/invoice_index.h"
#include "collector/rpc/kept_answers.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"
#include "common/clock.h"
#include "rollcall/v1/invoice_service.pb.h"

namespace rollcall::collector {

// Answers the questions of InvoiceService, whose comments say what they hold.
// INVALID_ARGUMENT for a malformed request; DATA_LOSS, UNAVAILABLE as for
// Table. Thread-safe; the arguments outlive it. Blocking.
//
// Which lines bill the same is read from all invoices, once for all pages of a
// listing, and for whoever asks about the same moment, as long as it is kept:
// 64 MiB are.
class InvoiceQueries {
 public:
  InvoiceQueries(const Engine& engine, const Clock& clock)
      : engine_(engine), clock_(clock) {}

  absl::StatusOr<v1::ListInvoiceFindingsResponse> ListFindings(
      const v1::ListInvoiceFindingsRequest& request) const;

 private:
  // A point at which all was known that is known at it.
  struct Point {
    CivilDate effective;
    KnownStamp known;

    friend bool operator==(const Point&, const Point&) = default;
  };
  absl::StatusOr<std::shared_ptr<const InvoiceIndex>> IndexAt(
      const Reader& reader, const Point& point) const;

  const Engine& engine_;
  const Clock& clock_;
  mutable KeptAnswers<Point, InvoiceIndex> indexes_{64 << 20};
};

}  // namespace rollcall::collector
