#include "collector/cli/cli.h"

#include <grpcpp/server_builder.h>

#include <sstream>

#include "gmock/gmock.h"
#include "google/protobuf/util/json_util.h"
#include "rollcall/v1/contract_service.grpc.pb.h"
#include "rollcall/v1/device_service.grpc.pb.h"
#include "rollcall/v1/reconciliation_service.grpc.pb.h"
#include "rollcall/v1/register_service.grpc.pb.h"
#include "tests/support/fake_clock.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/temp_dir.h"

namespace rollcall::cli {
namespace {

using ::rollcall::testing::EqualsText;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

// Serves devices d0, d1, ... in pages, two at most.
class FakeDeviceService final : public v1::DeviceService::Service {
 public:
  grpc::Status ListDevices(grpc::ServerContext*,
                           const v1::ListDevicesRequest* request,
                           v1::ListDevicesResponse* response) override {
    page_sizes.push_back(request->page_size());
    int next =
        request->page_token().empty() ? 0 : std::stoi(request->page_token());
    for (int i = 0; i < 2 && i < request->page_size() && next < total;
         ++i, ++next) {
      auto* const device = response->add_devices();
      device->set_device_id(absl::StrCat("d", next));
      if (!hostname.empty()) device->set_hostname(hostname);
    }
    if (next < total) response->set_next_page_token(absl::StrCat(next));
    return grpc::Status::OK;
  }
  grpc::Status GetDevice(grpc::ServerContext*,
                         const v1::GetDeviceRequest* request,
                         v1::GetDeviceResponse*) override {
    if (!message.empty()) return grpc::Status(code, message);
    return grpc::Status(
        code, "no device is called \"" + request->device_id() + "\"\x1b[2J");
  }

  int total = 0;
  std::string hostname;
  std::vector<int> page_sizes;
  grpc::StatusCode code = grpc::StatusCode::NOT_FOUND;
  std::string message;
};

class FakeRegisterService final : public v1::RegisterService::Service {
 public:
  grpc::Status ImportExpectedDevices(
      grpc::ServerContext*, const v1::ImportExpectedDevicesRequest* given,
      v1::ImportExpectedDevicesResponse* response) override {
    request = *given;
    *response = answer;
    return grpc::Status::OK;
  }
  grpc::Status ListUndiscovered(grpc::ServerContext*,
                                const v1::ListUndiscoveredRequest* given,
                                v1::ListUndiscoveredResponse*) override {
    undiscovered = *given;
    return grpc::Status::OK;
  }

  v1::ImportExpectedDevicesRequest request;
  v1::ImportExpectedDevicesResponse answer;
  v1::ListUndiscoveredRequest undiscovered;
};

class FakeReconciliationService final
    : public v1::ReconciliationService::Service {
 public:
  grpc::Status ListPositions(grpc::ServerContext*,
                             const v1::ListPositionsRequest* given,
                             v1::ListPositionsResponse* response) override {
    request = *given;
    response->set_effective_date("2026-02-02");
    response->mutable_as_of()->set_seconds(1'577'836'800);
    if (given->product() == "misspelt" || !any) return grpc::Status::OK;
    response->add_positions()->set_state(v1::Position::STATE_SHORTFALL);
    return grpc::Status::OK;
  }
  // Two pages of a position that says the same on each.
  grpc::Status ExplainPosition(grpc::ServerContext*,
                               const v1::ExplainPositionRequest* given,
                               v1::ExplainPositionResponse* response) override {
    response->mutable_position()->add_notes("bought under no metric");
    const bool first = given->page_token().empty();
    response->add_consumptions()->set_device_id(first ? "d0" : "d1");
    if (first) response->set_next_page_token("d0");
    return grpc::Status::OK;
  }

  bool any = true;
  v1::ListPositionsRequest request;
};

class CliTest : public ::testing::Test {
 protected:
  CliTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&devices_);
    builder.RegisterService(&registers_);
    builder.RegisterService(&positions_);
    server_ = builder.BuildAndStart();
  }

