#include "agent/uplink/row_frames.h"

#include "common/compression.h"
#include "common/rows.h"
#include "tests/support/fake_random.h"
#include "tests/support/status_matchers.h"

namespace rollcall::agent {
namespace {

using ::rollcall::testing::FakeRandom;
using ::rollcall::testing::StatusIs;
using ::testing::Eq;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// What the collector admits for one message: see ingest_options.h.
constexpr size_t kMaxMessageBytes = 1 << 20;

class RowFramesTest : public ::testing::Test {
 protected:
  void AddAll(const std::vector<std::string>& rows) {
    for (const std::string& row : rows) ASSERT_OK(frames_.Add(row));
    ASSERT_OK(frames_.Finish());
  }
  // The rows of all messages, unpacked as the collector does.
  std::vector<std::string> Unpacked() const {
    std::vector<std::string> rows;
    for (const v1::AgentMessage& message : sent_) {
      EXPECT_LT(message.ByteSizeLong(), kMaxMessageBytes);
      for (const std::string& frame : message.rows().frames()) {
        const auto content = Decompress(frame);
        EXPECT_OK(content);
        v1::RowBatch batch;
        EXPECT_TRUE(batch.ParseFromString(content.value_or("")));
        rows.insert(rows.end(), batch.rows().begin(), batch.rows().end());
      }
    }
    return rows;
  }
  // Whether the last message and no other says that it is.
  void ExpectOnlyTheLastIsLast() const {
    for (size_t i = 0; i < sent_.size(); ++i) {
      EXPECT_EQ(sent_[i].rows().last(), i + 1 == sent_.size()) << i;
    }
  }

  std::vector<v1::AgentMessage> sent_;
  RowFrames frames_{[this](const v1::AgentMessage& message) {
    sent_.push_back(message);
    return absl::OkStatus();
  }};
};

TEST_F(RowFramesTest, AFewRowsGoInOneMessage) {
  const std::vector<std::string> rows = {"a", "bc", ""};
  AddAll(rows);
  EXPECT_THAT(sent_, SizeIs(1));
  EXPECT_EQ(Unpacked(), rows);
  ExpectOnlyTheLastIsLast();
}

TEST_F(RowFramesTest, WithoutRowsTheEndIsStillSaid) {
  ASSERT_OK(frames_.Finish());
  ASSERT_THAT(sent_, SizeIs(1));
  EXPECT_TRUE(sent_[0].rows().last());
  EXPECT_THAT(sent_[0].rows().frames(), IsEmpty());
}

TEST_F(RowFramesTest, RowsThatDoNotCompressStayWithinAMessage) {
  FakeRandom random;
  std::vector<std::string> rows(100, std::string(kMaxRowBytes, '\0'));
  for (std::string& row : rows) {
    for (char& byte : row) byte = static_cast<char>(random.Next64());
  }
  AddAll(rows);
  EXPECT_THAT(sent_, SizeIs(Ge(6u)));
  EXPECT_EQ(Unpacked(), rows);
  ExpectOnlyTheLastIsLast();
}

TEST_F(RowFramesTest, RowsThatAllSayTheSameAreTakenByTheCollector) {
  const std::vector<std::string> rows(2'000, std::string(1'000, 'x'));
  AddAll(rows);
  EXPECT_EQ(Unpacked(), rows);
}

TEST_F(RowFramesTest, TinyRowsAreTakenByTheCollector) {
  const std::vector<std::string> rows(300'000, "x");
  AddAll(rows);
  EXPECT_THAT(Unpacked(), SizeIs(rows.size()));
}

TEST(RowFrames, FailsAsTheSinkDoes) {
  int sent = 0;
  RowFrames frames([&](const v1::AgentMessage&) {
    ++sent;
    return absl::UnavailableError("gone");
  });
  absl::Status status;
  while (status.ok()) status = frames.Add(std::string(10'000, 'x'));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, Eq("gone")));
  EXPECT_EQ(sent, 1);
}

}  // namespace
}  // namespace rollcall::agent
