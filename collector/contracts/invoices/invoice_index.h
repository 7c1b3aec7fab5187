// Which lines of invoices bill which line of an order, as known at one time.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/contracts/object_kind.h"
#include "collector/contracts/object_states.h"
#include "collector/storage/engine.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

// Names alone, so that the lines themselves need not be kept. Immutable and
// thread-safe.
class InvoiceIndex {
 public:
  // The line of an order: contract, order and line, in lower case.
  using LineName = ObjectName;

  // Of all lines of invoices up to the day of `at`: reads all, and, where one
  // names no contract, all lines of orders. DATA_LOSS for a line whose days or
  // amounts are malformed, else as for Table.
  static absl::StatusOr<std::shared_ptr<const InvoiceIndex>> Read(
      const Reader& reader, const AsAt& at);

  // The names of the lines of invoices that bill the line, in order.
  std::vector<ObjectName> BillingsOf(const LineName& line) const;

  // The line that an invoice's line, one of those up to the day, bills;
  // nothing: it names none, or several fit, whose contracts are then in
  // `possible`.
  std::optional<LineName> NameOfLine(const v1::InvoiceLine& billed,
                                     std::vector<std::string>* possible) const;
  // Whether any line was ever of the order that an invoice's line without a
  // contract names.
  bool HasOrder(absl::string_view order) const;

  // In memory.
  size_t bytes() const { return bytes_; }

  // DATA_LOSS for a line whose days or amounts are malformed.
  static absl::Status CheckSound(const v1::InvoiceLine& line);

 private:
  // Order and line, in lower case.
  using OrderAndLine = std::pair<std::string, std::string>;

  InvoiceIndex() = default;

  // That a line that names no contract is to be found in an order.
  void NoteAsked(const v1::InvoiceLine& line);
  absl::Status ReadOrders(const Reader& reader, const AsAt& at);
  void AddBilling(const LineName& line, std::string invoice_line);

  // By line of an order, both as ObjectNameKey writes them.
  absl::flat_hash_map<std::string, std::vector<std::string>> billings_;
  // Of what invoices without a contract name: the contracts that have such a
  // line, or ever had, by their numbers in lower case, as they are written; and
  // the orders that any line is of.
  std::map<OrderAndLine, std::map<std::string, std::string>> contracts_;
  std::set<std::string> orders_;
  size_t bytes_ = 0;
};

}  // namespace rollcall::collector
