// kill -9 of the collector while agents stream: what was acknowledged is there
// afterwards, and the store opens by itself.
//
// The oracle is outside the collector: each agent notes the version of its one
// package when the acknowledgement arrives.
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <atomic>
#include <cstdlib>
#include <map>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/uplink/grpc_stream.h"
#include "common/rows.h"
#include "common/sync.h"
#include "rollcall/v1/device_service.grpc.pb.h"
#include "tests/e2e/collector_process.h"
#include "tests/support/status_matchers.h"

namespace rollcall::testing {
namespace {

constexpr int kAgents = 8;
constexpr int kPackages = 50;
constexpr int kAcksPerRound = 150;

int Rounds() {
  const char* rounds = std::getenv("ROLLCALL_KILL_ROUNDS");
  int number = 0;
  return rounds != nullptr && absl::SimpleAtoi(rounds, &number) ? number : 20;
}

// One machine: a host name, packages that stay, and one whose version counts
// up.
agent::Facts FactsOf(int agent, int version) {
  std::map<std::string, std::map<RowId, std::string>> sections;
  const auto add = [&](const v1::Row& row) {
    const std::string& section = FindRowKind(row)->section;
    const std::string canonical = EncodeRow(row);
    sections[section][ComputeRowId(section, kRowLevel, canonical)] = canonical;
  };
  v1::Row row;
  row.mutable_os_instance()->set_hostname(absl::StrCat("host-", agent));
  add(row);
  for (int i = 0; i < kPackages; ++i) {
    row.mutable_software_package()->set_ecosystem("deb");
    row.mutable_software_package()->set_name(
        i == 0 ? absl::StrCat("counted-", agent) : absl::StrCat("package-", i));
    row.mutable_software_package()->set_version(
        absl::StrCat(i == 0 ? version : 1));
    row.mutable_software_package()->set_architecture("amd64");
    add(row);
  }
  agent::Facts facts;
  std::map<std::string, RootId> roots;
  for (const auto& [name, rows] : sections) {
    std::vector<RowId> ids;
    for (const auto& [id, canonical] : rows) {
      ids.push_back(id);
      facts.sections[name].rows.push_back({id, canonical});
    }
    roots[name] = facts.sections[name].root = ComputeSectionRoot(ids);
  }
  facts.subject_root = ComputeSubjectRoot(roots);
  facts.evidence.set_machine_id(absl::StrCat("machine-", agent));
  facts.evidence_hash = ComputeEvidenceHash(facts.evidence);
  return facts;
}

// What all agents were promised.
class Oracle {
 public:
  void Sending(int agent, int version) {
    MutexLock lock(&mutex_);
    sent_[agent] = version;
  }
  void Acknowledged(int agent, int version) {
    MutexLock lock(&mutex_);
    acknowledged_[agent] = version;
    ++count_;
    more_.SignalAll();
  }
  void AwaitAcknowledgements(int more) {
    MutexLock lock(&mutex_);
    const int64_t goal = count_ + more;
    while (count_ < goal) more_.Wait(&mutex_);
  }
  std::map<int, int> acknowledged() const {
    MutexLock lock(&mutex_);
    return acknowledged_;
  }
  std::map<int, int> sent() const {
    MutexLock lock(&mutex_);
    return sent_;
  }

 private:
  mutable Mutex mutex_;
  CondVar more_;
  int64_t count_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<int, int> sent_ ABSL_GUARDED_BY(mutex_);
  std::map<int, int> acknowledged_ ABSL_GUARDED_BY(mutex_);
};

// Streams changes as fast as they are acknowledged, connecting anew after every
// break.
class StreamingAgent {
 public:
  StreamingAgent(int number, TlsCredentials credentials,
                 const std::atomic<int>& port, Oracle& oracle)
      : number_(number),
        credentials_(std::move(credentials)),
        port_(port),
        oracle_(oracle),
        thread_([this] { Run(); }) {}
  ~StreamingAgent() {
    stop_ = true;
    thread_.join();
  }

