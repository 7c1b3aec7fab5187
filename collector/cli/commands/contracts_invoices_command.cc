#include <cstdint>
#include <numeric>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "collector/cli/commands.h"
#include "collector/cli/contract_name.h"
#include "collector/cli/enums.h"
#include "collector/cli/pages.h"
#include "collector/cli/session.h"
#include "collector/cli/times.h"
#include "collector/cli/views/invoice_view.h"
#include "common/status.h"
#include "rollcall/v1/contract_service.grpc.pb.h"
#include "rollcall/v1/invoice_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

// A number such as "80" or "2.5", of at most six decimals.
absl::Status ReadNumber(absl::string_view text, v1::Rational* number) {
  constexpr size_t kMaxDecimals = 6;
  constexpr size_t kMaxDigits = 18;
  const size_t point = text.find('.');
  const absl::string_view whole = text.substr(0, point);
  const absl::string_view decimals =
      point == absl::string_view::npos ? "" : text.substr(point + 1);
  const std::string digits = absl::StrCat(whole, decimals);
  int64_t scaled = 0;
  if (whole.empty() || decimals.size() > kMaxDecimals ||
      (point != absl::string_view::npos && decimals.empty()) ||
      digits.size() > kMaxDigits ||
      digits.find_first_not_of("0123456789") != std::string::npos ||
      !absl::SimpleAtoi(digits, &scaled)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--used: \"", text,
        "\" is not a number such as 80 or 2.5, of at most six decimals"));
  }
  // What may mean one thousand and two hundred elsewhere.
  if (decimals.size() == 3 && whole.size() <= 3 && whole[0] != '0') {
    return absl::InvalidArgumentError(
        absl::StrCat("--used: \"", text, "\" may mean ", digits, " or ", text,
                     "; write it without a point, or with four decimals"));
  }
  int64_t unit = 1;
  for (size_t i = 0; i < decimals.size(); ++i) unit *= 10;
  const int64_t divisor = std::gcd(scaled, unit);
  number->set_numerator(scaled / divisor);
  number->set_denominator(unit / divisor);
  return absl::OkStatus();
}

class ContractsInvoicesCommand final : public Command {
 public:
  absl::string_view name() const override { return "contracts invoices"; }
  absl::string_view summary() const override {
    return "Check invoices against contracts";
  }
  absl::string_view examples() const override {
    return "  rollcall contracts invoices\n"
           "  rollcall contracts invoices --contract=C-2026-004 --output=csv\n"
           "  rollcall contracts invoices --kind=after-end --state=found\n"
           "  rollcall contracts invoices --kind=rebate-missing "
           "--used=ENTITLEMENT:80\n"
           "\n"
           "What cannot be told is listed, too: not-decidable says which fact "
           "is missing,\n"
           "not-comparable why. --used says how much of an order's line is in "
           "use, for rebates\n"
           "on what is not; ENTITLEMENT is the line's id, as --output=csv has "
           "it.\n"
           "With --date, --used is of that day: only invoices that bill it are "
           "compared.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Text("vendor", "Only of this vendor, ignoring case", &vendor_)
        .Fills("vendor");
    arguments.Text("invoice", "Only the invoice with this number", &invoice_)
        .Fills("invoice_number");
    arguments
        .Text("contract",
              "Only what is compared with the contract of this number",
              &contract_)
        .Fills("contract_number");
    arguments
        .Text("kind",
              absl::StrCat("Only of this kind: ",
                           EnumWords(v1::InvoiceFinding::Kind_descriptor())),
              &kind_)
        .Fills("kind");
    arguments
        .Text("state",
              absl::StrCat("Only in this state: ",
                           EnumWords(v1::InvoiceFinding::State_descriptor())),
              &state_)
        .Fills("state");
    arguments
        .Texts("used",
               "ID:NUMBER, how much of a line is in use; may be repeated",
               &used_)
        .Fills("uses");
    arguments
        .Text("date", "Invoices up to this day; default: today, UTC", &date_)
        .Fills("at.effective_date");
    arguments.Text("as-of", kAsOfHelp, &as_of_).Fills("at.as_of");
    arguments.Number("limit", kLimitHelp, 1, kMaxLimit, &limit_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::ListInvoiceFindingsRequest request;
    ROLLCALL_RETURN_IF_ERROR(Fill(request));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::InvoiceService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(session, *stub,
                    &v1::InvoiceService::Stub::ListInvoiceFindings, request,
                    session.LimitOf(limit_),
                    &v1::ListInvoiceFindingsResponse::findings_size));
    ROLLCALL_RETURN_IF_ERROR(session.Print(
        response, InvoiceFindingsTable, InvoiceFindingsCsv,
        response.findings().empty() && AreNoneKnown(session, request)
            ? "No invoice is known, so that nothing was compared. Import "
              "invoices: rollcall contracts mappings lists how."
            : "Nothing was found."));
    return ExitCode::kOk;
  }

 private:
  // Whether there is no invoice that could be right or wrong: "nothing was
  // found" would say that there is.
  static bool AreNoneKnown(Session& session,
                           const v1::ListInvoiceFindingsRequest& about) {
    v1::ListContractObjectsRequest request;
    request.set_kind(v1::CONTRACT_OBJECT_KIND_INVOICE_LINE);
    request.set_first_part(about.vendor());
    *request.mutable_at() = about.at();
    request.set_page_size(1);
    const auto stub = session.Stub<v1::ContractService>();
    if (!stub.ok()) return false;
    const auto invoices = session.Call(
        **stub, &v1::ContractService::Stub::ListContractObjects, request);
    return invoices.ok() && invoices->objects().empty();
  }

  absl::Status Fill(v1::ListInvoiceFindingsRequest& request) const {
    request.set_vendor(vendor_);
    request.set_invoice_number(invoice_);
    request.set_contract_number(contract_);
    if (!kind_.empty()) {
      ROLLCALL_ASSIGN_OR_RETURN(
          const auto kind, ReadEnum<v1::InvoiceFinding::Kind>("--kind", kind_));
      request.set_kind(kind);
    }
    if (!state_.empty()) {
      ROLLCALL_ASSIGN_OR_RETURN(
          const auto state,
          ReadEnum<v1::InvoiceFinding::State>("--state", state_));
      request.set_state(state);
    }
    for (const std::string& text : used_) {
      const size_t colon = text.find(':');
      if (colon == std::string::npos) {
        return absl::InvalidArgumentError(absl::StrCat(
            "--used is \"", text, "\"; write ID:NUMBER, for example ",
            "0123456789abcdef0123456789abcdef:80"));
      }
      v1::LineUse& use = *request.add_uses();
      use.set_entitlement_id(text.substr(0, colon));
      ROLLCALL_RETURN_IF_ERROR(
          ReadNumber(text.substr(colon + 1), use.mutable_used()));
    }
    return FillMoment("--date", date_, "--as-of", as_of_,
                      *request.mutable_at());
  }

  std::string vendor_;
  std::string invoice_;
  std::string contract_;
  std::string kind_;
  std::string state_;
  std::vector<std::string> used_;
  std::string date_;
  std::string as_of_;
  int limit_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakeContractsInvoicesCommand() {
  return std::make_unique<ContractsInvoicesCommand>();
}

}  // namespace rollcall::cli
