#include "absl/strings/str_cat.h"
#include "collector/cli/commands.h"
#include "collector/cli/pages.h"
#include "collector/cli/session.h"
#include "collector/cli/times.h"
#include "collector/cli/values.h"
#include "collector/cli/views/position_view.h"
#include "common/status.h"
#include "rollcall/v1/reconciliation_service.grpc.pb.h"

namespace rollcall::cli {
namespace {

using ReconciliationStub = v1::ReconciliationService::Stub;

class PositionCommand final : public Command {
 public:
  absl::string_view name() const override { return "position"; }
  absl::string_view summary() const override {
    return "Compare what was bought with what is used";
  }
  absl::string_view examples() const override {
    return "  rollcall position\n"
           "  rollcall position --date=2026-12-31 --fail-on-shortfall\n"
           "  rollcall position --as-of=2026-03-31 --date=2026-03-31 "
           "--output=csv\n"
           "  rollcall position explain PostgreSQL\n";
  }
  void Declare(Arguments& arguments) override {
    arguments.Text("product", "Only this product, ignoring case", &product_)
        .Fills("product");
    arguments.Text("date", kDateHelp, &date_).Fills("effective_date");
    arguments.Text("as-of", kAsOfHelp, &as_of_).Fills("as_of");
    arguments.Flag("fail-on-shortfall",
                   "End with exit code 1 if any product listed is not covered",
                   &fail_on_shortfall_);
    arguments.Number("limit", kLimitHelp, 1, kMaxLimit, &limit_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::ListPositionsRequest request;
    request.set_product(product_);
    // A verdict over all of them needs all of them.
    if (fail_on_shortfall_ && limit_ != 0) {
      return absl::InvalidArgumentError(
          "--fail-on-shortfall looks at every position: leave out --limit");
    }
    ROLLCALL_RETURN_IF_ERROR(CheckDate("--date", date_));
    request.set_effective_date(date_);
    ROLLCALL_RETURN_IF_ERROR(SetAsOf(as_of_, request));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::ReconciliationService>());
    const int limit = fail_on_shortfall_ ? 0 : session.LimitOf(limit_);
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(session, *stub, &ReconciliationStub::ListPositions, request,
                    limit, &v1::ListPositionsResponse::positions_size));
    if (fail_on_shortfall_ && response.positions().empty()) {
      return NothingToJudge(response);
    }
    ROLLCALL_RETURN_IF_ERROR(session.Print(
        response, PositionsTable, PositionsCsv,
        EmptyWords(as_of_, product_.empty()
                               ? "No positions yet. Import contracts (rollcall "
                                 "contracts import FILE), or install an agent."
                               : "The product is neither bought nor used.")));
    return fail_on_shortfall_ && AnyNotCovered(response) ? ExitCode::kNegative
                                                         : ExitCode::kOk;
  }

 private:
  // A name that is misspelt is no proof of cover, nor is an empty store.
  absl::Status NothingToJudge(const v1::ListPositionsResponse& response) const {
    const std::string what =
        product_.empty() ? "no product"
                         : absl::StrCat("no product \"", product_, "\"");
    return absl::NotFoundError(
        absl::StrCat(what, " is bought or used on ", response.effective_date(),
                     ", as known at ", ExactTimeText(response.as_of()),
                     ": nothing shows that all is covered"));
  }

  std::string product_;
  std::string date_;
  std::string as_of_;
  bool fail_on_shortfall_ = false;
  int limit_ = 0;
};

class PositionExplainCommand final : public Command {
 public:
  absl::string_view name() const override { return "position explain"; }
  absl::string_view summary() const override {
    return "Show what makes up one position: lines, devices, packages";
  }
  absl::string_view examples() const override {
    return "  rollcall position explain PostgreSQL\n"
           "  rollcall position explain PostgreSQL --metric=core "
           "--output=json\n";
  }
  void Declare(Arguments& arguments) override {
    arguments
        .Positional("PRODUCT", "The product's name, ignoring case", &product_)
        .Fills("product");
    arguments
        .Text("publisher",
              "The publisher, where several have a product of this name",
              &publisher_)
        .Fills("publisher");
    arguments
        .Text("metric", "Which metric, where the product has several", &metric_)
        .Fills("metric");
    arguments.Text("date", kDateHelp, &date_).Fills("effective_date");
    arguments.Text("as-of", kAsOfHelp, &as_of_).Fills("as_of");
    arguments.Number("limit", kLimitHelp, 1, kMaxLimit, &limit_);
  }

  absl::StatusOr<ExitCode> Run(Session& session) override {
    v1::ExplainPositionRequest request;
    request.set_product(product_);
    request.set_publisher(publisher_);
    request.set_metric(metric_);
    ROLLCALL_RETURN_IF_ERROR(CheckDate("--date", date_));
    request.set_effective_date(date_);
    ROLLCALL_RETURN_IF_ERROR(SetAsOf(as_of_, request));
    ROLLCALL_ASSIGN_OR_RETURN(const auto stub,
                              session.Stub<v1::ReconciliationService>());
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto response,
        FollowPages(session, *stub, &ReconciliationStub::ExplainPosition,
                    request, session.LimitOf(limit_),
                    &v1::ExplainPositionResponse::consumptions_size));
    ROLLCALL_RETURN_IF_ERROR(
        session.Print(response, ExplanationTable, ExplanationCsv, ""));
    return ExitCode::kOk;
  }

 private:
  std::string product_;
  std::string publisher_;
  std::string metric_;
  std::string date_;
  std::string as_of_;
  int limit_ = 0;
};

}  // namespace

std::unique_ptr<Command> MakePositionCommand() {
  return std::make_unique<PositionCommand>();
}

std::unique_ptr<Command> MakePositionExplainCommand() {
  return std::make_unique<PositionExplainCommand>();
}

}  // namespace rollcall::cli
