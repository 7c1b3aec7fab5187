#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "collector/cli/commands.h"
#include "collector/cli/import.h"
#include "collector/cli/pending_overlaps.h"
#include "collector/cli/session.h"
#include "collector/cli/times.h"
#include "collector/cli/views/import_view.h"
#include "common/status.h"
#include "rollcall/v1/contract_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

using Defaults = google::protobuf::Map<std::string, std::string>;

// Reads "FIELD=VALUE" texts.
absl::Status ReadDefaults(const std::vector<std::string>& texts,
                          Defaults& defaults) {
  for (const std::string& text : texts) {
    const size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      return absl::InvalidArgumentError(
          "--default: write FIELD=VALUE, for example vendor=Acme");
    }
    const std::string field = text.substr(0, equals);
    if (defaults.contains(field)) {
      return absl::InvalidArgumentError(
          absl::StrCat("--default: ", field, " is given twice"));
    }
    defaults[field] = text.substr(equals + 1);
  }
  return absl::OkStatus();
}

class ContractsImportCommand final : public Command {
 public:
  absl::string_view name() const override { return "contracts import"; }
  absl::string_view summary() const override {
    return "Propose purchased rights, contracts, ... from a CSV file";
  }
  absl::string_view examples() const override {
    return "  rollcall contracts import contracts.csv --dry-run\n"
           "  rollcall contracts import contracts.csv\n"
           "  rollcall contracts import contracts.csv --quarantine\n"
           "  rollcall contracts import contracts.csv --new-contracts "
           "--reason=\"Q3 orders\"\n"
           "  rollcall contracts import amended.csv "
           "--effective-date=2026-07-01\n"
           "  rollcall contracts import snow.csv --mapping=snow-licence "
           "--default=vendor=Acme\n"
           "  rollcall contracts import licences.cdx.json "
           "--mapping=cyclonedx\n"
           "\n"
           "Columns: contract number, vendor, publisher, product, version, "
           "edition, metric,\n"
           "quantity, start date, end date, unit price, currency, purchase "
           "order, "
           "line, organisation unit; or those of --mapping, which `rollcall "
           "contracts mappings`\nlists.\n"
           "A file with a bad line changes nothing, unless --quarantine keeps "
           "such lines aside.\n"
           "What it comes to takes effect once procurement and itam approved "
           "it: see `rollcall\n"
           "changes show` and `rollcall changes approve`.\n";
  }
  void Declare(Arguments& arguments) override {
    import_.Declare(arguments);
    arguments
        .Text("effective-date",
              "From when on the lines are so, as by an amendment; default: "
              "they always were, and what was known is corrected",
              &effective_date_)
        .Fills("effective_date");
    arguments.Flag("new-contracts",
                   "Propose vendors and contracts that the lines name and "
                   "nobody knows, too; else such lines are bad",
                   &new_contracts_);
    arguments
        .Text("mapping",
              "How the file is read, where it has the columns of another "
              "product or is of something else",
              &mapping_)
        .Fills("mapping");
    arguments
        .WholeTexts("default",
                    "FIELD=VALUE: what the file does not say, of all of its "
                    "lines; may be given several times",
                    &defaults_)
        .Fills("defaults");
    arguments.Text("reason", "Why, for those who approve it", &reason_)
        .Fills("reason");
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::ImportEntitlementsRequest request;
    ROLLCALL_RETURN_IF_ERROR(CheckDate("--effective-date", effective_date_));
    ROLLCALL_RETURN_IF_ERROR(import_.Fill(request));
    ROLLCALL_RETURN_IF_ERROR(CheckFormat(request.content()));
    request.set_effective_date(effective_date_);
    request.set_create_contracts(new_contracts_);
    request.set_reason(reason_);
    request.set_mapping(mapping_);
    ROLLCALL_RETURN_IF_ERROR(
        ReadDefaults(defaults_, *request.mutable_defaults()));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::ContractService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        import_.Send(session, *stub,
                     &v1::ContractService::Stub::ImportEntitlements, request));
    ROLLCALL_RETURN_IF_ERROR(import_.Print(
        session, response, EntitlementImportTable, EntitlementImportCsv));
    if (!response.applied()) NoteOverlaps(session, response.change_set_id());
    return ImportExitCode(response);
  }

 private:
  // INVALID_ARGUMENT for a document that is read as CSV, whose every line would
  // be an error.
  absl::Status CheckFormat(absl::string_view content) const {
    if (!mapping_.empty() ||
        !absl::StartsWith(absl::StripLeadingAsciiWhitespace(content), "{")) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(
        "the file is JSON, not CSV: --mapping=cyclonedx reads a document of "
        "CycloneDX, and `rollcall contracts propose` what says of itself "
        "which objects change");
  }

  ImportArguments import_;
  std::string effective_date_;
  bool new_contracts_ = false;
  std::string reason_;
  std::string mapping_;
  std::vector<std::string> defaults_;
};

}  // namespace

std::unique_ptr<Command> MakeContractsImportCommand() {
  return std::make_unique<ContractsImportCommand>();
}

}  // namespace rollcall::cli
