// The agents' port over real mutual TLS.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <thread>

#include "absl/strings/str_cat.h"
#include "agent/uplink/conversation.h"
#include "agent/uplink/grpc_stream.h"
#include "collector/ingest/sync_service.h"
#include "collector/rpc/grpc_listener.h"
#include "tests/support/fake_random.h"
#include "tests/support/memory_store.h"
#include "tests/support/status_matchers.h"
#include "tests/support/subject_report.h"
#include "tests/support/test_pki.h"

namespace rollcall::collector {

// The machine's time and what a test adds to it.
class ShiftedClock final : public Clock {
 public:
  absl::Time Now() const override {
    return SystemClock().Now() + absl::Seconds(shift_.load());
  }
  absl::Duration Monotonic() const override {
    return SystemClock().Monotonic() + absl::Seconds(shift_.load());
  }
  void Advance(absl::Duration by) { shift_ += absl::ToInt64Seconds(by); }

 private:
  std::atomic<int64_t> shift_{0};
};

class SyncServiceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    GrpcListenerOptions options;
    options.address = "127.0.0.1:0";
    options.credentials = pki_.Server();
    options.max_message_bytes = options_.max_message_bytes;
    ASSERT_OK_AND_ASSIGN(listener_, GrpcListener::Start(options, {&service_}));
  }
  void TearDown() override {
    // Every stream that was opened has ended; the reactors are gone.
    if (listener_ != nullptr) listener_->Stop(absl::ZeroDuration());
    EXPECT_EQ(stats_.streams, 0);
    EXPECT_EQ(budget_.used(), 0);
    EXPECT_EQ(row_budget_.used(), 0);
  }

  std::unique_ptr<agent::Uplink> ConnectAs(
      const TlsCredentials& credentials) const {
    agent::UplinkOptions options;
    options.collector = absl::StrCat("127.0.0.1:", listener_->port());
    options.credentials = credentials;
    return agent::Uplink::Create(options);
  }
  std::unique_ptr<agent::Uplink> ConnectAsNew() const {
    return ConnectAs(pki_.Agent());
  }

  // Syncs and hangs up.
  absl::Status SyncOnce(agent::Uplink& uplink, const agent::Facts& facts,
                        std::optional<absl::Duration>* retry = nullptr) {
    const auto stream = uplink.Open();
    agent::Conversation conversation(*stream);
    const absl::Status status = conversation.Begin(facts, 0);
    if (retry != nullptr) *retry = conversation.retry_after();
    return status;
  }

  // The server learns in its own time that a stream is gone.
  void AwaitStreams(int64_t count) const {
    while (stats_.streams != count) std::this_thread::yield();
  }

  size_t DeviceCount() const {
    const auto devices = subjects_.ListDevices(engine_, KnownStamp::Max());
    EXPECT_OK(devices);
    return devices->size();
  }

  const testing::TestPki pki_;
  ShiftedClock clock_;
  testing::FakeRandom random_;
  HybridClock hybrid_{clock_};
  Engine& engine_ = testing::EmptyStore();
  testing::SharedContent shared_{engine_};
  IngestOptions options_;
  IngestStats stats_;
  ByteBudget budget_{8 << 20};
  ByteBudget row_budget_{8 << 20};
  NewRowQuota new_rows_{clock_};
  Committer committer_{engine_, hybrid_};
  Subjects subjects_;
  LastSeenTracker last_seen_;
  ExecutorOptions executor_options_{.threads = 2, .max_queue = 64};
  Executor executor_{executor_options_};
  const SyncDeps deps_{engine_,    shared_.content, committer_, subjects_,
                       last_seen_, clock_,          random_,    options_,
                       stats_,     row_budget_,     new_rows_};
  Revocations revocations_{engine_, committer_};
  SyncServiceImpl service_{deps_, executor_, budget_, &revocations_};
  std::unique_ptr<GrpcListener> listener_;
};

}  // namespace rollcall::collector
