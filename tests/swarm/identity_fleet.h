// A fleet in which machines are copied, restored, renamed, repaired and docked,
// and say what others say too, and a collector that they visit over real
// streams. Only the time is made up.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "collector/app/identity_parts.h"
#include "collector/identity/enrolment.h"
#include "tests/support/test_ledger.h"
#include "tests/support/test_requests.h"
#include "tests/swarm/visitor.h"
#include "tests/unit/collector/ingest/sync_service_fixture.h"

namespace rollcall::swarm {

inline constexpr uint32_t kHosts = 24;

// Most of its machines are hard to tell apart.
inline FleetOptions SmallFleet(uint64_t seed) {
  FleetOptions options;
  options.seed = seed;
  options.images = 3;
  options.image_rows = 20;
  options.catalogue_rows = 200;
  options.incidents = {.same_uuid = 130,
                       .imaged = 130,
                       .renamed = 130,
                       .board_swapped = 130,
                       .docked = 130,
                       .restored = 130,
                       .copied = 130,
                       .docks = 2};
  return options;
}

// A machine as it is in truth.
struct TrueMachine {
  TrueMachine(const FleetGenerator& fleet, uint32_t the_host, StreamLoop& loop,
              const TlsCredentials& credentials)
      : incident(fleet.IncidentOf(the_host)),
        visitor(fleet, the_host, loop, credentials) {
    agents.push_back(testing::AgentIdOf(credentials));
  }

  const Incident incident;
  Visitor visitor;
  HostTime time;
  // Those that are its alone, oldest first: not a key that another one has too.
  std::vector<AgentId> agents;
  // The one that it was copied to or from, until that has a key of its own.
  TrueMachine* twin = nullptr;
  // Contacts since its incident.
  int contacts = 0;
  AgentMemory backup;

  AgentId agent() const {
    return testing::AgentIdOf(visitor.memory().credentials);
  }
};

// Drives the machines, and knows which is which. The parameter is the seed.
class IdentityFleet : public collector::SyncServiceTest,
                      public ::testing::WithParamInterface<uint64_t> {
 protected:
  IdentityFleet() : fleet_(SmallFleet(GetParam())) {
    for (uint32_t host = 0; host < kHosts; ++host) {
      machines_.push_back(std::make_unique<TrueMachine>(
          fleet_, host, loop_, pki_.Agent(absl::Hours(48))));
    }
  }

  void SetUp() override {
    SyncServiceTest::SetUp();
    ASSERT_OK_AND_ASSIGN(
        auto authority,
        collector::CertificateAuthority::Create(
            pki_.ca_pem(), pki_.ca_key_pem(), pki_.ca_pem(), absl::Now()));
    enrolment_.UseAuthority(std::move(authority));
  }

  // Each machine makes one contact; of two with one key one after the other.
  void SpendRound() {
    clock_.Advance(absl::Minutes(25));
    std::vector<TrueMachine*> first;
    std::vector<TrueMachine*> then;
    for (const auto& machine : machines_) {
      TrueMachine* const twin = machine->twin;
      const bool waits =
          twin != nullptr &&
          std::find(first.begin(), first.end(), twin) != first.end();
      (waits ? then : first).push_back(machine.get());
    }
    // Which of two is first differs from round to round.
    if (draws_.Below(2) == 0) {
      for (TrueMachine*& machine : then) {
        std::replace(first.begin(), first.end(), machine->twin, machine);
        machine = machine->twin;
      }
    }
    Visit(first);
    Visit(then);
    ASSERT_OK(identity_.linker.RunDue());
  }

  void Visit(const std::vector<TrueMachine*>& machines) {
    for (TrueMachine* const machine : machines) {
      machine->visitor.Begin(listener_->port(), machine->time);
    }
    for (TrueMachine* const machine : machines) {
      const absl::Status ended = machine->visitor.Await(kTimeout);
      ++machine->contacts;
      if (machine->visitor.must_rekey()) {
        BecomeAnother(*machine);
      } else {
        EXPECT_OK(ended) << IncidentName(machine->incident);
      }
    }
    AwaitStreams(0);
  }

  // Of two with one key the one that keeps it is its owner from then on.
  void BecomeAnother(TrueMachine& machine) {
    ASSERT_NE(machine.twin, nullptr)
        << "told to rekey, and was " << IncidentName(machine.incident);
    ++happened_["rekeyed"];
    machine.twin->agents.push_back(machine.agent());
    machine.twin->twin = nullptr;
    machine.twin = nullptr;
    TakeKey(machine);
  }
  // As an agent does: a key of its own, certified for the one that it had.
  void TakeKey(TrueMachine& machine) {
    const TlsCredentials old = machine.visitor.memory().credentials;
    const std::string key = testing::NewKeyPem();
    v1::RenewRequest request;
    request.set_certificate_pem(old.certificate_pem);
    request.set_csr_pem(testing::RequestFor(key));
    ASSERT_OK_AND_ASSIGN(
        *request.mutable_signature(),
        SignText(old.private_key_pem, RenewalText(request.csr_pem())));
    ASSERT_OK_AND_ASSIGN(const auto answer, enrolment_.Renew(request));
    const TlsCredentials own = {old.ca_pem, answer.certificate_pem(), key};
    machine.visitor.BecomeAnother(own);
    machine.agents.push_back(testing::AgentIdOf(own));
  }

  void HaveIncidents() {
    for (size_t i = 0; i < kHosts; ++i) {
      TrueMachine& machine = *machines_[i];
      machine.contacts = 0;
      machine.time.happened = true;
      ++happened_[std::string(IncidentName(machine.incident))];
      if (machine.incident == Incident::kBoardSwapped) TakeKey(machine);
      if (machine.incident == Incident::kRestored) {
        machine.visitor.Remember(machine.backup);
      }
      if (machine.incident == Incident::kCopied) Copy(machine);
    }
  }
  void Copy(TrueMachine& machine) {
    machines_.push_back(
        std::make_unique<TrueMachine>(fleet_, machine.visitor.host(), loop_,
                                      machine.visitor.memory().credentials));
    TrueMachine& copy = *machines_.back();
    copy.visitor.Remember(machine.visitor.memory());
    copy.time = machine.time;
    copy.agents.clear();
    machine.agents.clear();
    copy.twin = &machine;
    machine.twin = &copy;
  }

  static constexpr absl::Duration kTimeout = absl::Seconds(60);

  const FleetGenerator fleet_;
  Draws draws_{GetParam(), Purpose::kLife};
  collector::IdentityParts identity_{engine_, committer_, last_seen_, clock_,
                                     random_};
  // Certificates are of the machine's time, as TLS is.
  SystemClock system_clock_;
  collector::CertificateRevocations revoked_{engine_};
  const testing::TestLedger ledger_{engine_, committer_};
  collector::TokenStore tokens_{engine_,  committer_,    ledger_.writer(),
                                revoked_, system_clock_, random_};
  collector::Enrolment enrolment_{engine_,      committer_,    tokens_,
                                  revocations_, system_clock_, random_};
  StreamLoop loop_;
  std::vector<std::unique_ptr<TrueMachine>> machines_;
  std::map<std::string, int> happened_;
};

}  // namespace rollcall::swarm
