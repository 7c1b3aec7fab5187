#include <cstdint>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "collector/cli/argument_file.h"
#include "collector/cli/change_id.h"
#include "collector/cli/commands.h"
#include "collector/cli/session.h"
#include "collector/cli/views/import_view.h"
#include "common/status.h"
#include "rollcall/v1/contract_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

constexpr size_t kMaxLineBytes = 64 << 10;

class ContractsRepairCommand final : public Command {
 public:
  absl::string_view name() const override { return "contracts repair"; }
  absl::string_view summary() const override {
    return "Correct a line that an import kept aside, or discard it";
  }
  absl::string_view examples() const override {
    return "  rollcall contracts repair 4f1c9a02be77 17 "
           "--content='C-1,Acme,Redis,Redis,core,16,2026-01-01,PO-7,1'\n"
           "  rollcall contracts repair 4f1c9a02be77 17 --file=line.csv\n"
           "  rollcall contracts repair 4f1c9a02be77 17 --discard "
           "--reason=\"bought twice\"\n"
           "\n"
           "The line has the columns of its file, without the header: "
           "`rollcall contracts\nquarantine --output=json` shows both. It is "
           "proposed as a change-set of its own.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments
        .Positional("CHANGE-SET",
                    absl::StrCat("Which one kept it: ", kChangeSetHelp),
                    &change_set_)
        .Fills("change_set_id");
    arguments.Positional("LINE", "Its line in the file", &line_).Fills("line");
    arguments.Text("content", "The corrected line, as CSV", &content_);
    arguments.Text("file", "A file with the corrected line", &file_);
    arguments.Flag("discard", "The line is not wanted", &discard_);
    arguments.Text("reason", "Why", &reason_).Fills("reason");
    arguments
        .Text("request-id",
              "A name of yours for this repair: repeated with it, the "
              "repair happens once",
              &request_id_)
        .Fills("request_id");
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::RepairQuarantinedLineRequest request;
    ROLLCALL_RETURN_IF_ERROR(Fill(request));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::ContractService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        session.Call(*stub, &v1::ContractService::Stub::RepairQuarantinedLine,
                     request));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, RepairTable, RepairCsv, ""));
    return response.import().error_count() > 0 ? ExitCode::kNegative
                                               : ExitCode::kOk;
  }

 private:
  absl::Status Fill(v1::RepairQuarantinedLineRequest& request) const {
    int32_t line = 0;
    if (!absl::SimpleAtoi(line_, &line) || line < 1) {
      return absl::InvalidArgumentError("LINE must be a number, from 1");
    }
    const int given = (content_.empty() ? 0 : 1) + (file_.empty() ? 0 : 1) +
                      (discard_ ? 1 : 0);
    if (given != 1) {
      return absl::InvalidArgumentError(
          "give one of --content, --file and --discard");
    }
    request.set_change_set_id(change_set_);
    request.set_line(line);
    request.set_content(content_);
    request.set_discard(discard_);
    request.set_reason(reason_);
    request.set_request_id(request_id_);
    if (file_.empty()) return absl::OkStatus();
    ROLLCALL_ASSIGN_OR_RETURN(const std::string text,
                              ReadArgumentFile(file_, kMaxLineBytes));
    request.set_content(
        std::string(absl::StripSuffix(absl::StripSuffix(text, "\n"), "\r")));
    if (request.content().empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(file_, ": the file is empty"));
    }
    return absl::OkStatus();
  }

  std::string change_set_;
  std::string line_;
  std::string content_;
  std::string file_;
  bool discard_ = false;
  std::string reason_;
  std::string request_id_;
};

}  // namespace

std::unique_ptr<Command> MakeContractsRepairCommand() {
  return std::make_unique<ContractsRepairCommand>();
}

}  // namespace rollcall::cli
