// The two ends of the sync protocol talking to each other, over memory.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/uplink/conversation.h"
#include "collector/ingest/sync_session.h"
#include "collector/inventory/subject_state.h"
#include "common/compression.h"
#include "common/rows.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/memory_store.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
#include "tests/support/subject_report.h"

namespace rollcall::collector {

inline agent::Facts MakeFacts(const std::vector<std::string>& rows_as_text,
                              const std::string& machine_id = "machine-1") {
  agent::Facts facts;
  std::map<std::string, std::map<RowId, std::string>> sections;
  for (const std::string& text : rows_as_text) {
    const auto row = testing::FromText<v1::Row>(text);
    const std::string section = FindRowKind(row)->section;
    const std::string canonical = EncodeRow(row);
    sections[section][ComputeRowId(section, kRowLevel, canonical)] = canonical;
  }
  std::map<std::string, RootId> roots;
  for (const auto& [name, rows] : sections) {
    std::vector<RowId> ids;
    for (const auto& [id, canonical] : rows) {
      facts.sections[name].rows.push_back({id, canonical});
      ids.push_back(id);
    }
    facts.sections[name].root = ComputeSectionRoot(ids);
    roots[name] = facts.sections[name].root;
  }
  facts.subject_root = ComputeSubjectRoot(roots);
  facts.evidence.set_machine_id(machine_id);
  facts.evidence.add_permanent_macs("mac of " + machine_id);
  facts.evidence_hash = ComputeEvidenceHash(facts.evidence);
  return facts;
}

inline std::string PackageText(int number, int version = 1) {
  return "software_package { ecosystem: 'deb' name: 'p" +
         std::to_string(number) + "' version: '" + std::to_string(version) +
         "' architecture: 'amd64' }";
}

// So many packages, of which the first has that version.
inline std::vector<std::string> Packages(int count, int version_of_first = 1) {
  std::vector<std::string> rows = {PackageText(0, version_of_first)};
  for (int i = 1; i < count; ++i) rows.push_back(PackageText(i));
  return rows;
}

class SyncTest : public ::testing::Test {
 protected:
  void SetUp() override {
    committer_ = std::make_unique<Committer>(engine_, hybrid_);
    deps_.emplace(SyncDeps{engine_, shared_.content, *committer_, subjects_,
                           last_seen_, clock_, random_, options_, stats_,
                           row_budget_, new_rows_});
  }

  // Carries messages to a session and back, keeping what was said.
  class Wire final : public agent::MessageStream {
   public:
    Wire(const SyncDeps& deps, AgentId agent) : session_(deps, agent) {}

    absl::Status Send(const v1::AgentMessage& message) override {
      said_.push_back(message);
      if (!status_.ok()) return status_;
      SyncReply reply = Handle(message);
      for (auto& answer : reply.messages) answers_.push_back(answer);
      status_ = reply.status;
      return absl::OkStatus();
    }

    absl::StatusOr<v1::CollectorMessage> Receive() override {
      if (answers_.empty()) {
        return status_.ok() ? absl::UnavailableError("nothing to receive")
                            : status_;
      }
      v1::CollectorMessage answer = answers_.front();
      answers_.pop_front();
      return answer;
    }

    SyncReply Handle(const v1::AgentMessage& message) {
      Mutex mutex;
      CondVar ready;
      std::optional<SyncReply> result;
      const auto take = [&](SyncReply reply) {
        MutexLock lock(&mutex);
        result = std::move(reply);
        ready.SignalAll();
      };
      // As the service does.
      if (session_.HandleAtOnce(message, take)) {
        ++handled_at_once_;
      } else {
        session_.Handle(message, take);
      }
      MutexLock lock(&mutex);
      while (!result.has_value()) ready.Wait(&mutex);
      return *result;
    }

    absl::Duration Patience() const { return session_.Patience(); }
    const std::vector<v1::AgentMessage>& said() const { return said_; }
    void ForgetSaid() { said_.clear(); }
    int handled_at_once() const { return handled_at_once_; }
    int RowsSent() const {
      int rows = 0;
      for (const auto& message : said_) {
        for (const std::string& frame : message.rows().frames()) {
          v1::RowBatch batch;
          EXPECT_TRUE(batch.ParseFromString(*Decompress(frame)));
          rows += batch.rows_size();
        }
      }
      return rows;
    }

   private:
    SyncSession session_;
    int handled_at_once_ = 0;
    std::vector<v1::AgentMessage> said_;
    std::deque<v1::CollectorMessage> answers_;
    absl::Status status_;
  };

  absl::Status Sync(Wire& wire, const agent::Facts& facts) {
    agent::Conversation conversation(wire);
    return conversation.Begin(facts, 0);
  }

  // The canonical rows that the store holds for the agent.
  std::set<std::string> StoredRows(AgentId agent) {
    std::set<std::string> rows;
    const auto subject = subjects_.FindByAgent(engine_, agent);
    EXPECT_OK(subject);
    if (!subject->has_value()) return rows;
    const auto state = ReadSubjectState(engine_, shared_.content,
                                        (*subject)->id, KnownStamp::Max());
    EXPECT_OK(state);
    for (const auto& [name, section] : (*state)->sections) {
      for (const auto& [id, canonical] : section.own) rows.insert(canonical);
      for (const RowId& id : section.fleet) {
        const auto stored = engine_.Get(TableId::kRow, id.bytes());
        EXPECT_OK(stored);
        stored::v1::FleetRow row;
        EXPECT_TRUE(row.ParseFromString(**stored));
        rows.insert(row.canonical());
      }
    }
    return rows;
  }

  static std::set<std::string> RowsOf(const agent::Facts& facts) {
    std::set<std::string> rows;
    for (const auto& [name, section] : facts.sections) {
      for (const auto& row : section.rows) rows.insert(row.canonical);
    }
    return rows;
  }

  testing::FakeClock clock_;
  testing::FakeRandom random_;
  HybridClock hybrid_{clock_};
  Engine& engine_ = testing::EmptyStore();
  testing::SharedContent shared_{engine_};
  std::unique_ptr<Committer> committer_;
  Subjects subjects_;
  LastSeenTracker last_seen_;
  IngestOptions options_;
  IngestStats stats_;
  ByteBudget row_budget_{64 << 20};
  NewRowQuota new_rows_{clock_};
  std::optional<SyncDeps> deps_;
  const AgentId agent_ = AgentId::Generate(random_);
  const AgentId other_ = AgentId::Generate(random_);
};

}  // namespace rollcall::collector
