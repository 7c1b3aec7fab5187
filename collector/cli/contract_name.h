// What names an object of the contract repository, as arguments.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "collector/cli/arguments.h"
#include "collector/cli/enums.h"
#include "collector/cli/times.h"
#include "common/status.h"
#include "rollcall/v1/contract_service.pb.h"

namespace rollcall::cli {

inline constexpr absl::string_view kDayHelp =
    "As it is on this day, for example 2026-12-31; default: today, UTC";

// KIND and NAME. Not thread-safe.
class ContractName {
 public:
  void Declare(Arguments& arguments) {
    arguments
        .Positional("KIND", EnumWords(v1::ContractObjectKind_descriptor()),
                    &kind_)
        .Fills("name.kind");
    arguments
        .Words("NAME",
               "What names it: a vendor's name; a contract's or an order's "
               "number; CONTRACT AMENDMENT; CONTRACT ORDER LINE; VENDOR "
               "INVOICE LINE; VENDOR AUDIT; CONTRACT DAY",
               &parts_)
        .Fills("name.parts");
  }

  // INVALID_ARGUMENT for a kind that there is not, or too many parts.
  absl::Status Fill(v1::ContractObjectName& name) const {
    constexpr size_t kMostParts = 3;
    ROLLCALL_ASSIGN_OR_RETURN(const auto kind,
                              ReadEnum<v1::ContractObjectKind>("KIND", kind_));
    if (parts_.size() > kMostParts) {
      return absl::InvalidArgumentError(absl::StrCat(
          "NAME has ", parts_.size(), " parts, and at most ", kMostParts,
          " name something; put one with spaces in quotes"));
    }
    name.set_kind(kind);
    name.mutable_parts()->Assign(parts_.begin(), parts_.end());
    return absl::OkStatus();
  }

 private:
  std::string kind_;
  std::vector<std::string> parts_;
};

// Reads a day and a time into `moment`. INVALID_ARGUMENT, naming the option,
// for what is neither.
inline absl::Status FillMoment(absl::string_view day_option,
                               const std::string& day,
                               absl::string_view as_of_option,
                               const std::string& as_of,
                               v1::ContractMoment& moment) {
  ROLLCALL_RETURN_IF_ERROR(CheckDate(day_option, day));
  moment.set_effective_date(day);
  return SetAsOf(as_of, moment, as_of_option);
}

}  // namespace rollcall::cli
