#include "collector/cli/commands.h"
#include "collector/cli/pages.h"
#include "collector/cli/session.h"
#include "collector/cli/views/mapping_view.h"
#include "common/status.h"
#include "rollcall/v1/contract_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

class ContractsMappingsCommand final : public Command {
 public:
  absl::string_view name() const override { return "contracts mappings"; }
  absl::string_view summary() const override {
    return "List the files that can be imported, and how each is read";
  }
  absl::string_view examples() const override {
    return "  rollcall contracts mappings\n"
           "  rollcall contracts mappings --show=snow-licence\n"
           "  rollcall contracts mappings --output=csv\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Text("show", "Only this one, with its columns and conversions",
                   &show_);
    arguments.Number("limit", kLimitHelp, 1, kMaxLimit, &limit_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::ContractService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        auto response,
        FollowPages(session, *stub, &v1::ContractService::Stub::ListMappings,
                    v1::ListMappingsRequest(),
                    show_.empty() ? session.LimitOf(limit_) : kMaxLimit,
                    &v1::ListMappingsResponse::mappings_size));
    if (!show_.empty()) {
      for (int i = response.mappings_size() - 1; i >= 0; --i) {
        if (response.mappings(i).name() == show_) continue;
        response.mutable_mappings()->DeleteSubrange(i, 1);
      }
      if (response.mappings().empty()) {
        return absl::NotFoundError("no mapping has that name");
      }
    }
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, show_.empty() ? MappingTable : MappingText,
                      MappingCsv, "There is no mapping."));
    return ExitCode::kOk;
  }

 private:
  std::string show_;
  int limit_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakeContractsMappingsCommand() {
  return std::make_unique<ContractsMappingsCommand>();
}

}  // namespace rollcall::cli
