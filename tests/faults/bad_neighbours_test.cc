// Good agents beside bad ones: whoever begins thousands of handshakes and ends
// none, and whoever says what is no message, again and again, is refused and
// counted, and the others are answered as fast as before.
//
// ROLLCALL_NEIGHBOUR_SECONDS sets how long they are there.
#include <iostream>
#include <optional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/compression.h"
#include "rollcall/v1/sync.pb.h"
#include "tests/faults/connection_flood.h"
#include "tests/faults/fault_options.h"
#include "tests/faults/quiet_agent.h"
#include "tests/faults/rude_caller.h"
#include "tests/support/percentile.h"
#include "tests/support/process.h"
#include "tests/support/sanitizer.h"
#include "tests/support/status_matchers.h"
#include "tests/swarm/server_process.h"

namespace rollcall::testing {
namespace {

using ::testing::Gt;

constexpr size_t kHalfOpen = 5'000;
constexpr absl::Duration kPause = absl::Milliseconds(100);
constexpr absl::Duration kTimeout = absl::Seconds(120);
// Below it a difference says more of the machine's scheduler than of anything
// else.
constexpr absl::Duration kLeastLine =
    kSanitized ? absl::Milliseconds(100) : absl::Milliseconds(20);

// Frames where a message of rows belongs: each is refused by another rule.
std::vector<std::string> BadMessages() {
  v1::AgentMessage bomb;
  bomb.mutable_rows()->add_frames(Compress(std::string(1 << 20, 'x')));
  return {"garbage", bomb.SerializeAsString(), std::string(2 << 20, 'x'),
          std::string("\x0a\x03\x0a\x01\xff", 5)};
}

class BadNeighboursTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK(collector_.Start());
    good_.emplace(collector_.agent_port(), pki_.Agent());
    ASSERT_OK(good_->Begin());
  }

  // Appends how long the good agent waits for its answers, for that long.
  void Measure(absl::Duration span, std::vector<absl::Duration>& times) {
    const absl::Time end = absl::Now() + span;
    while (absl::Now() < end) {
      ASSERT_OK_AND_ASSIGN(const absl::Duration took, good_->CheckIn());
      times.push_back(took);
    }
  }

  static void ExpectNoEffect(const std::vector<absl::Duration>& before,
                             const std::vector<absl::Duration>& beside,
                             const char* beside_what) {
    const absl::Duration alone = Percentile(before, 99);
    const absl::Duration p99 = Percentile(beside, 99);
    EXPECT_LT(p99, std::max(2 * alone, kLeastLine));
    std::cout << "good agents' p99 " << absl::ToInt64Microseconds(p99)
              << " us beside " << beside_what << ", "
              << absl::ToInt64Microseconds(alone) << " us without\n";
  }

  const absl::Duration span_ =
      absl::Seconds(FaultOption("ROLLCALL_NEIGHBOUR_SECONDS", 3));
  const TestPki pki_;
  swarm::ServerProcess collector_{BinaryPath("rollcall-collector"), pki_};
  std::optional<QuietAgent> good_;
};

TEST_F(BadNeighboursTest, HandshakesThatNobodyEndsDelayNobody) {
  std::vector<absl::Duration> alone;
  std::vector<absl::Duration> beside;
  ASSERT_NO_FATAL_FAILURE(Measure(span_, alone));
  {
    ConnectionFlood flood(collector_.agent_port(), kHalfOpen);
    ASSERT_NO_FATAL_FAILURE(Measure(span_, beside));
    EXPECT_TRUE(flood.AwaitFilled(kTimeout));
    ASSERT_NO_FATAL_FAILURE(Measure(span_, beside));
    // Who comes now is let in.
    QuietAgent late(collector_.agent_port(), pki_.Agent());
    EXPECT_OK(late.Begin());
  }
  ASSERT_NO_FATAL_FAILURE(Measure(span_, alone));
  ExpectNoEffect(alone, beside, "5000 half-open connections");
  good_.reset();
  EXPECT_EQ(collector_.Stop(), 0);
}

TEST_F(BadNeighboursTest, ThoseWhoTalkNonsenseDelayNobody) {
  std::vector<absl::Duration> alone;
  std::vector<absl::Duration> beside;
  ASSERT_NO_FATAL_FAILURE(Measure(span_, alone));
  const TlsCredentials bad = pki_.Agent();
  {
    std::vector<std::unique_ptr<RudeCaller>> callers;
    for (const std::string& bytes : BadMessages()) {
      callers.push_back(std::make_unique<RudeCaller>(collector_.agent_port(),
                                                     bad, bytes, kPause));
    }
    ASSERT_NO_FATAL_FAILURE(Measure(span_, beside));
    for (const auto& caller : callers) EXPECT_THAT(caller->refused(), Gt(0));
  }
  ASSERT_NO_FATAL_FAILURE(Measure(span_, alone));
  ExpectNoEffect(alone, beside, "agents that talk nonsense");
  EXPECT_THAT(collector_.Log(), ::testing::HasSubstr(AgentIdOf(bad).ToHex()));
  good_.reset();
  EXPECT_EQ(collector_.Stop(), 0);
}

}  // namespace
}  // namespace rollcall::testing
