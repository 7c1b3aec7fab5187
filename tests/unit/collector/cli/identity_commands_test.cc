// The commands that correct identities, against a service in memory.
#include "rollcall/v1/identity_service.grpc.pb.h"
#include "tests/support/proto_matchers.h"
#include "tests/unit/collector/cli/command_fixture.h"

namespace rollcall::cli {
namespace {

using ::rollcall::testing::EqualsText;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class FakeIdentityService final : public v1::IdentityService::Service {
 public:
  grpc::Status GetDeviceIdentity(
      grpc::ServerContext*, const v1::GetDeviceIdentityRequest* request,
      v1::GetDeviceIdentityResponse* response) override {
    shown = request->device_id();
    response->set_device_id("4f1c9a02");
    return grpc::Status::OK;
  }
  grpc::Status MergeDevices(grpc::ServerContext*,
                            const v1::MergeDevicesRequest* request,
                            v1::MergeDevicesResponse* response) override {
    merged = *request;
    FillEvent(*response->mutable_event());
    return status;
  }
  grpc::Status SplitDevice(grpc::ServerContext*,
                           const v1::SplitDeviceRequest* request,
                           v1::SplitDeviceResponse* response) override {
    split = *request;
    FillEvent(*response->mutable_event());
    return status;
  }
  grpc::Status UndoIdentityEvent(
      grpc::ServerContext*, const v1::UndoIdentityEventRequest* request,
      v1::UndoIdentityEventResponse* response) override {
    undone = *request;
    FillEvent(*response->mutable_event());
    return status;
  }

  static void FillEvent(v1::IdentityEvent& event) {
    event.set_event_id("11000000000000000000000000000000");
    event.set_kind(v1::IdentityEvent::KIND_MERGE);
    event.set_actor("ida");
    event.add_reasons("case 4711\x1b[2J");
    v1::SubjectMove& move = *event.add_moves();
    move.set_subject_id("5a00");
    move.set_from_device_id("aa");
    move.set_to_device_id("bb");
  }

  grpc::Status status;
  std::string shown;
  v1::MergeDevicesRequest merged;
  v1::SplitDeviceRequest split;
  v1::UndoIdentityEventRequest undone;
};

using IdentityCommandsTest = CommandTest<FakeIdentityService>;

TEST_F(IdentityCommandsTest, MergesAndShowsTheEvent) {
  EXPECT_EQ(Run({"device", "merge", "laptop", "4f1c", "--reason=case 4711",
                 "--request-id=r1"}),
            ExitCode::kOk);
  EXPECT_THAT(service_.merged,
              EqualsText("device_id: 'laptop' other_device_id: '4f1c' "
                         "reason: 'case 4711' request_id: 'r1'"));
  EXPECT_THAT(
      out_.str(),
      AllOf(HasSubstr("11000000000000000000000000000000"), HasSubstr("ida"),
            HasSubstr("subject 5a00 from aa to bb"), Not(HasSubstr("\x1b"))));
}

TEST_F(IdentityCommandsTest, SplitsOffTheSubjectsThatAreNamed) {
  EXPECT_EQ(Run({"device", "split", "laptop", "--subjects=aa,bb",
                 "--subjects=cc", "--reason=two"}),
            ExitCode::kOk);
  EXPECT_THAT(service_.split,
              EqualsText("device_id: 'laptop' subject_ids: 'aa' "
                         "subject_ids: 'bb' subject_ids: 'cc' reason: 'two'"));
}

TEST_F(IdentityCommandsTest, UndoesAnEvent) {
  EXPECT_EQ(
      Run({"device", "identity", "undo", "1100", "--reason=they are two"}),
      ExitCode::kOk);
  EXPECT_THAT(service_.undone,
              EqualsText("event_id: '1100' reason: 'they are two'"));
  EXPECT_THAT(service_.shown, IsEmpty());
}

TEST_F(IdentityCommandsTest, TheDeviceIsStillShownByItsOwnCommand) {
  EXPECT_EQ(Run({"device", "identity", "laptop"}), ExitCode::kOk);
  EXPECT_EQ(service_.shown, "laptop");
}

TEST_F(IdentityCommandsTest, PrintsJsonAndCsv) {
  const std::vector<std::string> merge = {"device", "merge", "a", "b",
                                          "--reason=r"};
  auto json = merge;
  json.emplace_back("--output=json");
  EXPECT_EQ(Run(json), ExitCode::kOk);
  EXPECT_THAT(out_.str(),
              HasSubstr("\"eventId\": \"11000000000000000000000000000000\""));
  auto csv = merge;
  csv.emplace_back("--output=csv");
  EXPECT_EQ(Run(csv), ExitCode::kOk);
  EXPECT_THAT(out_.str(), StartsWith("event_id,known_time,kind,actor,what\n"));
}

TEST_F(IdentityCommandsTest, WithoutAllThatIsNeededNothingIsSent) {
  const std::vector<std::vector<std::string>> wrong = {
      {"device", "merge", "a", "b"},
      {"device", "merge", "a", "b", "--reason="},
      {"device", "merge", "a", "--reason=r"},
      {"device", "split", "a", "--reason=r"},
      {"device", "split", "a", "--subjects=b"},
      {"device", "identity"},
      {"device", "identity", "undo", "--reason=r"},
      {"device", "identity", "undo", "1100"},
      {"device", "identity", "laptop", "undo", "1100", "--reason=r"},
  };
  for (const auto& arguments : wrong) {
    EXPECT_EQ(Run(arguments), ExitCode::kUsage)
        << ::testing::PrintToString(arguments);
    EXPECT_THAT(err_.str(), StartsWith("rollcall: "));
    EXPECT_THAT(out_.str(), IsEmpty());
  }
  EXPECT_THAT(service_.merged, EqualsText(""));
  EXPECT_THAT(service_.split, EqualsText(""));
  EXPECT_THAT(service_.undone, EqualsText(""));
}

TEST_F(IdentityCommandsTest, SaysWhyTheCollectorDoesNot) {
  service_.status = grpc::Status(grpc::StatusCode::FAILED_PRECONDITION,
                                 "subject 5a00 moved on since");
  EXPECT_EQ(Run({"device", "identity", "undo", "1100", "--reason=r"}),
            ExitCode::kNotPossible);
  EXPECT_THAT(err_.str(), HasSubstr("moved on since"));
  service_.status = grpc::Status(grpc::StatusCode::NOT_FOUND, "none");
  EXPECT_EQ(Run({"device", "merge", "a", "b", "--reason=r"}),
            ExitCode::kNotFound);
}

}  // namespace
}  // namespace rollcall::cli
