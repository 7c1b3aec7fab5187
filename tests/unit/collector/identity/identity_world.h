// Agents and the collector's identity on a store in memory, without streams.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "collector/identity/contact_log.h"
#include "collector/identity/device_linker.h"
#include "collector/identity/subjects.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/memory_store.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {

// What inventory knows of check-ins.
class FakeContactTimes final : public ContactTimes {
 public:
  std::optional<absl::Time> LastContact(SubjectId subject) const override {
    const auto found = times_.find(subject);
    if (found == times_.end()) return std::nullopt;
    return found->second;
  }
  void Note(SubjectId subject, absl::Time time) { times_[subject] = time; }

 private:
  std::map<SubjectId, absl::Time> times_;
};

// An agent's side: its key and its state.
struct FakeAgent {
  AgentId id;
  std::optional<Nonce> nonce;
  int64_t incarnation = 0;
};

class IdentityWorld {
 public:
  IdentityWorld() : committer_(engine_, hybrid_) {}

  FakeAgent NewAgent() { return {AgentId::Generate(random_), {}, 0}; }

  // What a stream does from Hello to Ack.
  ContactOutcome SayHello(FakeAgent& agent, const v1::Evidence& evidence) {
    clock_.Advance(absl::Minutes(1));
    const auto known = subjects_.FindByAgent(engine_, agent.id);
    EXPECT_OK(known);
    const Contact contact = {agent.id, agent.nonce, agent.incarnation,
                             incarnation_, clock_.Now()};
    ContactOutcome outcome;
    SubjectId subject = Subjects::NewSubjectId(random_);
    if (known->has_value()) subject = (*known)->id;
    const AgentReport report = {agent.id, clock_.Now(), evidence};
    const auto build = [&](KnownStamp stamp, const Reader& reader,
                           Writes& writes) -> absl::Status {
      ROLLCALL_ASSIGN_OR_RETURN(
          outcome, contacts_.Build(contact,
                                   known->has_value() ? std::optional(subject)
                                                      : std::nullopt,
                                   Nonce::Generate(random_), reader, writes));
      if (known->has_value()) {
        return subjects_.BuildEvidence(subject, report, reader, writes);
      }
      return subjects_
          .BuildNew(subject, report, Subjects::NewDeviceId(subject, random_),
                    stamp, reader, writes)
          .status();
    };
    Write(build);
    times_.Note(subject, clock_.Now());
    agent.nonce = outcome.next_nonce;
    agent.incarnation = incarnation_;
    return outcome;
  }
  // As the committer does, without its thread: tests make many contacts.
  void Write(const std::function<absl::Status(KnownStamp, const Reader&,
                                              Writes&)>& build) {
    Writes writes;
    EXPECT_OK(build(hybrid_.Next(), engine_, writes));
    EXPECT_OK(engine_.Write(writes.head, Durability::kBuffered));
  }
  void SayHello(FakeAgent& agent, const v1::Evidence& evidence, int times) {
    for (int i = 0; i < times; ++i) SayHello(agent, evidence);
  }

  void Link() {
    clock_.Advance(absl::Hours(2));
    EXPECT_OK(linker_.RunDue());
  }

  SubjectId SubjectOf(const FakeAgent& agent) {
    const auto known = subjects_.FindByAgent(engine_, agent.id);
    EXPECT_OK(known);
    return known->has_value() ? (*known)->id : SubjectId();
  }
  DeviceId DeviceOf(const FakeAgent& agent) {
    const auto known = subjects_.FindByAgent(engine_, agent.id);
    EXPECT_OK(known);
    if (!known->has_value()) return DeviceId();
    const auto link = ReadLink(engine_, (*known)->id);
    EXPECT_OK(link);
    const auto device = CurrentDevice((*known)->record, *link);
    EXPECT_OK(device);
    return *device;
  }
  // The subjects of a device by its edges.
  std::vector<SubjectId> SubjectsOf(DeviceId device,
                                    KnownStamp as_of = KnownStamp::Max()) {
    const auto found = subjects_.FindDevice(engine_, device, as_of);
    EXPECT_OK(found);
    std::vector<SubjectId> ids;
    if (!found->has_value()) return ids;
    for (const auto& subject : (*found)->subjects) {
      ids.push_back(subject.subject);
    }
    return ids;
  }
  std::vector<v1::IdentityEvent> EventsOf(DeviceId device) {
    const auto events =
        collector::EventsOf(engine_, device, KnownStamp::Max(), 100);
    EXPECT_OK(events);
    return *events;
  }
  // Pairs that a person is asked about, newer first.
  std::vector<std::pair<SubjectId, SubjectId>> Possible() {
    auto scan = kPossibleDuplicateTable.ScanPrefix(engine_, KeyWriter());
    std::vector<std::pair<SubjectId, SubjectId>> pairs;
    while (true) {
      const auto entry = scan.Next();
      EXPECT_OK(entry);
      if (!entry->has_value()) return pairs;
      pairs.emplace_back((*entry)->key.newer, (*entry)->key.older);
    }
  }
  KnownStamp Now() { return hybrid_.Next(); }

  testing::FakeClock clock_;
  testing::FakeRandom random_;
  HybridClock hybrid_{clock_};
  Engine& engine_ = testing::EmptyStore();
  Committer committer_;
  Subjects subjects_;
  ContactLog contacts_;
  FakeContactTimes times_;
  int64_t incarnation_ = 1;
  DeviceLinker linker_{engine_, committer_, times_, clock_};
};

}  // namespace rollcall::collector
