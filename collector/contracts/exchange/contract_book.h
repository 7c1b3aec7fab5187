// What is known of the contracts and vendors that lines name, read once each.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/storage/engine.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

// Not thread-safe; the reader outlives it.
class ContractBook {
 public:
  // `create`: contracts that nobody knows are made, of what their lines say.
  ContractBook(const Reader& reader, bool create)
      : reader_(reader), create_(create) {}

  // A contract, as it was last while it was there.
  struct Entry {
    bool is_known = false;
    // Not known, and a line that was taken is under it.
    bool is_needed = false;
    v1::Contract contract;
  };

  // Why the line cannot be under its contract; "" if it can.
  absl::StatusOr<std::string> Fault(const v1::Entitlement& line);
  // The line is taken: its contract is needed, from its first day on. REQUIRES:
  // Fault found nothing.
  void Accept(const v1::Entitlement& line);

  // The contract with that number; not known: with nothing but its number.
  absl::StatusOr<const Entry*> Find(const std::string& contract_number);

  absl::StatusOr<bool> KnowsVendor(const std::string& vendor) const;

  // Whether a contract that was asked for is known and not there on some days:
  // then what is under it must be looked at day by day.
  bool AnyIsAway() const { return any_is_away_; }

  // Notes that a vendor nobody knows is made.
  void CreateVendor(const std::string& vendor);

  // Changes that make the contracts that were not known, and their vendors.
  absl::StatusOr<std::vector<v1::ObjectChange>> Created() const;

 private:
  absl::StatusOr<Entry*> FindEntry(const std::string& contract_number);

  const Reader& reader_;
  const bool create_;
  bool any_is_away_ = false;
  // By the number in lower case.
  std::map<std::string, Entry> contracts_;
  // By the name in lower case.
  std::map<std::string, std::string> vendors_;
};

}  // namespace rollcall::collector
