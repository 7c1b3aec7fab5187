// What all measurements work with: a fleet, certificates, loops, and the two
// servers side by side.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "tests/bench/sync/talkers.h"
#include "tests/support/test_pki.h"
#include "tests/swarm/fleet_generator.h"
#include "tests/swarm/server_process.h"

namespace rollcall::bench {

// Sizes; the defaults keep the whole within 20 minutes.
struct BenchOptions {
  // Interleaved pairs of each figure.
  int pairs = 10;
  // Streams that talk at once, and threads of ours that carry them.
  uint32_t streams = 64;
  int loops = 1;
  // Messages of a stream in one measurement.
  int check_ins = 600;
  // Streams that change at once: those of a fleet that one upgrade goes
  // through.
  uint32_t change_streams = 512;
  int changes = 100;
  // Packages of a set, and sets that a device switches through in one
  // measurement.
  uint32_t set_rows = 2'000;
  int sets = 12;
  int known_images = 60;
  // Hosts of one first sync, all rows of which are unknown.
  uint32_t first_sync_hosts = 192;
  // Streams of the idle and the reconnecting.
  uint32_t crowd = 1'000;
  // Hosts of the fleet that is stored, and days that it changes.
  uint32_t hosts = 20'000;
  uint32_t days = 10;
  // Hosts that it grows to in the end; no more than before: it does not.
  uint32_t grown_hosts = 40'000;
  // Folder of the programs to measure; the echo, and the agents beside.
  std::string bin;
  std::string echo;
  std::string bystanders;
  // Of the parts to run; empty: all.
  std::vector<std::string> only;
};

// Not thread-safe.
class Lab {
 public:
  explicit Lab(const BenchOptions& options);
  ~Lab();

  const BenchOptions& options() const { return options_; }
  const testing::TestPki& pki() const { return pki_; }
  const swarm::FleetGenerator& fleet() const { return fleet_; }

  std::unique_ptr<swarm::ServerProcess> NewCollector() const;
  std::unique_ptr<swarm::ServerProcess> NewEcho() const;
  // The loop of stream number `i`.
  swarm::StreamLoop& loop(size_t i) { return *loops_[i % loops_.size()]; }
  // The certificate of agent number `i`; made when it is first asked for.
  const TlsCredentials& credentials(size_t i);

  // Agents of the fleet's hosts from 0 on, and as many streams of an echo that
  // say a message of `bytes`.
  Talkers NewAgents(uint32_t count);
  Talkers NewEchoes(uint32_t count, size_t bytes);

 private:
  const BenchOptions options_;
  const testing::TestPki pki_;
  const swarm::FleetGenerator fleet_;
  std::vector<std::unique_ptr<swarm::StreamLoop>> loops_;
  std::deque<TlsCredentials> credentials_;
};

// An echo is done sooner: with so many times the messages its run is long
// enough to be measured.
inline constexpr int kEchoTimes = 4;

// A collector and an echo that run at the same time, and those that talk to
// each.
struct Bench {
  std::unique_ptr<swarm::ServerProcess> collector;
  std::unique_ptr<swarm::ServerProcess> echo;
  Talkers agents;
  Talkers echoes;

  AgentTalker& agent(size_t i) const {
    return static_cast<AgentTalker&>(agents[i]);
  }
};

// Starts both and connects so many streams of each; echoes say messages of
// `bytes`.
absl::StatusOr<std::unique_ptr<Bench>> SetUp(Lab& lab, uint32_t streams,
                                             size_t bytes);

// An echo of messages of `bytes`, started with `flags`, and its streams.
struct EchoBench {
  std::unique_ptr<swarm::ServerProcess> server;
  Talkers talkers;
};
absl::StatusOr<EchoBench> SetUpEcho(Lab& lab, uint32_t streams, size_t bytes,
                                    const std::vector<std::string>& flags);

// The CPU time of this process.
absl::Duration OwnCpuTime();

// How fast streams talked, and the CPU time that the server and those who
// talked took for a message.
struct Run {
  double rate = 0;
  double server_micros = 0;
  double client_micros = 0;
};
// As TalkRate; the talkers talk to the server.
absl::StatusOr<Run> RunOf(const swarm::ServerProcess& server,
                          const Talkers& talkers, int messages);

// The step to a set of software that the collector may have from others.
AgentStep SwitchTo(const swarm::Report& from,
                   std::shared_ptr<const swarm::SectionReport> software);

// The parts of the benchmark.
absl::Status MeasurePayload(Lab& lab);
absl::Status MeasureCheckIns(Lab& lab);
absl::Status MeasureChanges(Lab& lab);
absl::Status MeasureSets(Lab& lab);
absl::Status MeasureFirstSync(Lab& lab);
absl::Status MeasureCrowd(Lab& lab);
absl::Status MeasureStored(Lab& lab);

}  // namespace rollcall::bench
