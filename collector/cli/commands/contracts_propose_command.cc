#include "absl/strings/str_cat.h"
#include "collector/cli/argument_file.h"
#include "collector/cli/commands.h"
#include "collector/cli/pending_overlaps.h"
#include "collector/cli/session.h"
#include "collector/cli/views/change_view.h"
#include "common/status.h"
#include "google/protobuf/util/json_util.h"
#include "rollcall/v1/contract_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

// What the collector takes.
constexpr size_t kMaxFileBytes = 32 << 20;

class ContractsProposeCommand final : public Command {
 public:
  absl::string_view name() const override { return "contracts propose"; }
  absl::string_view summary() const override {
    return "Propose changes to contracts, orders, ... from a JSON file";
  }
  absl::string_view examples() const override {
    return "  rollcall contracts propose changes.json\n"
           "  rollcall contracts propose changes.json --reason=\"amendment "
           "2\"\n"
           "\n"
           "The file is a rollcall.v1.ProposeChangesRequest, for example:\n"
           "  {\"reason\": \"a new vendor\",\n"
           "   \"changes\": [{\"action\": \"ACTION_SET\",\n"
           "                \"object\": {\"vendor\": {\"name\": \"Quayside "
           "Systems\"}}}]}\n"
           "`contracts show --output=json` writes objects in the same form. "
           "Invoices, audits and\n"
           "reviews take effect at once; all else awaits procurement and "
           "itam.\n"
           "ACTION_SET says all that is known of the object from its day on: "
           "a field that is left\n"
           "out is gone, and `changes show` has it as \"-> nothing\".\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("FILE", "The JSON file", &path_);
    arguments.Text("reason",
                   "Why, for those who approve it; instead of the file's",
                   &reason_);
    arguments.Text("request-id",
                   "A name of yours for this proposal: repeated with it, it is "
                   "proposed once; instead of the file's",
                   &request_id_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::ProposeChangesRequest request;
    ROLLCALL_RETURN_IF_ERROR(Read(request));
    if (!reason_.empty()) request.set_reason(reason_);
    if (!request_id_.empty()) request.set_request_id(request_id_);
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::ContractService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        session.Call(*stub, &v1::ContractService::Stub::ProposeChanges,
                     request));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, ProposedText, ProposedCsv, ""));
    const v1::ChangeSet& change_set = response.change_set();
    if (change_set.state() == v1::ChangeSet::STATE_PROPOSED) {
      NoteOverlaps(session, change_set.change_set_id());
    }
    return ExitCode::kOk;
  }

 private:
  // INVALID_ARGUMENT, with the place, for what is no such request.
  absl::Status Read(v1::ProposeChangesRequest& request) const {
    ROLLCALL_ASSIGN_OR_RETURN(const std::string content,
                              ReadArgumentFile(path_, kMaxFileBytes));
    const auto parsed =
        google::protobuf::util::JsonStringToMessage(content, &request);
    if (parsed.ok()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat(path_, ": ", std::string(parsed.message())));
  }

  std::string path_;
  std::string reason_;
  std::string request_id_;
};

}  // namespace

std::unique_ptr<Command> MakeContractsProposeCommand() {
  return std::make_unique<ContractsProposeCommand>();
}

}  // namespace rollcall::cli