  ExitCode Run(const std::vector<std::string>& arguments,
               const std::string& config = "") {
    out_.str("");
    err_.str("");
    const Environment environment = {
        .out = out_,
        .err = err_,
        .clock = clock_,
        .width = width_,
        .default_config = config,
        .connect = [this](const GlobalOptions& options)
            -> absl::StatusOr<std::shared_ptr<grpc::Channel>> {
          options_ = options;
          return server_->InProcessChannel(grpc::ChannelArguments());
        }};
    return RunCli(arguments, environment);
  }

  // That of the terminal that out_ is; kUnlimitedWidth: it is none.
  int width_ = kUnlimitedWidth;
  testing::TempDir dir_;
  testing::FakeClock clock_;
  FakeDeviceService devices_;
  FakeRegisterService registers_;
  FakeReconciliationService positions_;
  std::unique_ptr<grpc::Server> server_;
  GlobalOptions options_;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(CliTest, FollowsPagesAndPrintsOneJsonDocument) {
  devices_.total = 5;
  EXPECT_EQ(Run({"devices", "--output=json"}), ExitCode::kOk);
  v1::ListDevicesResponse printed;
  ASSERT_TRUE(
      google::protobuf::util::JsonStringToMessage(out_.str(), &printed).ok());
  EXPECT_THAT(printed, EqualsText("devices { device_id: 'd0' } "
                                  "devices { device_id: 'd1' } "
                                  "devices { device_id: 'd2' } "
                                  "devices { device_id: 'd3' } "
                                  "devices { device_id: 'd4' }"));
  EXPECT_THAT(err_.str(), IsEmpty());
}

TEST_F(CliTest, SaysOnceWhatEveryPageSays) {
  EXPECT_EQ(Run({"position", "explain", "PostgreSQL", "--output=json"}),
            ExitCode::kOk);
  v1::ExplainPositionResponse printed;
  ASSERT_TRUE(
      google::protobuf::util::JsonStringToMessage(out_.str(), &printed).ok());
  EXPECT_THAT(printed,
              EqualsText("position { notes: 'bought under no metric' } "
                         "consumptions { device_id: 'd0' } "
                         "consumptions { device_id: 'd1' }"));
}

TEST_F(CliTest, JsonShowsEmptyListsAndLeavesTheUnknownOut) {
  EXPECT_EQ(Run({"devices", "--output=json"}), ExitCode::kOk);
  EXPECT_EQ(out_.str(), "{\n \"devices\": [],\n \"nextPageToken\": \"\"\n}\n");
  devices_.total = 1;
  EXPECT_EQ(Run({"devices", "--output=json"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("\"deviceId\": \"d0\""),
                                Not(HasSubstr("memoryBytes"))));
}

TEST_F(CliTest, StopsAtTheLimitAndSaysSo) {
  devices_.total = 5;
  EXPECT_EQ(Run({"devices", "--limit=3", "--output=csv"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("\nd2,"), Not(HasSubstr("\nd3,"))));
  EXPECT_THAT(err_.str(), HasSubstr("Only the first 3 are shown"));
  EXPECT_EQ(Run({"devices", "--limit=1"}), ExitCode::kOk);
  EXPECT_THAT(err_.str(), HasSubstr("Only the first is shown"));
  EXPECT_THAT(devices_.page_sizes, ElementsAre(3, 1, 1));
}

TEST_F(CliTest, SaysNothingWhenTheLimitIsTheEnd) {
  devices_.total = 3;
  EXPECT_EQ(Run({"devices", "--limit=3"}), ExitCode::kOk);
  EXPECT_THAT(err_.str(), IsEmpty());
}

TEST_F(CliTest, SaysInWordsThatThereIsNothingYet) {
  EXPECT_EQ(Run({"devices"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), StartsWith("No devices yet. Install an agent"));
  EXPECT_EQ(Run({"devices", "--contains=x"}), ExitCode::kOk);
  EXPECT_EQ(out_.str(), "No device matches.\n");
}

TEST_F(CliTest, SaysOfAPastTimeThatNothingWasKnownThen) {
  const std::string then =
      "Nothing, by what the collector knew as of 2020-01-01.\n";
  EXPECT_EQ(Run({"devices", "--as-of=2020-01-01"}), ExitCode::kOk);
  EXPECT_EQ(out_.str(), then);
  positions_.any = false;
  EXPECT_EQ(Run({"position", "--as-of=2020-01-01"}), ExitCode::kOk);
  EXPECT_EQ(out_.str(), then);
  EXPECT_EQ(Run({"position"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), StartsWith("No positions yet. Import contracts"));
  EXPECT_EQ(Run({"devices", "--as-of=2020-01-01", "--output=json"}),
            ExitCode::kOk);
  EXPECT_THAT(out_.str(), StartsWith("{"));
}

TEST_F(CliTest, MapsErrorsToExitCodesAndEscapesTheirText) {
  EXPECT_EQ(Run({"device", "show", "nope"}), ExitCode::kNotFound);
  EXPECT_THAT(err_.str(), HasSubstr("no device is called \"nope\"\\x1b[2J"));
  EXPECT_THAT(out_.str(), IsEmpty());
  devices_.code = grpc::StatusCode::PERMISSION_DENIED;
  EXPECT_EQ(Run({"device", "show", "nope"}), ExitCode::kRefused);
  devices_.code = grpc::StatusCode::INVALID_ARGUMENT;
  EXPECT_EQ(Run({"device", "show", "nope"}), ExitCode::kUsage);
  devices_.code = grpc::StatusCode::UNAVAILABLE;
  EXPECT_EQ(Run({"device", "show", "nope"}), ExitCode::kUnreachable);
  devices_.code = grpc::StatusCode::FAILED_PRECONDITION;
  EXPECT_EQ(Run({"device", "show", "nope"}), ExitCode::kNotPossible);
  devices_.code = grpc::StatusCode::DATA_LOSS;
  EXPECT_EQ(Run({"device", "show", "nope"}), ExitCode::kOther);
}

TEST_F(CliTest, NamesTheOptionThatFillsAFieldOfTheRequest) {
  devices_.code = grpc::StatusCode::INVALID_ARGUMENT;
  devices_.message = "sections: there is no section \"cpu\"";
  EXPECT_EQ(Run({"device", "show", "d0"}), ExitCode::kUsage);
  EXPECT_EQ(err_.str(), "rollcall: --section: there is no section \"cpu\"\n");
}

TEST_F(CliTest, TextThatIsNotUtf8IsTheArgumentsFaultAndIsNotSent) {
  EXPECT_EQ(Run({"devices", "--contains=caf\xe9"}), ExitCode::kUsage);
  EXPECT_EQ(err_.str(), "rollcall: --contains is not UTF-8\n");
  EXPECT_EQ(Run({"device", "show", "\xff"}), ExitCode::kUsage);
  EXPECT_EQ(err_.str(), "rollcall: ID is not UTF-8\n");
  EXPECT_THAT(devices_.page_sizes, IsEmpty());
}

TEST_F(CliTest, ATerminalGetsNoCommandsInAnyFormat) {
  devices_.total = 1;
  devices_.hostname = "a\x1b[2J\nb";
  for (const std::string output : {"table", "csv", "json"}) {
    width_ = 120;
    EXPECT_EQ(Run({"devices", "--limit=1", "--output=" + output}),
              ExitCode::kOk);
    EXPECT_THAT(out_.str(), AllOf(HasSubstr("[2J"), Not(HasSubstr("\x1b"))))
        << output;
  }
  // A file gets what there is.
  width_ = kUnlimitedWidth;
  EXPECT_EQ(Run({"devices", "--limit=1", "--output=csv"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr("\x1b[2J"));
}

TEST_F(CliTest, RefusesWrongArgumentsWithoutCalling) {
  const std::vector<std::vector<std::string>> wrong = {
      {},
      {"nonsense"},
      {"device"},
      {"device", "show"},
      {"devices", "--limit=0"},
      {"devices", "--limit=many"},
      {"devices", "--output=xml"},
      {"devices", "--as-of=tomorrow"},
      {"devices", "surplus"},
      {"position", "--date=2026-13-01"},
      {"position", "--product=x", "explain", "y"},
      {"software", "--devices"},
      {"undiscovered", "--state=lost"},
      {"register", "import", "/nonexistent/file.csv"},
      {"devices", "--config=/nonexistent/rollcall.conf"},
  };
  for (const auto& arguments : wrong) {
    EXPECT_EQ(Run(arguments), ExitCode::kUsage)
        << ::testing::PrintToString(arguments);
    EXPECT_THAT(err_.str(), StartsWith("rollcall: "));
    EXPECT_THAT(out_.str(), IsEmpty());
  }
  EXPECT_THAT(devices_.page_sizes, IsEmpty());
}

TEST_F(CliTest, AnOptionWithoutItsValueDoesNotTakeTheNextArgument) {
  EXPECT_EQ(Run({"position", "--product=", "--fail-on-shortfall"}),
            ExitCode::kUsage);
  EXPECT_EQ(err_.str(),
            "rollcall: --product has no value; write it after the \"=\", or "
            "leave out --product\n");
  EXPECT_EQ(Run({"undiscovered", "--state=", "--output=csv"}),
            ExitCode::kUsage);
  EXPECT_EQ(Run({"devices", "--limit=", "3"}), ExitCode::kUsage);
  EXPECT_EQ(Run({"devices", "--ca=", "--limit=3"}), ExitCode::kUsage);
  EXPECT_THAT(devices_.page_sizes, IsEmpty());
}

TEST_F(CliTest, NumbersAreDecimal) {
  for (const char* number : {"030", "0x10", "1e1", "+5", "3.0", "many", "-"}) {
    EXPECT_EQ(Run({"devices", absl::StrCat("--limit=", number)}),
              ExitCode::kUsage);
    EXPECT_THAT(err_.str(),
                HasSubstr(absl::StrCat("--limit: \"", number,
                                       "\" is no number; "
                                       "write it in decimal digits")));
  }
  EXPECT_EQ(Run({"devices", "--timeout=010"}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--timeout: \"010\" is no number"));
  EXPECT_EQ(Run({"devices", "--limit=-1"}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("not in range 1 to 10000000"));
  EXPECT_THAT(devices_.page_sizes, IsEmpty());
  EXPECT_EQ(Run({"devices", "--limit=10", "--timeout=10"}), ExitCode::kOk);
  EXPECT_THAT(devices_.page_sizes, ElementsAre(10));
  EXPECT_EQ(options_.timeout_seconds, 10);
}

TEST_F(CliTest, AValueMayEndWithAnEqualsSignAndAWordMayBeAnything) {
  EXPECT_EQ(Run({"position", "--product=a="}), ExitCode::kOk);
  EXPECT_EQ(positions_.request.product(), "a=");
  EXPECT_EQ(Run({"device", "show", "--", "--limit="}), ExitCode::kNotFound);
  EXPECT_THAT(err_.str(), HasSubstr("\"--limit=\""));
}

TEST_F(CliTest, HelpHasExamplesAndExitCodes) {
  EXPECT_EQ(Run({"--help"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("Examples:"), HasSubstr("Exit codes:"),
                    HasSubstr("undiscovered")));
  EXPECT_EQ(Run({"contracts", "import", "--help"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), HasSubstr("rollcall contracts import contracts.csv"));
  EXPECT_EQ(Run({"--version"}), ExitCode::kOk);
  EXPECT_THAT(out_.str(), StartsWith("rollcall 0."));
}

TEST_F(CliTest, TakesOptionsFromTheFileAndPrefersTheCommandLine) {
  const std::string config =
      dir_.Write("rollcall.conf", "collector=\"a.example:1\"\nca=/from/file\n");
  EXPECT_EQ(Run({"devices", "--ca=/from/line"}, config), ExitCode::kOk);
  EXPECT_EQ(options_.collector, "a.example:1");
  EXPECT_EQ(options_.ca, "/from/line");
}

TEST_F(CliTest, APortThatIsLeftOutIsTheAdministrators) {
  EXPECT_EQ(Run({"devices", "--collector=127.0.0.1"}), ExitCode::kOk);
  EXPECT_EQ(options_.collector, "127.0.0.1:7444");
  EXPECT_EQ(Run({"devices", "--collector=127.0.0.1:0"}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--collector: \"127.0.0.1:0\" is not"));
}

TEST_F(CliTest, RefusesAnUnknownNameInTheConfigurationFile) {
  const std::string config = dir_.Write("rollcall.conf", "colector=x\n");
  EXPECT_EQ(Run({"devices", "--config=" + config}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("colector"));
}

TEST_F(CliTest, SendsTheFileAndItsName) {
  const std::string path = dir_.Write("assets.csv", "asset_tag\nA-1\n");
  EXPECT_EQ(Run({"register", "import", path, "--register=mdm", "--dry-run",
                 "--quarantine", "--request-id=r1"}),
            ExitCode::kOk);
  EXPECT_EQ(registers_.request.content(), "asset_tag\nA-1\n");
  EXPECT_EQ(registers_.request.file_name(), "assets.csv");
  EXPECT_EQ(registers_.request.register_(), "mdm");
  EXPECT_TRUE(registers_.request.dry_run());
  EXPECT_TRUE(registers_.request.quarantine());
  EXPECT_EQ(registers_.request.request_id(), "r1");
}

TEST_F(CliTest, ASpreadsheetsOwnFileIsNoCsv) {
  for (const char* begin : {"PK\x03\x04", "\xd0\xcf\x11\xe0"}) {
    const std::string path = dir_.Write("assets.xlsx", begin);
    EXPECT_EQ(Run({"register", "import", path}), ExitCode::kUsage);
    EXPECT_THAT(err_.str(), HasSubstr("save it there as CSV"));
  }
}

TEST_F(CliTest, BadLinesAreANegativeAnswer) {
  const std::string path = dir_.Write("assets.csv", "x");
  registers_.answer.set_error_count(1);
  EXPECT_EQ(Run({"register", "import", path}), ExitCode::kNegative);
}

TEST_F(CliTest, AShortfallFailsOnlyWhenAskedTo) {
  EXPECT_EQ(Run({"position", "--date=2026-12-31"}), ExitCode::kOk);
  EXPECT_EQ(positions_.request.effective_date(), "2026-12-31");
  EXPECT_EQ(Run({"position", "--fail-on-shortfall"}), ExitCode::kNegative);
}

TEST_F(CliTest, AProductThatNobodyHasIsNoProofOfCover) {
  EXPECT_EQ(Run({"position", "--product=misspelt"}), ExitCode::kOk);
  EXPECT_EQ(Run({"position", "--product=misspelt", "--fail-on-shortfall"}),
            ExitCode::kNotFound);
  EXPECT_THAT(err_.str(), HasSubstr("no product \"misspelt\""));
}

TEST_F(CliTest, NoPositionAtAllIsNoProofOfCover) {
  positions_.any = false;
  EXPECT_EQ(Run({"position", "--as-of=2020-01-01"}), ExitCode::kOk);
  EXPECT_EQ(Run({"position", "--as-of=2020-01-01", "--fail-on-shortfall"}),
            ExitCode::kNotFound);
  EXPECT_THAT(err_.str(),
              HasSubstr("no product is bought or used on 2026-02-02, as known "
                        "at 2020-01-01T00:00:00Z"));
}

TEST_F(CliTest, AVerdictOverAllPositionsTakesNoLimit) {
  EXPECT_EQ(Run({"position", "--limit=1", "--fail-on-shortfall"}),
            ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("leave out --limit"));
}

TEST_F(CliTest, ReadsStatesAsWords) {
  EXPECT_EQ(
      Run({"undiscovered", "--state=never-seen,not-owned", "--stale-days=30"}),
      ExitCode::kOk);
  EXPECT_THAT(registers_.undiscovered.states(),
              ElementsAre(v1::UndiscoveredDevice::STATE_NEVER_SEEN,
                          v1::UndiscoveredDevice::STATE_NOT_OWNED));
  EXPECT_EQ(registers_.undiscovered.stale_days(), 30);
  EXPECT_EQ(Run({"undiscovered", "--state=lost"}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--state is \"lost\"; it is one of "));
}

TEST_F(CliTest, ACollectorThatLacksTheServiceIsNamedAsOlder) {
  EXPECT_EQ(Run({"contracts", "list"}), ExitCode::kOther);
  EXPECT_THAT(err_.str(), HasSubstr("Is it older than this command"));
}

}  // namespace
}  // namespace rollcall::cli
