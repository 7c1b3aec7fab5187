#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "collector/cli/change_id.h"
#include "collector/cli/commands.h"
#include "collector/cli/session.h"
#include "common/hash.h"
#include "common/status.h"
#include "rollcall/v1/change_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

using ChangeStub = v1::ChangeService::Stub;

class ChangesDifferenceCommand final : public Command {
 public:
  absl::string_view name() const override { return "changes difference"; }
  absl::string_view summary() const override {
    return "Print the text whose SHA-256 is a change-set's digest";
  }
  absl::string_view examples() const override {
    return "  rollcall changes difference 4f1c9a02be77\n"
           "  rollcall changes difference 4f1c9a02be77 | sha256sum\n"
           "\n"
           "The text is what approvals and the ledger name by its digest. It "
           "is "
           "printed as it is,\n"
           "whatever --output says; on a terminal, what that would take for a "
           "command is escaped.\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Positional("ID", kChangeSetHelp, &id_).Fills("change_set_id");
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::ChangeService>());
    v1::GetChangeSetRequest asked;
    asked.set_change_set_id(id_);
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto about,
        session.Call(*stub, &ChangeStub::GetChangeSet, asked));
    const v1::ChangeSet& change_set = about.change_set();
    Sha256 hash;
    ROLLCALL_ASSIGN_OR_RETURN(
        const std::string told,
        PrintText(session, *stub, change_set.change_set_id(), hash));
    ROLLCALL_RETURN_IF_ERROR(
        Check(absl::BytesToHexString(hash.Finish()), told));
    return CheckApplied(change_set, told);
  }

 private:
  static constexpr int kPage = 1'000;

  // Prints and hashes the text page by page. Returns the digest that the
  // collector tells.
  static absl::StatusOr<std::string> PrintText(const Session& session,
                                               ChangeStub& stub,
                                               const std::string& change_set_id,
                                               Sha256& hash) {
    const auto print = [&](const std::string& text) {
      session.PrintExactly(text);
      hash.Update(text);
    };
    v1::ListDifferencesRequest request;
    request.set_change_set_id(change_set_id);
    request.set_page_size(kPage);
    while (true) {
      ROLLCALL_ASSIGN_OR_RETURN(
          const auto page,
          session.Call(stub, &ChangeStub::ListDifferences, request));
      if (request.page_token().empty()) {
        print(absl::StrCat("rollcall difference of change-set ", change_set_id,
                           "\n"));
      }
      for (const v1::ObjectDifference& object : page.differences()) {
        print(absl::StrCat(object.text(), "\n"));
      }
      if (page.next_page_token().empty()) return page.digest();
      if (page.next_page_token() == request.page_token()) {
        return absl::InternalError("the collector repeats a page; ask again");
      }
      request.set_page_token(page.next_page_token());
    }
  }

  static absl::Status Check(const std::string& computed,
                            const std::string& told) {
    if (computed == told) return absl::OkStatus();
    return absl::InternalError(
        absl::StrCat("the SHA-256 of the text is ", computed,
                     ", and the collector says that it is ", told,
                     "\nApprove nothing by either; the collector or what is "
                     "between has a fault."));
  }

  // What took effect is what was agreed to.
  static absl::StatusOr<ExitCode> CheckApplied(const v1::ChangeSet& change_set,
                                               const std::string& digest) {
    const std::string& applied = change_set.applied_digest();
    if (applied.empty() || applied == digest) return ExitCode::kOk;
    return absl::InternalError(absl::StrCat(
        "the SHA-256 of the text is ", digest,
        ", and the change-set took effect as one that comes to ", applied));
  }

  std::string id_;
};

}  // namespace

std::unique_ptr<Command> MakeChangesDifferenceCommand() {
  return std::make_unique<ChangesDifferenceCommand>();
}

}  // namespace rollcall::cli
