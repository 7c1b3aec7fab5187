// A swarm of real streams against the real collector, which is killed in the
// middle: everything that was acknowledged is there, to the row.
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/rows.h"
#include "gmock/gmock.h"
#include "rollcall/v1/device_service.grpc.pb.h"
#include "tests/support/process.h"
#include "tests/support/status_matchers.h"
#include "tests/swarm/machine_rows.h"
#include "tests/swarm/server_process.h"
#include "tests/swarm/swarm_client.h"

namespace rollcall::swarm {
namespace {

constexpr uint32_t kAgents = 200;
constexpr absl::Duration kTimeout = absl::Seconds(60);

// What the collector says of the fleet, over its admin API.
class Auditor {
 public:
  Auditor(const ServerProcess& collector, const TlsCredentials& credentials) {
    grpc::SslCredentialsOptions tls;
    tls.pem_root_certs = credentials.ca_pem;
    tls.pem_cert_chain = credentials.certificate_pem;
    tls.pem_private_key = credentials.private_key_pem;
    stub_ = v1::DeviceService::NewStub(
        grpc::CreateChannel(absl::StrCat("127.0.0.1:", collector.admin_port()),
                            grpc::SslCredentials(tls)));
  }

  // Device ids by host name.
  std::map<std::string, std::string> Devices() {
    std::map<std::string, std::string> devices;
    v1::ListDevicesRequest request;
    request.set_page_size(1'000);
    do {
      grpc::ClientContext context;
      v1::ListDevicesResponse response;
      const grpc::Status status =
          stub_->ListDevices(&context, request, &response);
      EXPECT_TRUE(status.ok()) << status.error_message();
      for (const v1::Device& device : response.devices()) {
        EXPECT_TRUE(
            devices.emplace(device.hostname(), device.device_id()).second)
            << device.hostname() << " is there twice";
      }
      request.set_page_token(response.next_page_token());
    } while (!request.page_token().empty());
    return devices;
  }

  // The root of all that the collector lists of a device's software.
  RootId SoftwareRoot(const std::string& device) {
    v1::ListDeviceRowsRequest request;
    request.set_device_id(device);
    request.add_sections("software");
    request.set_page_size(5'000);
    grpc::ClientContext context;
    v1::ListDeviceRowsResponse response;
    const grpc::Status status =
        stub_->ListDeviceRows(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    std::set<RowId> ids;
    for (const v1::DeviceRow& row : response.rows()) {
      ids.insert(RowId::FromHex(row.row_id()).value_or(RowId()));
    }
    return ComputeSectionRoot(std::vector<RowId>(ids.begin(), ids.end()));
  }

 private:
  std::unique_ptr<v1::DeviceService::Stub> stub_;
};

// Small machines: what is tested here does not depend on their size.
FleetOptions SmallMachines() {
  FleetOptions options;
  options.image_rows = 150;
  options.catalogue_rows = 2'000;
  return options;
}

class SwarmTest : public ::testing::Test {
 protected:
  SwarmTest() : collector_(testing::BinaryPath("rollcall-collector"), pki_) {
    std::vector<TlsCredentials> credentials;
    for (uint32_t i = 0; i < kAgents; ++i) credentials.push_back(pki_.Agent());
    swarm_ = std::make_unique<SwarmClient>(fleet_, credentials, SwarmOptions());
  }

  RootId RootAt(uint32_t host, HostTime time) const {
    return fleet_.SoftwareSection(fleet_.SoftwareOf(host, time))->root;
  }

  // REQUIRES: no agent is connected.
  void ExpectNothingIsLost() {
    Auditor auditor(collector_, pki_.Admin("auditor"));
    const auto devices = auditor.Devices();
    EXPECT_LE(devices.size(), kAgents);
    for (const Standing& standing : swarm_->Standings()) {
      if (!standing.acknowledged_once) continue;
      const std::string name = HostName(standing.host);
      ASSERT_TRUE(devices.contains(name)) << name << " is lost";
      // What was said last may have been stored though its answer was lost.
      EXPECT_THAT(auditor.SoftwareRoot(devices.at(name)),
                  ::testing::AnyOf(RootAt(standing.host, standing.acknowledged),
                                   RootAt(standing.host, standing.said)))
          << name;
    }
  }

  const testing::TestPki pki_;
  const FleetGenerator fleet_{SmallMachines()};
  ServerProcess collector_;
  std::unique_ptr<SwarmClient> swarm_;
};

TEST_F(SwarmTest, LosesNothingThatWasAcknowledgedThoughKilled) {
  ASSERT_OK(collector_.Start());
  swarm_->Release(collector_.agent_port());
  ASSERT_TRUE(swarm_->AwaitAllSynced(kTimeout));
  ASSERT_TRUE(swarm_->AwaitAcknowledgements(5 * kAgents, kTimeout));
  swarm_->Hold();
  collector_.Kill();
  ASSERT_TRUE(swarm_->AwaitAllAway(kTimeout));
  ASSERT_OK(collector_.Start());
  ExpectNothingIsLost();

  swarm_->Release(collector_.agent_port());
  ASSERT_TRUE(swarm_->AwaitAllSynced(kTimeout));
  ASSERT_TRUE(swarm_->AwaitAcknowledgements(2 * kAgents, kTimeout));
  swarm_->Disconnect();
  ASSERT_TRUE(swarm_->AwaitAllAway(kTimeout));
  ExpectNothingIsLost();
  EXPECT_OK(swarm_->health());
  EXPECT_EQ(collector_.Stop(), 0);
}

}  // namespace
}  // namespace rollcall::swarm