 private:
  void Run() {
    while (!stop_) {
      agent::UplinkOptions options;
      options.collector = absl::StrCat("127.0.0.1:", port_.load());
      options.credentials = credentials_;
      options.timeout = absl::Seconds(20);
      const auto uplink = agent::Uplink::Create(options);
      const auto stream = uplink->Open();
      agent::Conversation conversation(*stream);
      if (!Say(conversation, /*begin=*/true)) continue;
      while (!stop_ && Say(conversation, /*begin=*/false)) {
      }
    }
  }

  bool Say(agent::Conversation& conversation, bool begin) {
    const int version = ++version_;
    oracle_.Sending(number_, version);
    const agent::Facts facts = FactsOf(number_, version);
    const absl::Status status = begin
                                    ? conversation.Begin(facts, 0)
                                    : conversation.CheckIn(facts, v1::Vitals());
    if (status.ok()) oracle_.Acknowledged(number_, version);
    return status.ok();
  }

  const int number_;
  const TlsCredentials credentials_;
  const std::atomic<int>& port_;
  Oracle& oracle_;
  std::atomic<bool> stop_{false};
  int version_ = 0;
  std::thread thread_;
};

// The versions that the collector holds, by agent.
std::map<int, int> StoredVersions(int port, const TlsCredentials& admin) {
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = admin.ca_pem;
  tls.pem_cert_chain = admin.certificate_pem;
  tls.pem_private_key = admin.private_key_pem;
  const auto stub = v1::DeviceService::NewStub(grpc::CreateChannel(
      absl::StrCat("127.0.0.1:", port), grpc::SslCredentials(tls)));
  std::map<int, int> versions;
  for (int agent = 0; agent < kAgents; ++agent) {
    grpc::ClientContext context;
    v1::ListSoftwareDevicesRequest request;
    request.set_name(absl::StrCat("counted-", agent));
    v1::ListSoftwareDevicesResponse response;
    const grpc::Status status =
        stub->ListSoftwareDevices(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    EXPECT_LE(response.devices_size(), 1) << "agent " << agent;
    for (const auto& device : response.devices()) {
      EXPECT_EQ(device.hostname(), absl::StrCat("host-", agent));
      int version = 0;
      EXPECT_EQ(device.packages_size(), 1);
      EXPECT_TRUE(absl::SimpleAtoi(device.packages(0).version(), &version));
      versions[agent] = version;
    }
  }
  return versions;
}

TEST(Kill, LosesNothingThatWasAcknowledged) {
  CollectorProcess collector;
  const TlsCredentials admin = collector.Admin("auditor");
  ASSERT_NO_FATAL_FAILURE(collector.Start());
  std::atomic<int> port = collector.agent_port();
  Oracle oracle;
  std::vector<std::unique_ptr<StreamingAgent>> agents;
  agents.reserve(kAgents);
  for (int i = 0; i < kAgents; ++i) {
    agents.push_back(std::make_unique<StreamingAgent>(
        i, collector.Agent(absl::StrCat("a", i)), port, oracle));
  }
  for (int round = 0; round < Rounds(); ++round) {
    oracle.AwaitAcknowledgements(kAcksPerRound);
    collector.Kill();
    const std::map<int, int> acknowledged = oracle.acknowledged();
    ASSERT_NO_FATAL_FAILURE(collector.Start());
    port = collector.agent_port();
    const std::map<int, int> stored =
        StoredVersions(collector.admin_port(), admin);
    const std::map<int, int> sent = oracle.sent();
    for (const auto& [agent, version] : acknowledged) {
      ASSERT_TRUE(stored.contains(agent)) << "round " << round;
      EXPECT_GE(stored.at(agent), version) << "round " << round;
      EXPECT_LE(stored.at(agent), sent.at(agent)) << "round " << round;
    }
  }
  agents.clear();
  EXPECT_EQ(collector.Stop(), 0);
}

}  // namespace
}  // namespace rollcall::testing
