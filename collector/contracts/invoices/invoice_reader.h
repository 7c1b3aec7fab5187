// Reads what lines of invoices are compared with.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/contracts/invoices/invoice_facts.h"
#include "collector/contracts/invoices/timeline.h"
#include "collector/contracts/object_states.h"
#include "collector/storage/engine.h"

namespace rollcall::collector {

// Holds, of all invoices up to a day, what a rule needs of each that is not its
// own; so it is made once for a listing. Not thread-safe; the reader outlives
// it.
class InvoiceReader {
 public:
  // `uses`: how much is used of lines, by their ids, on `use_day`; nothing: on
  // all days.
  static absl::StatusOr<InvoiceReader> Create(
      const Reader& reader, const AsAt& at,
      std::map<std::string, Rational> uses,
      const std::optional<CivilDate>& use_day);

  // What `billed`, a line as an ObjectWalk gives it, is compared with. Holds
  // until the next call; `billed` outlives it. DATA_LOSS for stored objects
  // that do not hold what they must, else as for Table.
  absl::StatusOr<InvoiceFacts> FactsOf(const v1::InvoiceLine& billed);

  // DATA_LOSS for a line whose days or amounts are malformed.
  static absl::Status CheckSound(const v1::InvoiceLine& line);

 private:
  // Contract, order and line, in lower case.
  using LineName = ObjectName;

  InvoiceReader(const Reader& reader, const AsAt& at,
                std::map<std::string, Rational> uses,
                const std::optional<CivilDate>& use_day)
      : reader_(reader), at_(at), uses_(std::move(uses)), use_day_(use_day) {}

  absl::Status ReadBillings();
  absl::Status ReadOrders();

  absl::StatusOr<const Timeline<v1::Contract>*> ContractOf(
      absl::string_view number);
  absl::StatusOr<const Timeline<v1::Entitlement>*> LineOf(const LineName& name);
  absl::StatusOr<std::vector<const Timeline<v1::Contract>*>> MastersOf(
      const Timeline<v1::Contract>* contract, const CivilDate& day);
  // The line that an invoice's line bills; nothing: it names none, or several
  // fit, whose contracts are then in `possible`.
  absl::StatusOr<std::optional<LineName>> NameOfLine(
      const v1::InvoiceLine& billed, std::vector<std::string>* possible);
  absl::StatusOr<bool> IsOrderKnown(const v1::InvoiceLine& billed);
  // How much is used of the line that is billed; nothing: it is not known.
  std::optional<Rational> UseOf(const InvoiceFacts& facts) const;

  const Reader& reader_;
  const AsAt at_;
  const std::map<std::string, Rational> uses_;
  const std::optional<CivilDate> use_day_;
  // Lines of invoices by the line of the order that they bill.
  std::map<LineName, std::vector<v1::InvoiceLine>> billings_;
  // Contracts by order and line, of all lines that were ever known, by their
  // numbers in lower case, as they are written; read when an invoice first
  // names no contract.
  std::optional<std::map<std::pair<std::string, std::string>,
                         std::map<std::string, std::string>>>
      orders_;
  // What was read. A contract that is not known has a timeline without spans.
  std::map<std::string, Timeline<v1::Contract>> contracts_;
  std::map<LineName, Timeline<v1::Entitlement>> lines_;
};

}  // namespace rollcall::collector
