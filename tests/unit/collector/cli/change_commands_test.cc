#include "common/hash.h"
#include "rollcall/v1/change_service.grpc.pb.h"
#include "tests/support/proto_matchers.h"
#include "tests/unit/collector/cli/command_fixture.h"

namespace rollcall::cli {
namespace {

using ::rollcall::testing::EqualsText;
using ::rollcall::testing::FromText;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kId[] = "00112233445566778899aabbccddeeff";

const std::string& Digest() {
  static const auto* const digest = new std::string(64, 'd');
  return *digest;
}

// One change-set, and what it changes on two pages.
class FakeChangeService final : public v1::ChangeService::Service {
 public:
  FakeChangeService() {
    about = FromText<v1::GetChangeSetResponse>(
        "change_set { kind: KIND_CONTRACTS state: STATE_PROPOSED "
        "  proposed_by: 'ada' proposed_time { seconds: 60 } "
        "  reason: '=x()\\033[2J' file_name: 'c.csv' file_sha256: 'f00d' "
        "  added_count: 1 changed_count: 1 "
        "  approvals { principal: 'una' role: ROLE_PROCUREMENT "
        "    time { seconds: 120 } comment: 'as offered' } "
        "  approvals { principal: 'ivo' role: ROLE_ITAM "
        "    time { seconds: 120 } lapse_reason: 'moved since: PO-7' } } "
        "awaited { roles: ROLE_PROCUREMENT approved_by: 'una' } "
        "awaited { roles: ROLE_ITAM }");
    about.mutable_change_set()->set_change_set_id(kId);
    about.set_digest(Digest());
    first = FromText<v1::ObjectDifference>(
        "kind: 'entitlement' name: 'C-1 / PO-7 / 3' object_id: 'e1' "
        "outcome: OUTCOME_ADDED text: 'text of the first\\n  line' "
        "fields { field: 'quantity' after: '10' }");
    second = FromText<v1::ObjectDifference>(
        "kind: 'contract' name: 'C-2\\033[2J' object_id: 'c2' "
        "outcome: OUTCOME_CHANGED effective_date: '2026-01-01' "
        "text: 'text of the second' "
        "fields { field: 'title' before: 'a \"b\"\\nc' after: 'd' } "
        "fields { field: 'currency' after: 'EUR' }");
  }

  grpc::Status ListChangeSets(grpc::ServerContext*,
                              const v1::ListChangeSetsRequest* request,
                              v1::ListChangeSetsResponse* response) override {
    listed = *request;
    if (!any) return grpc::Status::OK;
    v1::ChangeSet& open = *response->add_change_sets();
    open = about.change_set();
    // A list does not tell lapses.
    for (v1::Approval& given : *open.mutable_approvals()) {
      given.clear_lapse_reason();
    }
    v1::ChangeSet& old = *response->add_change_sets();
    old.set_change_set_id("ffeeddccbbaa99887766554433221100");
    old.set_kind(v1::ChangeSet::KIND_REGISTER_IMPORT);
    old.set_state(v1::ChangeSet::STATE_APPLIED);
    return grpc::Status::OK;
  }
  grpc::Status GetChangeSet(grpc::ServerContext*,
                            const v1::GetChangeSetRequest* request,
                            v1::GetChangeSetResponse* response) override {
    ++gets;
    asked = *request;
    *response = about;
    return grpc::Status::OK;
  }
  grpc::Status ListDifferences(grpc::ServerContext*,
                               const v1::ListDifferencesRequest* request,
                               v1::ListDifferencesResponse* response) override {
    if (!differences_status.ok()) return differences_status;
    const bool is_first = request->page_token().empty();
    *response->add_differences() = is_first ? first : second;
    if (is_first) response->set_next_page_token("second");
    response->set_digest(differences_digest);
    return grpc::Status::OK;
  }
  grpc::Status PreviewChangeSet(
      grpc::ServerContext*, const v1::PreviewChangeSetRequest* request,
      v1::PreviewChangeSetResponse* response) override {
    ++previews;
    previewed = *request;
    *response = preview;
    return preview_status;
  }
  grpc::Status ApproveChangeSet(
      grpc::ServerContext*, const v1::ApproveChangeSetRequest* request,
      v1::ApproveChangeSetResponse* response) override {
    ++approvals;
    approved = *request;
    *response = approval;
    return status;
  }
  grpc::Status RejectChangeSet(grpc::ServerContext*,
                               const v1::RejectChangeSetRequest* request,
                               v1::RejectChangeSetResponse* response) override {
    rejected = *request;
    *response->mutable_change_set() = about.change_set();
    response->mutable_change_set()->set_state(v1::ChangeSet::STATE_REJECTED);
    return status;
  }
  grpc::Status WithdrawChangeSet(
      grpc::ServerContext*, const v1::WithdrawChangeSetRequest* request,
      v1::WithdrawChangeSetResponse* response) override {
    withdrawn = *request;
    *response->mutable_change_set() = about.change_set();
    response->mutable_change_set()->set_state(v1::ChangeSet::STATE_WITHDRAWN);
    return status;
  }

