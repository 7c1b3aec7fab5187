// The commands that ask the store about itself: a question each, without
// arguments.
#include "collector/cli/commands.h"
#include "collector/cli/session.h"
#include "collector/cli/views/store_view.h"
#include "common/status.h"
#include "rollcall/v1/store_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

using StoreStub = v1::StoreService::Stub;

ExitCode OkIfAllAgrees(const v1::CheckStoreResponse& response) {
  for (const v1::StoreCheck& check : response.checks()) {
    if (check.difference_count() > 0) return ExitCode::kNegative;
  }
  return ExitCode::kOk;
}

template <typename Request, typename Response>
struct Question {
  const char* name;
  const char* summary;
  const char* examples;
  grpc::Status (StoreStub::*method)(grpc::ClientContext*, const Request&,
                                    Response*);
  std::string (*table)(const Response& response, int width);
  std::string (*csv)(const Response& response);
  ExitCode (*exit_code)(const Response& response);
};

template <typename Request, typename Response>
class StoreCommand final : public Command {
 public:
  explicit StoreCommand(const Question<Request, Response>& question)
      : question_(question) {}

  absl::string_view name() const override { return question_.name; }
  absl::string_view summary() const override { return question_.summary; }
  absl::string_view examples() const override { return question_.examples; }
  void Declare(Arguments& /*arguments*/) override {}

  absl::StatusOr<ExitCode> Run(Session& session) override {
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::StoreService>());
    ROLLCALL_ASSIGN_OR_RETURN(const Response response,
                              session.Call(*stub, question_.method, Request()));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, question_.table, question_.csv, ""));
    return question_.exit_code(response);
  }

 private:
  const Question<Request, Response> question_;
};

}  // namespace

std::unique_ptr<Command> MakeStoreShowCommand() {
  using Asked = StoreCommand<v1::GetStoreRequest, v1::GetStoreResponse>;
  return std::make_unique<Asked>(
      Question<v1::GetStoreRequest, v1::GetStoreResponse>{
          "store show", "Show what the collector's store is",
          "  rollcall store show\n", &StoreStub::GetStore, StoreTable, StoreCsv,
          [](const v1::GetStoreResponse&) { return ExitCode::kOk; }});
}

std::unique_ptr<Command> MakeStoreCheckCommand() {
  using Asked = StoreCommand<v1::CheckStoreRequest, v1::CheckStoreResponse>;
  return std::make_unique<Asked>(
      Question<v1::CheckStoreRequest, v1::CheckStoreResponse>{
          "store check", "Recompute what the store derives, and compare",
          "  rollcall store check --timeout=3600\n", &StoreStub::CheckStore,
          StoreChecksTable, StoreChecksCsv, OkIfAllAgrees});
}

std::unique_ptr<Command> MakeStoreRebuildCommand() {
  using Asked =
      StoreCommand<v1::RebuildPostingsRequest, v1::RebuildPostingsResponse>;
  return std::make_unique<Asked>(
      Question<v1::RebuildPostingsRequest, v1::RebuildPostingsResponse>{
          "store rebuild",
          "Make the postings anew; questions are answered meanwhile",
          "  rollcall store rebuild --timeout=3600\n",
          &StoreStub::RebuildPostings, RebuiltTable, RebuiltCsv,
          [](const v1::RebuildPostingsResponse&) { return ExitCode::kOk; }});
}

}  // namespace rollcall::cli
