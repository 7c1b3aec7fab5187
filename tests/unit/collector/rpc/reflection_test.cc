#include "collector/rpc/reflection.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/server_builder.h>

#include <set>

#include "google/protobuf/descriptor.pb.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using ::google::protobuf::FileDescriptorProto;
using ::grpc::reflection::v1::ServerReflectionRequest;
using ::grpc::reflection::v1::ServerReflectionResponse;
using ::rollcall::testing::FromText;
using ::rollcall::testing::StatusIs;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class ReflectionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(
        answers_,
        ReflectionAnswers::Create({"rollcall.v1.DeviceService",
                                   "grpc.reflection.v1.ServerReflection"}));
  }

  ServerReflectionResponse Ask(const std::string& text) const {
    return answers_->Answer(FromText<ServerReflectionRequest>(text));
  }
  static std::vector<FileDescriptorProto> FilesOf(
      const ServerReflectionResponse& response) {
    std::vector<FileDescriptorProto> files;
    for (const std::string& bytes :
         response.file_descriptor_response().file_descriptor_proto()) {
      EXPECT_TRUE(files.emplace_back().ParseFromString(bytes));
    }
    return files;
  }
  static std::multiset<std::string> NamesOf(
      const ServerReflectionResponse& response) {
    std::multiset<std::string> names;
    for (const auto& file : FilesOf(response)) names.insert(file.name());
    return names;
  }

  std::unique_ptr<ReflectionAnswers> answers_;
};

TEST_F(ReflectionTest, ListsTheServicesInOrder) {
  const auto response = Ask("list_services: ''");
  std::vector<std::string> names;
  for (const auto& service : response.list_services_response().service()) {
    names.push_back(service.name());
  }
  EXPECT_THAT(names, ElementsAre("grpc.reflection.v1.ServerReflection",
                                 "rollcall.v1.DeviceService"));
}

TEST_F(ReflectionTest, GivesAFileAndOnceEachAllThatItImports) {
  const auto response =
      Ask("file_by_filename: 'rollcall/v1/device_service.proto'");
  EXPECT_THAT(NamesOf(response),
              UnorderedElementsAre("rollcall/v1/device_service.proto",
                                   "rollcall/v1/inventory.proto",
                                   "rollcall/v1/options.proto",
                                   "google/protobuf/timestamp.proto",
                                   "google/protobuf/descriptor.proto"));
}

TEST_F(ReflectionTest, KeepsTheComments) {
  const auto files =
      FilesOf(Ask("file_containing_symbol: 'rollcall.v1.DeviceService'"));
  ASSERT_FALSE(files.empty());
  EXPECT_EQ(files[0].name(), "rollcall/v1/device_service.proto");
  std::vector<std::string> comments;
  for (const auto& location : files[0].source_code_info().location()) {
    comments.push_back(location.leading_comments());
  }
  EXPECT_THAT(comments, Contains(HasSubstr("Lists devices")));
}

TEST_F(ReflectionTest, FindsMethodsFieldsAndExtensionsByName) {
  for (const char* symbol :
       {"rollcall.v1.DeviceService.ListDevices", "rollcall.v1.Device",
        "rollcall.v1.Device.hostname", "rollcall.v1.row"}) {
    EXPECT_FALSE(
        FilesOf(Ask(std::string("file_containing_symbol: '") + symbol + "'"))
            .empty())
        << symbol;
  }
}

TEST_F(ReflectionTest, FindsAnExtensionByTheTypeThatItExtends) {
  const auto numbers =
      Ask("all_extension_numbers_of_type: 'google.protobuf.MessageOptions'");
  const auto& response = numbers.all_extension_numbers_response();
  EXPECT_EQ(response.base_type_name(), "google.protobuf.MessageOptions");
  ASSERT_GT(response.extension_number_size(), 0);
  ServerReflectionRequest by_number;
  by_number.mutable_file_containing_extension()->set_containing_type(
      "google.protobuf.MessageOptions");
  by_number.mutable_file_containing_extension()->set_extension_number(
      response.extension_number(0));
  EXPECT_THAT(NamesOf(answers_->Answer(by_number)),
              Contains("rollcall/v1/options.proto"));
}

TEST_F(ReflectionTest, SaysWhatIsNotThere) {
  for (const char* text :
       {"file_by_filename: 'no.proto'", "file_by_filename: ''",
        "file_containing_symbol: 'no.such.Thing'",
        "file_containing_symbol: '..'",
        "file_containing_extension { extension_number: 99 }",
        "file_containing_extension { containing_type: 'no.Type' }",
        "all_extension_numbers_of_type: 'no.Type'"}) {
    const auto response = Ask(text);
    EXPECT_EQ(response.error_response().error_code(),
              grpc::StatusCode::NOT_FOUND)
        << text;
    EXPECT_THAT(response.error_response().error_message(),
                HasSubstr("not found"));
  }
}

TEST_F(ReflectionTest, SaysThatARequestAsksNothing) {
  EXPECT_EQ(Ask("").error_response().error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ReflectionTest, ANameThatWouldTakeForeverToLookForIsRefused) {
  ServerReflectionRequest request;
  std::string name;
  while (name.size() < 8 << 20) name += "a.";
  request.set_file_containing_symbol(name);
  const auto response = answers_->Answer(request);
  EXPECT_EQ(response.error_response().error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_LT(response.ByteSizeLong(), 1'000u);
}

TEST_F(ReflectionTest, AnswersWithTheQuestion) {
  const auto response = Ask("host: 'h' file_by_filename: 'x'");
  EXPECT_EQ(response.valid_host(), "h");
  EXPECT_EQ(response.original_request().file_by_filename(), "x");
}

TEST(ReflectionAnswersTest, RefusesAServiceThatIsNotDescribed) {
  EXPECT_THAT(
      ReflectionAnswers::Create({"rollcall.v1.Typo"}),
      StatusIs(absl::StatusCode::kInternal, HasSubstr("rollcall.v1.Typo")));
}

// Asks twice over one stream, under the service's name of `Service`.
template <typename Service>
void AskTwice(const std::shared_ptr<grpc::Channel>& channel) {
  const auto stub = Service::NewStub(channel);
  grpc::ClientContext context;
  const auto stream = stub->ServerReflectionInfo(&context);
  ServerReflectionRequest request;
  ServerReflectionResponse response;
  for (const char* symbol : {"rollcall.v1.Device", "rollcall.v1.Nothing"}) {
    request.set_file_containing_symbol(symbol);
    ASSERT_TRUE(stream->Write(request));
    ASSERT_TRUE(stream->Read(&response));
  }
  EXPECT_EQ(response.error_response().error_code(),
            grpc::StatusCode::NOT_FOUND);
  stream->WritesDone();
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(ReflectionTest, IsServedUnderBothNames) {
  const auto services = MakeReflectionServices(*answers_);
  grpc::ServerBuilder builder;
  for (const auto& service : services) builder.RegisterService(service.get());
  const auto server = builder.BuildAndStart();
  const auto channel = server->InProcessChannel({});
  AskTwice<grpc::reflection::v1::ServerReflection>(channel);
  AskTwice<grpc::reflection::v1alpha::ServerReflection>(channel);
}

}  // namespace
}  // namespace rollcall::collector
