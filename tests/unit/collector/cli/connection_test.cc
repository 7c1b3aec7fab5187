#include "collector/cli/connection.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>

#include <cstdlib>

#include "common/answer_mark.h"
#include "common/clock.h"
#include "common/file.h"
#include "gmock/gmock.h"
#include "rollcall/v1/device_service.grpc.pb.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace rollcall::cli {
namespace {

using ::rollcall::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

class NoDevices final : public v1::DeviceService::Service {
 public:
  grpc::Status ListDevices(grpc::ServerContext* context,
                           const v1::ListDevicesRequest*,
                           v1::ListDevicesResponse*) override {
    context->AddTrailingMetadata(kAnswerMark, "1");
    return status;
  }

  grpc::Status status;
};

// A server with mutual TLS and certificates of an authority of the test's own.
class ConnectionTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    shared_dir = new testing::TempDir;
    MakeCertificates("ours server");
    MakeCertificates("ours admin jo");
    MakeCertificates("ours admin late --days=-1");
    MakeCertificates("theirs admin jo");
  }
  static void TearDownTestSuite() {
    delete shared_dir;
    shared_dir = nullptr;
  }

  // "FOLDER COMMAND [NAME] [OPTION]"
  static void MakeCertificates(const std::string& words) {
    const size_t space = words.find(' ');
    const std::string folder = shared_dir->File(words.substr(0, space));
    const std::string rest = words.substr(space + 1);
    const size_t second = rest.find(' ');
    const std::string line =
        "deploy/pki.sh " + rest.substr(0, second) + " " + folder +
        (second == std::string::npos ? "" : rest.substr(second));
    ASSERT_EQ(std::system(line.c_str()), 0) << line;
  }

  static std::string Read(const std::string& name) {
    return ReadFile(shared_dir->File(name), 1 << 20).value_or("");
  }

  ConnectionTest() {
    grpc::SslServerCredentialsOptions ssl(
        GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    ssl.pem_root_certs = Read("ours/ca.pem");
    ssl.pem_key_cert_pairs.push_back(
        {Read("ours/server.key"), Read("ours/server.pem")});
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(ssl),
                             &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    options_.collector = absl::StrCat("127.0.0.1:", port_);
    options_.ca = shared_dir->File("ours/ca.pem");
    UseCertificate("ours/admin-jo");
  }

  void UseCertificate(const std::string& stem) {
    options_.cert = shared_dir->File(stem + ".pem");
    options_.key = shared_dir->File(stem + ".key");
  }

  absl::Status Call(absl::Time now = SystemClock().Now()) {
    const auto channel = Connect(options_, now);
    if (!channel.ok()) return channel.status();
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::seconds(20));
    v1::ListDevicesResponse response;
    const grpc::Status status =
        v1::DeviceService::NewStub(*channel)->ListDevices(&context, {},
                                                          &response);
    return ExplainFailure(status, IsOfCollector(context), options_);
  }

  static testing::TempDir* shared_dir;
  NoDevices service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  GlobalOptions options_;
};

testing::TempDir* ConnectionTest::shared_dir = nullptr;

TEST_F(ConnectionTest, CallsWithACertificate) { EXPECT_OK(Call()); }

TEST_F(ConnectionTest, NamesAMissingKeyFile) {
  options_.key = shared_dir->File("no.key");
  EXPECT_THAT(Call(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("no.key"), HasSubstr("Give --ca"))));
}

TEST_F(ConnectionTest, NamesAFolderThatIsNoCertificate) {
  options_.cert = shared_dir->File("ours");
  EXPECT_THAT(Call(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr(options_.cert)));
}

TEST_F(ConnectionTest, NamesAKeyOfAnotherCertificate) {
  options_.key = shared_dir->File("ours/server.key");
  EXPECT_THAT(Call(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("does not belong")));
}

TEST_F(ConnectionTest, NamesAnExpiredCertificateBeforeCalling) {
  UseCertificate("ours/admin-late");
  EXPECT_THAT(Call(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("expired")));
}

TEST_F(ConnectionTest, AdvisesWhenTheServerRefusesTheCertificate) {
  UseCertificate("theirs/admin-jo");
  EXPECT_THAT(Call(), StatusIs(absl::StatusCode::kUnavailable,
                               HasSubstr("check --cert")));
}

TEST_F(ConnectionTest, AdvisesWhenTheServerIsOfAnotherAuthority) {
  options_.ca = shared_dir->File("theirs/ca.pem");
  EXPECT_THAT(Call(), StatusIs(absl::StatusCode::kUnavailable,
                               HasSubstr("check --ca")));
}

TEST_F(ConnectionTest, AdvisesWhenTheServersCertificateIsForAnotherName) {
  options_.collector = absl::StrCat("127.0.0.2:", port_);
  grpc::ServerBuilder builder;
  grpc::SslServerCredentialsOptions ssl;
  ssl.pem_key_cert_pairs.push_back(
      {Read("ours/server.key"), Read("ours/server.pem")});
  int port = 0;
  builder.AddListeningPort("127.0.0.2:0", grpc::SslServerCredentials(ssl),
                           &port);
  NoDevices service;
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  options_.collector = absl::StrCat("127.0.0.2:", port);
  EXPECT_THAT(Call(), StatusIs(absl::StatusCode::kUnavailable,
                               HasSubstr("not for this host name")));
}

TEST_F(ConnectionTest, AdvisesWhenNothingListens) {
  server_->Shutdown();
  server_.reset();
  EXPECT_THAT(Call(), StatusIs(absl::StatusCode::kUnavailable,
                               HasSubstr("Nothing listens there")));
}

TEST_F(ConnectionTest, AdvisesWhenThePortSpeaksNoTls) {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port);
  NoDevices service;
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  options_.collector = absl::StrCat("127.0.0.1:", port);
  EXPECT_THAT(Call(), StatusIs(absl::StatusCode::kUnavailable,
                               HasSubstr("no collector's administrators'")));
}

TEST_F(ConnectionTest, AdvisesWhenTheNameIsUnknown) {
  options_.collector = "collector.invalid:7444";
  EXPECT_THAT(Call(), StatusIs(absl::StatusCode::kUnavailable,
                               HasSubstr("check --collector")));
}

TEST_F(ConnectionTest, ACollectorThatSaysItCannotWorkNowWasReached) {
  service_.status =
      grpc::Status(grpc::StatusCode::UNAVAILABLE, "the disk is full");
  EXPECT_THAT(Call(),
              StatusIs(absl::StatusCode::kUnavailable, "the disk is full"));
}

TEST_F(ConnectionTest, LeavesOtherErrorsAsTheCollectorSaidThem) {
  EXPECT_THAT(ExplainFailure(grpc::Status(grpc::StatusCode::NOT_FOUND, "no x"),
                             /*is_of_collector=*/true, options_),
              StatusIs(absl::StatusCode::kNotFound, "no x"));
  EXPECT_THAT(
      ExplainFailure(grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, ""),
                     /*is_of_collector=*/false, options_),
      StatusIs(absl::StatusCode::kDeadlineExceeded, HasSubstr("--timeout")));
}

}  // namespace
}  // namespace rollcall::cli
