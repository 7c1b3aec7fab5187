// Reads what lines of invoices are compared with.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/contracts/invoices/invoice_facts.h"
#include "collector/contracts/invoices/invoice_index.h"
#include "collector/contracts/invoices/timeline.h"
#include "collector/contracts/object_states.h"
#include "collector/storage/engine.h"

namespace rollcall::collector {

// Keeps what it read for the next line; so it is made once for a page. Not
// thread-safe; reader and index outlive it.
class InvoiceReader {
 public:
  // `index`: of what `reader` sees at the same point. `uses`: how much is used
  // of lines, by their ids, on `use_day`; nothing: on all days.
  InvoiceReader(const Reader& reader, const AsAt& at, const InvoiceIndex& index,
                std::map<std::string, Rational> uses,
                const std::optional<CivilDate>& use_day)
      : reader_(reader),
        at_(at),
        index_(index),
        uses_(std::move(uses)),
        use_day_(use_day) {}

  // What `billed`, a line of the index as an ObjectWalk gives it, is compared
  // with. Holds until the next call; `billed` outlives it. DATA_LOSS for stored
  // objects that do not hold what they must, else as for Table.
  absl::StatusOr<InvoiceFacts> FactsOf(const v1::InvoiceLine& billed);

 private:
  using LineName = InvoiceIndex::LineName;

  absl::StatusOr<const Timeline<v1::Contract>*> ContractOf(
      absl::string_view number);
  absl::StatusOr<const Timeline<v1::Entitlement>*> LineOf(const LineName& name);
  absl::StatusOr<std::vector<const Timeline<v1::Contract>*>> MastersOf(
      const Timeline<v1::Contract>* contract, const CivilDate& day);
  // The lines of invoices that bill the line.
  absl::StatusOr<const std::vector<v1::InvoiceLine>*> BillingsOf(
      const LineName& name);
  absl::StatusOr<bool> IsOrderKnown(const v1::InvoiceLine& billed);
  // How much is used of the line that is billed; nothing: it is not known.
  std::optional<Rational> UseOf(const InvoiceFacts& facts) const;

  const Reader& reader_;
  const AsAt at_;
  const InvoiceIndex& index_;
  const std::map<std::string, Rational> uses_;
  const std::optional<CivilDate> use_day_;
  // What was read. A contract that is not known has a timeline without spans.
  std::map<std::string, Timeline<v1::Contract>> contracts_;
  std::map<LineName, Timeline<v1::Entitlement>> lines_;
  std::map<LineName, std::vector<v1::InvoiceLine>> billings_;
  // How many lines of invoices billings_ has.
  size_t billing_count_ = 0;
};

}  // namespace rollcall::collector
