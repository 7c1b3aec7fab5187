// Agents that break the rules of the wire: each is refused, and none of it
// touches the others.
#include "absl/strings/str_cat.h"
#include "agent/uplink/grpc_stream.h"
#include "common/rows.h"
#include "rollcall/v1/sync.grpc.pb.h"
#include "tests/e2e/collector_process.h"
#include "tests/support/status_matchers.h"
#include "tests/swarm/raw_stream.h"
#include "tests/swarm/send_raw.h"

namespace rollcall::testing {
namespace {

using ::rollcall::swarm::MakeChannel;
using ::rollcall::swarm::SendRaw;
using ::testing::HasSubstr;

agent::Facts OneRow(const std::string& hostname) {
  v1::Row row;
  row.mutable_os_instance()->set_hostname(hostname);
  const std::string canonical = EncodeRow(row);
  const RowId id = ComputeRowId("os", kRowLevel, canonical);
  agent::Facts facts;
  facts.sections["os"] = {ComputeSectionRoot({id}), {{id, canonical}}};
  facts.subject_root = ComputeSubjectRoot({{"os", facts.sections["os"].root}});
  facts.evidence.set_machine_id(hostname);
  facts.evidence_hash = ComputeEvidenceHash(facts.evidence);
  return facts;
}

class WireTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_NO_FATAL_FAILURE(collector_.Start()); }
  void TearDown() override {
    // Whatever happened, a good agent is served and the collector stops in
    // order.
    agent::UplinkOptions options;
    options.collector = absl::StrCat("127.0.0.1:", collector_.agent_port());
    options.credentials = collector_.Agent("good");
    const auto uplink = agent::Uplink::Create(options);
    const auto stream = uplink->Open();
    agent::Conversation conversation(*stream);
    EXPECT_OK(conversation.Begin(OneRow("good"), 0));
    EXPECT_EQ(collector_.Stop(), 0);
  }

  std::shared_ptr<grpc::Channel> AgentChannel() {
    return MakeChannel(collector_.agent_port(), collector_.Agent("bad"));
  }

  CollectorProcess collector_;
};

TEST_F(WireTest, AMessageOverTheLimitIsRefusedBeforeItIsDecoded) {
  const grpc::Status status =
      SendRaw(AgentChannel(), std::string(2 << 20, 'x'));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), HasSubstr("1048576"));
}

TEST_F(WireTest, BytesThatAreNoMessageAreRefused) {
  for (const std::string& bytes :
       {std::string("garbage"), std::string("\xff\xff\xff\xff"),
        std::string()}) {
    EXPECT_EQ(SendRaw(AgentChannel(), bytes).error_code(),
              grpc::StatusCode::INVALID_ARGUMENT);
  }
}

TEST_F(WireTest, AnAdminsCertificateIsNoAgents) {
  v1::AgentMessage hello;
  hello.mutable_hello();
  const grpc::Status status =
      SendRaw(MakeChannel(collector_.agent_port(), collector_.Admin("jo")),
              hello.SerializeAsString());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_THAT(status.error_message(), HasSubstr("rollcall://agent/"));
}

TEST_F(WireTest, AdminMethodsAreNotServedToAgents) {
  grpc::GenericStub stub(AgentChannel());
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const auto call =
      stub.PrepareUnaryCall(&context, "/rollcall.v1.DeviceService/ListDevices",
                            grpc::ByteBuffer(), &queue);
  call->StartCall();
  grpc::ByteBuffer answer;
  grpc::Status status;
  call->Finish(&answer, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(WireTest, AgentsThatVanishInMidSentenceLeaveNothingBehind) {
  for (int i = 0; i < 50; ++i) {
    const auto stub = v1::SyncService::NewStub(AgentChannel());
    grpc::ClientContext context;
    const auto stream = stub->Sync(&context);
    v1::AgentMessage hello;
    hello.mutable_hello()->add_row_levels(kRowLevel);
    stream->Write(hello);
    context.TryCancel();
    stream->Finish();
  }
}

}  // namespace
}  // namespace rollcall::testing