  bool any = true;
  int gets = 0;
  int previews = 0;
  int approvals = 0;
  grpc::Status status;
  grpc::Status differences_status;
  grpc::Status preview_status;
  v1::GetChangeSetResponse about;
  v1::ObjectDifference first;
  v1::ObjectDifference second;
  std::string differences_digest = Digest();
  v1::PreviewChangeSetResponse preview;
  v1::ApproveChangeSetResponse approval;
  v1::ListChangeSetsRequest listed;
  v1::GetChangeSetRequest asked;
  v1::PreviewChangeSetRequest previewed;
  v1::ApproveChangeSetRequest approved;
  v1::RejectChangeSetRequest rejected;
  v1::WithdrawChangeSetRequest withdrawn;
};

class ChangeCommandsTest : public CommandTest<FakeChangeService> {
 protected:
  void AnswerApprovalWith(const char* text) {
    service_.approval = FromText<v1::ApproveChangeSetResponse>(text);
    service_.approval.mutable_change_set()->set_change_set_id(kId);
  }
};

TEST_F(ChangeCommandsTest, ListsWhatIsProposedAndWhomItAwaits) {
  EXPECT_EQ(Run({"changes", "list"}), ExitCode::kOk);
  EXPECT_THAT(
      out_.str(),
      AllOf(HasSubstr("001122334455  proposed  contracts"), HasSubstr("+1 ~1"),
            HasSubstr("  ada  "), HasSubstr("1970-01-01 00:01Z"),
            HasSubstr("una as procurement  itam  "), Not(HasSubstr("ivo")),
            HasSubstr("applied   register-import  nothing"),
            Not(HasSubstr("\x1b"))));
  EXPECT_THAT(service_.asked,
              EqualsText("change_set_id: '00112233445566778899aabbccddeeff'"));
  // What is in effect awaits nobody.
  EXPECT_EQ(service_.gets, 1);
}

TEST_F(ChangeCommandsTest, TheListTakesAStateAndAKind) {
  service_.any = false;
  EXPECT_EQ(Run({"changes", "list", "--state=proposed", "--kind=role-grant"}),
            ExitCode::kOk);
  EXPECT_EQ(service_.listed.state(), v1::ChangeSet::STATE_PROPOSED);
  EXPECT_EQ(service_.listed.kind(), v1::ChangeSet::KIND_ROLE_GRANT);
  EXPECT_EQ(out_.str(), "No change-set matches.\n");
  EXPECT_EQ(Run({"changes", "list"}), ExitCode::kOk);
  EXPECT_EQ(out_.str(), "Nothing was proposed yet.\n");
  EXPECT_EQ(Run({"changes", "list", "--state=open"}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(),
              HasSubstr("--state is \"open\"; it is one of proposed, applied"));
  EXPECT_EQ(Run({"changes", "list", "--kind=x"}), ExitCode::kUsage);
}

TEST_F(ChangeCommandsTest, TheListIsForProgramsToo) {
  EXPECT_EQ(Run({"changes", "list", "--output=csv"}), ExitCode::kOk);
  EXPECT_THAT(
      out_.str(),
      AllOf(StartsWith("change_set_id,state,kind,added_count,"),
            HasSubstr(std::string("\n") + kId + ",proposed,contracts,"),
            HasSubstr(",una as procurement,itam,"), HasSubstr("'=x()")));
  EXPECT_EQ(Run({"changes", "list", "--output=json"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr("\"STATE_PROPOSED\""));
}

TEST_F(ChangeCommandsTest, ShowsWhatThereIsToAgreeTo) {
  service_.preview = FromText<v1::PreviewChangeSetResponse>(
      "effective_dates: '2026-02-01' effective_dates: '2027-01-01' "
      "left_out_dates: '2028-01-01' left_out_date_count: 2 "
      "move_count: 2 moves { effective_date: '2027-01-01' publisher: 'PGDG' "
      "  product: 'PostgreSQL' metric: 'core' "
      "  entitled_after { value { numerator: 10 denominator: 1 } } "
      "  shortfall_before { value { numerator: 4 denominator: 1 } } "
      "  shortfall_after { value { numerator: 4 denominator: 1 } } "
      "  state_before: 'shortfall' state_after: 'covered' }");
  EXPECT_EQ(Run({"changes", "show", "001122", "--date=2026-02-01"}),
            ExitCode::kOk);
  EXPECT_THAT(service_.previewed,
              EqualsText("change_set_id: '00112233445566778899aabbccddeeff' "
                         "effective_date: '2026-02-01'"));
  EXPECT_THAT(
      out_.str(),
      AllOf(HasSubstr(kId), HasSubstr("1970-01-01 00:01Z by ada: =x()"),
            HasSubstr("1970-01-01T00:02:00Z by una as procurement: as offered"),
            HasSubstr("ivo as itam (does not count any more: moved since: "
                      "PO-7)"),
            HasSubstr("\nawaits          itam\n"), HasSubstr("f00d"),
            HasSubstr(Digest())));
  EXPECT_THAT(out_.str(), HasSubstr("\n"
                                    "+ entitlement C-1 / PO-7 / 3\n"
                                    "    quantity: \"10\"\n"));
  EXPECT_THAT(out_.str(), HasSubstr("[2J, from 2026-01-01 on\n"
                                    "    title: \"a \\\"b\\\"\\nc\" -> \"d\"\n"
                                    "    currency: nothing -> \"EUR\"\n"));
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("Positions that would move:\n"
                              "DAY         PUBLISHER  "),
                    HasSubstr("\n2027-01-01  PGDG       "),
                    HasSubstr("Compared on 2026-02-01, 2027-01-01. Not "
                              "compared, since they are too many: 2028-01-01, "
                              "... (2 days); --date=DAY compares one.\n"),
                    HasSubstr("none -> 10          4  shortfall -> covered\n"),
                    HasSubstr("... and 1 more\n"), Not(HasSubstr("\x1b"))));
}

TEST_F(ChangeCommandsTest, SaysOnWhichDaysNothingMoves) {
  service_.preview = FromText<v1::PreviewChangeSetResponse>(
      "effective_dates: '2026-02-01' effective_dates: '2027-01-01'");
  EXPECT_EQ(Run({"changes", "show", kId}), ExitCode::kOk);
  EXPECT_THAT(out_.str(),
              ::testing::EndsWith("\nNo position would move on any day "
                                  "compared.\n"
                                  "Compared on 2026-02-01, 2027-01-01.\n"));
}

TEST_F(ChangeCommandsTest, ShowsPositionsOnlyWhereSomethingIsToBeDecided) {
  EXPECT_EQ(Run({"changes", "show", kId, "--no-preview"}), ExitCode::kOk);
  service_.about.mutable_change_set()->set_kind(v1::ChangeSet::KIND_ROLE_GRANT);
  EXPECT_EQ(Run({"changes", "show", "001122"}), ExitCode::kOk);
  v1::ChangeSet& change_set = *service_.about.mutable_change_set();
  change_set.set_kind(v1::ChangeSet::KIND_CONTRACTS);
  change_set.set_state(v1::ChangeSet::STATE_APPLIED);
  change_set.set_applied_by("ivo");
  change_set.mutable_applied_time()->set_seconds(180);
  change_set.set_applied_digest(std::string(64, 'a'));
  service_.about.clear_digest();
  service_.about.clear_awaited();
  EXPECT_EQ(Run({"changes", "show", "001122"}), ExitCode::kOk);
  EXPECT_EQ(service_.previews, 0);
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("1970-01-01 00:03Z by ivo"),
                    HasSubstr(std::string(64, 'a')), Not(HasSubstr("awaits"))));
}

TEST_F(ChangeCommandsTest, ShowsWhichLineARepairIsOf) {
  service_.about.mutable_change_set()->set_repairs_change_set_id("b543");
  service_.about.mutable_change_set()->set_repairs_line(9);
  EXPECT_EQ(Run({"changes", "show", "001122"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr("line 9 of change-set b543"));
}

TEST_F(ChangeCommandsTest, ShowsWhyAChangeSetEnded) {
  v1::ChangeSet& change_set = *service_.about.mutable_change_set();
  change_set.set_state(v1::ChangeSet::STATE_REJECTED);
  change_set.set_ended_by("ivo");
  change_set.set_end_reason("PO-7 was cancelled");
  change_set.mutable_ended_time()->set_seconds(60);
  service_.about.clear_digest();
  EXPECT_EQ(Run({"changes", "show", "001122"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(),
              HasSubstr("1970-01-01 00:01Z by ivo: PO-7 was cancelled"));
}

TEST_F(ChangeCommandsTest, ShowsTheFirstDifferencesAndSaysThatThereAreMore) {
  EXPECT_EQ(Run({"changes", "show", kId, "--limit=1"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("+ entitlement"), Not(HasSubstr("currency"))));
  EXPECT_THAT(err_.str(), HasSubstr("--limit=N shows more"));
}

TEST_F(ChangeCommandsTest, ShowsWhichOtherProposalsAreAboutTheSame) {
  *service_.about.add_overlaps() = FromText<v1::PendingOverlap>(
      "change_set_id: '77777777777777777777777777777777' proposed_by: 'ivy' "
      "object_count: 7 names: 'vendor Acme' names: 'contract C-1'");
  service_.about.set_more_overlaps(true);
  EXPECT_EQ(Run({"changes", "show", "001122"}), ExitCode::kOk);
  EXPECT_TRUE(service_.asked.with_overlaps());
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("also changed by"),
                                HasSubstr("7 objects: vendor Acme, contract"),
                                HasSubstr("maybe others")));
  person_.str("n\n");
  EXPECT_EQ(Run({"changes", "approve", kId}), ExitCode::kNegative);
  EXPECT_THAT(err_.str(),
              HasSubstr("Also changed by pending change-set "
                        "77777777777777777777777777777777, proposed by ivy: "
                        "7 objects: vendor Acme, contract C-1, ..."));
}

TEST_F(ChangeCommandsTest, WhoIsAskedIsToldWhichPositionsWouldMove) {
  *service_.preview.add_moves() = FromText<v1::PositionMove>(
      "effective_date: '2026-12-31' product: 'nginx' metric: 'core' "
      "state_before: 'covered' state_after: 'shortfall'");
  service_.preview.set_move_count(1);
  service_.preview.add_effective_dates("2026-12-31");
  person_.str("n\n");
  EXPECT_EQ(Run({"changes", "approve", kId}), ExitCode::kNegative);
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("Positions that would move:"),
                                HasSubstr("2026-12-31"), HasSubstr("nginx"),
                                HasSubstr("shortfall")));
  service_.preview_status =
      grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "slow");
  person_.clear();
  person_.str("n\n");
  EXPECT_EQ(Run({"changes", "approve", kId}), ExitCode::kNegative);
  EXPECT_THAT(err_.str(), HasSubstr("cannot be told"));
}

TEST_F(ChangeCommandsTest, ShowsWhatWhoeverApprovedThenWasShown) {
  service_.about.mutable_change_set()->set_state(v1::ChangeSet::STATE_APPLIED);
  service_.about.clear_digest();
  EXPECT_EQ(Run({"changes", "show", kId, "--as-of=2026-01-31T12:00:00Z"}),
            ExitCode::kOk);
  EXPECT_EQ(service_.previewed.as_of().seconds(), 1'769'860'800);
  EXPECT_THAT(out_.str(), HasSubstr("By what was known then:"));
}

TEST_F(ChangeCommandsTest, ShowsNoDigestOfSomethingElse) {
  service_.differences_digest = std::string(64, 'e');
  EXPECT_EQ(Run({"changes", "show", "001122"}), ExitCode::kOther);
  EXPECT_EQ(out_.str(), "");
  EXPECT_THAT(err_.str(), HasSubstr("ask again"));
}

TEST_F(ChangeCommandsTest, ShowsAChangeSetWithoutObjects) {
  service_.about.clear_digest();
  service_.about.mutable_change_set()->set_state(v1::ChangeSet::STATE_APPLIED);
  service_.differences_status =
      grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "not item by item");
  EXPECT_EQ(Run({"changes", "show", "001122"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr("applied"));
  service_.differences_status =
      grpc::Status(grpc::StatusCode::ABORTED, "another than before");
  EXPECT_EQ(Run({"changes", "show", "001122"}), ExitCode::kOther);
}

TEST_F(ChangeCommandsTest, APreviewThatFailsSaysHowToDoWithout) {
  service_.preview_status =
      grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "slow");
  EXPECT_EQ(Run({"changes", "show", "001122"}), ExitCode::kUnreachable);
  EXPECT_THAT(err_.str(), HasSubstr("--no-preview"));
}

TEST_F(ChangeCommandsTest, APreviewThatFailsNamesTheOptionThatAskedForIt) {
  service_.preview_status =
      grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "no longer kept");
  EXPECT_EQ(Run({"changes", "show", kId, "--as-of=2026-01-31"}),
            ExitCode::kNotPossible);
  EXPECT_THAT(err_.str(), HasSubstr("--no-preview instead of --as-of shows"));
  service_.about.mutable_change_set()->set_state(v1::ChangeSet::STATE_APPLIED);
  EXPECT_EQ(Run({"changes", "show", kId, "--as-of=2026-01-31"}),
            ExitCode::kNotPossible);
  EXPECT_THAT(err_.str(), HasSubstr("Without --as-of the rest is shown."));
  EXPECT_EQ(Run({"changes", "show", kId, "--effect", "--date=2026-01-31"}),
            ExitCode::kNotPossible);
  EXPECT_THAT(err_.str(),
              HasSubstr("Without --effect, --date the rest is shown."));
}

TEST_F(ChangeCommandsTest, ATimeThatIsNoneIsRefusedWhateverTheChangeSetIs) {
  service_.about.mutable_change_set()->set_state(v1::ChangeSet::STATE_REJECTED);
  EXPECT_EQ(Run({"changes", "show", kId, "--as-of=yesterday"}),
            ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--as-of=yesterday is neither"));
  EXPECT_EQ(service_.gets, 0);
}

TEST_F(ChangeCommandsTest, NoPreviewIsOfNoDayAndNoTime) {
  for (const char* option :
       {"--as-of=2026-01-31", "--date=2026-01-31", "--effect"}) {
    EXPECT_EQ(Run({"changes", "show", kId, "--no-preview", option}),
              ExitCode::kUsage);
    EXPECT_THAT(err_.str(), HasSubstr("leave out the one or the other"));
  }
  EXPECT_EQ(service_.gets, 0);
}

TEST_F(ChangeCommandsTest, SaysWhichOptionsAreOfNoUseToWhatIsShown) {
  const auto show = [this](std::vector<std::string> options) {
    options.insert(options.begin(), {"changes", "show", kId});
    EXPECT_EQ(Run(options), ExitCode::kOk);
    return err_.str();
  };
  EXPECT_EQ(show({"--date=2026-01-31"}), "");
  EXPECT_EQ(show({"--effect"}),
            "Not used: --effect, as the change-set is not in effect.\n");
  EXPECT_EQ(show({"--date=2026-01-31", "--output=csv"}),
            "Not used: --date, as --output=csv has no positions.\n");
  v1::ChangeSet& change_set = *service_.about.mutable_change_set();
  change_set.set_state(v1::ChangeSet::STATE_APPLIED);
  EXPECT_EQ(show({"--date=2026-01-31", "--effect"}), "");
  EXPECT_EQ(show({"--date=2026-01-31"}),
            "Not used: --date, as the change-set is in effect: --effect tells "
            "which positions it moved.\n");
  change_set.set_state(v1::ChangeSet::STATE_REJECTED);
  EXPECT_EQ(show({"--date=2026-01-31", "--as-of=2026-01-31"}),
            "Not used: --date, --as-of, as the change-set is rejected.\n");
  change_set.set_kind(v1::ChangeSet::KIND_ROLE_GRANT);
  EXPECT_EQ(show({"--effect"}),
            "Not used: --effect, as a change-set of the kind role-grant moves "
            "no position.\n");
}

TEST_F(ChangeCommandsTest, NothingIsPreviewedThatCsvDoesNotHave) {
  service_.preview_status =
      grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "slow");
  EXPECT_EQ(Run({"changes", "show", kId, "--output=csv"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), StartsWith("outcome,kind,name,"));
  EXPECT_EQ(service_.previews, 0);
}

TEST_F(ChangeCommandsTest, ShowsAChangeSetToPrograms) {
  EXPECT_EQ(Run({"changes", "show", kId, "--output=csv"}), ExitCode::kOk);
  EXPECT_THAT(
      out_.str(),
      AllOf(StartsWith("outcome,kind,name,object_id,effective_date,field,"
                       "before,after,change_set_id,state,digest\n"
                       "added,entitlement,C-1 / PO-7 / 3,e1,,quantity,,10,"),
            HasSubstr(",currency,,EUR," + std::string(kId) + ",proposed," +
                      Digest() + "\n")));
  EXPECT_EQ(Run({"changes", "show", kId, "--output=json"}), ExitCode::kOk);
  service_.preview = FromText<v1::PreviewChangeSetResponse>(
      "moves { effective_date: '2027-01-01' }");
  EXPECT_EQ(Run({"changes", "show", kId, "--output=json"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr("\"effectiveDate\": \"2027-01-01\""));
  EXPECT_THAT(out_.str(),
              AllOf(StartsWith("{\n \"about\": {\n"),
                    HasSubstr("\n \"differences\": {\n"),
                    HasSubstr("\n \"preview\": {\n"), HasSubstr("\n }\n}\n")));
}

// What ListDifferencesResponse.digest says.
std::string DifferenceText() {
  return "rollcall difference of change-set " + std::string(kId) +
         "\ntext of the first\n  line\ntext of the second\n";
}

TEST_F(ChangeCommandsTest, PrintsExactlyTheTextThatTheDigestIsOf) {
  service_.differences_digest = Sha256Hex(DifferenceText());
  for (const char* output : {"--output=table", "--output=json"}) {
    EXPECT_EQ(Run({"changes", "difference", "001122", output}), ExitCode::kOk);
    EXPECT_EQ(out_.str(), DifferenceText());
    EXPECT_EQ(err_.str(), "");
  }
}

TEST_F(ChangeCommandsTest, OnATerminalTheTextHasNoCommands) {
  service_.second.set_text(
      "title: \"\xc2\x9b"
      "2J\\n\"");
  service_.differences_digest =
      Sha256Hex("rollcall difference of change-set " + std::string(kId) + "\n" +
                service_.first.text() + "\n" + service_.second.text() + "\n");
  EXPECT_EQ(Run({"changes", "difference", kId}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr("\xc2\x9b"));
  width_ = 80;
  EXPECT_EQ(Run({"changes", "difference", kId}), ExitCode::kOk);
  EXPECT_THAT(out_.str(),
              AllOf(Not(HasSubstr("\xc2\x9b")),
                    HasSubstr("text of the first\n  line\ntitle: \"")));
}

TEST_F(ChangeCommandsTest, ADigestOfAnotherTextIsAnError) {
  EXPECT_EQ(Run({"changes", "difference", kId}), ExitCode::kOther);
  EXPECT_THAT(err_.str(), AllOf(HasSubstr(Sha256Hex(DifferenceText())),
                                HasSubstr(Digest())));
  // As is one that took effect as something else.
  service_.differences_digest = Sha256Hex(DifferenceText());
  service_.about.mutable_change_set()->set_applied_digest(Digest());
  EXPECT_EQ(Run({"changes", "difference", kId}), ExitCode::kOther);
  EXPECT_THAT(err_.str(), HasSubstr("took effect"));
}

TEST_F(ChangeCommandsTest, ApprovesTheDigestThatIsGiven) {
  AnswerApprovalWith(
      "change_set { state: STATE_PROPOSED "
      "  approvals { principal: 'una' role: ROLE_PROCUREMENT } } "
      "awaited { roles: ROLE_PROCUREMENT approved_by: 'una' } "
      "awaited { roles: ROLE_ITAM }");
  EXPECT_EQ(Run({"changes", "approve", "001122", "--digest=" + Digest(),
                 "--role=procurement", "--comment=ok", "--request-id=r"}),
            ExitCode::kOk);
  EXPECT_THAT(service_.approved,
              EqualsText("change_set_id: '001122' role: ROLE_PROCUREMENT "
                         "comment: 'ok' request_id: 'r' digest: '" +
                         Digest() + "'"));
  EXPECT_EQ(service_.gets, 0);
  EXPECT_EQ(out_.str(), "Change-set " + std::string(kId) +
                            " is approved by una as procurement; it awaits "
                            "itam still.\n");
}

TEST_F(ChangeCommandsTest, SaysThatTheLastApprovalMadeItEffective) {
  AnswerApprovalWith(
      "change_set { state: STATE_APPLIED added_count: 3 "
      "  applied_time { seconds: 1 } }");
  EXPECT_EQ(Run({"changes", "approve", kId, "--yes"}), ExitCode::kOk);
  EXPECT_EQ(out_.str(), "Change-set " + std::string(kId) +
                            " is in effect since 1970-01-01T00:00:01Z: +3.\n");
  EXPECT_EQ(Run({"changes", "approve", kId, "--yes", "--output=csv"}),
            ExitCode::kOk);
  EXPECT_THAT(out_.str(),
              HasSubstr(std::string("\n") + kId + ",applied,,3,0,0,0,"));
}

TEST_F(ChangeCommandsTest, ApprovesWhatThePersonSaw) {
  person_.str("Y\n");
  EXPECT_EQ(Run({"changes", "approve", "001122"}), ExitCode::kOk);
  EXPECT_THAT(err_.str(),
              AllOf(HasSubstr("+1 ~1"), HasSubstr("proposed by ada"),
                    HasSubstr(Digest()), HasSubstr("It awaits itam."),
                    HasSubstr("Approve? [y/N] ")));
  EXPECT_THAT(service_.approved,
              EqualsText("change_set_id: '00112233445566778899aabbccddeeff' "
                         "digest: '" +
                         Digest() + "'"));
}

TEST_F(ChangeCommandsTest, WhateverIsNotYesIsNo) {
  for (const char* answer : {"\n", "n\n", "yep\n", " "}) {
    person_.clear();
    person_.str(answer);
    EXPECT_EQ(Run({"changes", "approve", kId}), ExitCode::kNegative);
    EXPECT_THAT(err_.str(), HasSubstr("Nothing was approved."));
  }
  EXPECT_EQ(service_.approvals, 0);
}

TEST_F(ChangeCommandsTest, WhereNobodyCanBeAskedTheDigestIsNeeded) {
  EXPECT_EQ(Run({"changes", "approve", kId}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("--digest is needed"),
                                HasSubstr("rollcall changes show")));
  EXPECT_EQ(Run({"changes", "approve", kId, "--digest=dd"}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("64 hex digits"));
  EXPECT_EQ(Run({"changes", "approve", kId, "--yes", "--role=king"}),
            ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--role is \"king\""));
  EXPECT_EQ(service_.gets + service_.approvals, 0);
}

TEST_F(ChangeCommandsTest, WhatIsDecidedIsNotApproved) {
  v1::ChangeSet& change_set = *service_.about.mutable_change_set();
  change_set.set_state(v1::ChangeSet::STATE_WITHDRAWN);
  service_.about.clear_digest();
  EXPECT_EQ(Run({"changes", "approve", kId, "--yes", "--request-id=r"}),
            ExitCode::kNotPossible);
  EXPECT_THAT(err_.str(), HasSubstr("is withdrawn"));
  EXPECT_EQ(service_.approvals, 0);
}

TEST_F(ChangeCommandsTest, ARepeatedApprovalAsksForTheFirstOnesAnswer) {
  v1::ChangeSet& change_set = *service_.about.mutable_change_set();
  change_set.set_state(v1::ChangeSet::STATE_APPLIED);
  change_set.set_applied_digest(Digest());
  service_.about.clear_digest();
  EXPECT_EQ(Run({"changes", "approve", kId, "--yes", "--request-id=r"}),
            ExitCode::kOk);
  EXPECT_EQ(service_.approved.digest(), Digest());
  EXPECT_EQ(Run({"changes", "approve", kId, "--yes"}), ExitCode::kNotPossible);
}

TEST_F(ChangeCommandsTest, ARefusedApprovalHasItsExitCode) {
  service_.status = grpc::Status(grpc::StatusCode::FAILED_PRECONDITION,
                                 "the change-set comes to abc now");
  EXPECT_EQ(Run({"changes", "approve", kId, "--digest=" + Digest()}),
            ExitCode::kNotPossible);
  EXPECT_THAT(err_.str(), HasSubstr("comes to abc now"));
  service_.status = grpc::Status(grpc::StatusCode::PERMISSION_DENIED,
                                 "una has approved it already");
  EXPECT_EQ(Run({"changes", "approve", kId, "--yes"}), ExitCode::kRefused);
}

TEST_F(ChangeCommandsTest, RejectsWithAReason) {
  EXPECT_EQ(Run({"changes", "reject", kId}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--reason is needed"));
  EXPECT_EQ(Run({"changes", "reject", kId, "--reason=no"}), ExitCode::kOk);
  EXPECT_EQ(service_.rejected.reason(), "no");
  EXPECT_EQ(out_.str(), "Change-set " + std::string(kId) +
                            " is rejected; it will not take effect.\n");
  EXPECT_EQ(Run({"changes", "reject", kId, "--reason=no", "--output=csv"}),
            ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr(",rejected,contracts,"));
}

TEST_F(ChangeCommandsTest, WithdrawsWithOrWithoutAReason) {
  EXPECT_EQ(Run({"changes", "withdraw", kId}), ExitCode::kOk);
  EXPECT_THAT(service_.withdrawn,
              EqualsText("change_set_id: '00112233445566778899aabbccddeeff'"));
  EXPECT_THAT(out_.str(), HasSubstr(" is withdrawn;"));
  EXPECT_EQ(Run({"changes", "withdraw", kId, "--reason=wrong file"}),
            ExitCode::kOk);
  EXPECT_EQ(service_.withdrawn.reason(), "wrong file");
}

}  // namespace
}  // namespace rollcall::cli
