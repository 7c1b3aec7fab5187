// Which alerts, as the commands about them take it.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "collector/cli/arguments.h"
#include "collector/cli/enums.h"
#include "collector/cli/times.h"
#include "common/status.h"
#include "rollcall/v1/alert_service.pb.h"

namespace rollcall::cli {

// Declares options and fills filters from them. Not thread-safe.
class AlertFilterOptions {
 public:
  void Declare(Arguments& arguments) {
    arguments
        .Number("within",
                "Days before its due date from which on an alert is "
                "listed; default: 90. Audits are listed from their notice "
                "on",
                0, kMaxDays, &within_)
        .Fills("filter.horizon_days");
    arguments
        .Texts("kind",
               absl::StrCat("Only these: ",
                            EnumWords(v1::Alert::Kind_descriptor())),
               &kinds_)
        .Fills("filter.kinds");
    arguments.Text("vendor", "Only of this vendor, ignoring case", &vendor_)
        .Fills("filter.vendor");
    arguments.Flag("all", "Those that were acknowledged, too", &all_);
  }

  // INVALID_ARGUMENT for an unknown kind.
  absl::Status Fill(v1::AlertFilter& filter) const {
    filter.set_horizon_days(within_);
    for (const std::string& word : kinds_) {
      ROLLCALL_ASSIGN_OR_RETURN(const auto kind,
                                ReadEnum<v1::Alert::Kind>("--kind", word));
      filter.add_kinds(kind);
    }
    filter.set_vendor(vendor_);
    filter.set_include_acknowledged(all_);
    return absl::OkStatus();
  }

 private:
  static constexpr int kMaxDays = 3'660;

  int within_ = 90;
  std::vector<std::string> kinds_;
  std::string vendor_;
  bool all_ = false;
};

// The day and the time that alerts are asked about.
class AlertMomentOptions {
 public:
  void Declare(Arguments& arguments) {
    arguments
        .Text("on",
              "The day to count from, for example 2026-12-31; default: "
              "today, UTC",
              &on_)
        .Fills("effective_date");
    arguments.Text("as-of", kAsOfHelp, &as_of_).Fills("as_of");
  }

  template <typename Request>
  absl::Status Fill(Request& request) const {
    ROLLCALL_RETURN_IF_ERROR(CheckDate("--on", on_));
    request.set_effective_date(on_);
    return SetAsOf(as_of_, request);
  }

  const std::string& as_of() const { return as_of_; }

 private:
  std::string on_;
  std::string as_of_;
};

}  // namespace rollcall::cli
