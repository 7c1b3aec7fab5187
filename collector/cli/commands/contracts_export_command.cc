#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/cli/commands.h"
#include "collector/cli/contract_name.h"
#include "collector/cli/new_file.h"
#include "collector/cli/pages.h"
#include "collector/cli/session.h"
#include "collector/cli/times.h"
#include "collector/cli/values.h"
#include "collector/cli/views/contract_view.h"
#include "common/status.h"
#include "rollcall/v1/contract_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

constexpr int kAllLines = 0;

// A file and how many lines of contracts are in it.
struct Export {
  std::string content;
  int lines = 0;
};

// The document that components are of; they are JSON already.
std::string BomOf(const v1::ExportEntitlementsResponse& response) {
  const std::string components = absl::StrJoin(response.components(), ",\n");
  return absl::StrCat(
      R"({"bomFormat":"CycloneDX","specVersion":"1.6","version":1,)",
      R"("components":[)",
      components.empty() ? "" : absl::StrCat("\n", components, "\n"), "]}\n");
}

class ContractsExportCommand final : public Command {
 public:
  absl::string_view name() const override { return "contracts export"; }
  absl::string_view summary() const override {
    return "Write purchased rights as CycloneDX, or as a file to import";
  }
  absl::string_view examples() const override {
    return "  rollcall contracts export --out=licences.cdx.json\n"
           "  rollcall contracts export --contract=C-2026-004 "
           "--date=2026-12-31\n"
           "  rollcall contracts export --format=csv --out=entitlements.csv\n"
           "\n"
           "Lines out of term on the day are written, too. A BOM has what "
           "CycloneDX has no word\n"
           "for as properties that begin with \"rollcall:\"; csv has the "
           "columns that `contracts\n"
           "import` reads without a mapping.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Text("format", "cyclonedx (1.6, JSON) or csv; default: cyclonedx",
                   &format_);
    arguments.Text("product", "Only this product, ignoring case", &product_)
        .Fills("product");
    arguments.Text("contract", "Only the contract with this number", &contract_)
        .Fills("contract_number");
    arguments.Text("date", kDayHelp, &date_).Fills("at.effective_date");
    arguments.Text("as-of", kAsOfHelp, &as_of_).Fills("at.as_of");
    arguments.Text("out", "The file to write; default: standard output", &out_);
    arguments.Flag("force", kForceHelp, &force_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    if (format_ != "cyclonedx" && format_ != "csv") {
      return absl::InvalidArgumentError("--format must be cyclonedx or csv");
    }
    ROLLCALL_RETURN_IF_ERROR(CheckDate("--date", date_));
    if (!out_.empty()) ROLLCALL_RETURN_IF_ERROR(CheckNoFile(out_, force_));
    ROLLCALL_ASSIGN_OR_RETURN(const Export made,
                              format_ == "csv" ? Csv(session) : Bom(session));
    if (out_.empty()) {
      session.PrintExactly(made.content);
      return ExitCode::kOk;
    }
    ROLLCALL_RETURN_IF_ERROR(WriteNewFile(out_, made.content, force_, 0644));
    session.Note(absl::StrCat("Wrote ", out_, ", ",
                              CountText(made.lines, "line", "lines"), "."));
    return ExitCode::kOk;
  }

 private:
  absl::StatusOr<Export> Bom(Session& session) const {
    v1::ExportEntitlementsRequest request;
    request.set_contract_number(contract_);
    request.set_product(product_);
    request.mutable_at()->set_effective_date(date_);
    ROLLCALL_RETURN_IF_ERROR(SetAsOf(as_of_, *request.mutable_at()));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::ContractService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(session, *stub,
                    &v1::ContractService::Stub::ExportEntitlements, request,
                    kAllLines,
                    &v1::ExportEntitlementsResponse::components_size));
    return Export{BomOf(response), response.components_size()};
  }

  absl::StatusOr<Export> Csv(Session& session) const {
    v1::ListEntitlementsRequest request;
    request.set_contract_number(contract_);
    request.set_product(product_);
    request.set_effective_date(date_);
    ROLLCALL_RETURN_IF_ERROR(SetAsOf(as_of_, request));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::ContractService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(session, *stub,
                    &v1::ContractService::Stub::ListEntitlements, request,
                    kAllLines,
                    &v1::ListEntitlementsResponse::entitlements_size));
    if (const int wider = CountWiderLines(response); wider > 0) {
      session.Note(absl::StrCat(
          CountText(wider, "line says", "lines say"),
          " more than these columns hold, such as packs, notes or an "
          "amendment; another store would not get it from this file. "
          "--format=cyclonedx has most of it."));
    }
    return Export{EntitlementFileCsv(response), response.entitlements_size()};
  }

  std::string format_ = "cyclonedx";
  std::string product_;
  std::string contract_;
  std::string date_;
  std::string as_of_;
  std::string out_;
  bool force_ = false;
};

}  // namespace

std::unique_ptr<Command> MakeContractsExportCommand() {
  return std::make_unique<ContractsExportCommand>();
}

}  // namespace rollcall::cli
