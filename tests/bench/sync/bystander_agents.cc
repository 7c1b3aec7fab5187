// Agents that check in every 100 ms until they are told to end (SIGTERM). The
// file `ready` says that all are synced; after the end `latencies` says how
// long each answer took, in milliseconds.
#include <absl/synchronization/mutex.h>
#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/status.h"
#include "tests/bench/sync/talkers.h"
#include "tests/swarm/fleet_generator.h"

namespace rollcall::bench {
namespace {

constexpr absl::Duration kInterval = absl::Milliseconds(100);
// What they say before they look whether to end.
constexpr int kMessages = 5;

volatile sig_atomic_t told_to_end = 0;

struct Options {
  int port = 0;
  uint32_t first = 0;
  uint32_t count = 0;
  // With ca.pem, and each host's certificate and key.
  std::string folder;
};

// The fleet has what they report.
absl::StatusOr<Talkers> MakeAgents(const Options& options,
                                   const swarm::FleetGenerator& fleet,
                                   swarm::StreamLoop& loop) {
  const auto file = [&](uint32_t host, const char* kind) {
    return absl::StrCat(options.folder, "/", host, kind);
  };
  Talkers agents;
  for (uint32_t i = 0; i < options.count; ++i) {
    const uint32_t host = options.first + i;
    ROLLCALL_ASSIGN_OR_RETURN(
        const TlsCredentials credentials,
        LoadTlsCredentials(options.folder + "/ca.pem", file(host, ".pem"),
                           file(host, ".key"), absl::Now()));
    agents.Add(std::make_unique<AgentTalker>(loop, credentials,
                                             fleet.ReportOf(host, {})));
  }
  return agents;
}

absl::Status Run(const Options& options) {
  const swarm::FleetGenerator fleet;
  swarm::StreamLoop loop;
  ROLLCALL_ASSIGN_OR_RETURN(const Talkers agents,
                            MakeAgents(options, fleet, loop));
  ROLLCALL_RETURN_IF_ERROR(PrepareAll(agents, options.port).status());
  std::ofstream latencies(options.folder + "/latencies");
  ROLLCALL_RETURN_IF_ERROR(
      WriteFileAtomically(options.folder + "/ready", "", 0600));
  // One schedule from beginning to end: what is late stays late.
  absl::Time start = absl::Now();
  for (; told_to_end == 0; start += kMessages * kInterval) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto some,
                              TalkPaced(agents, kMessages, start, kInterval));
    for (const double one : some) latencies << one << '\n';
  }
  latencies.close();
  return latencies.fail() ? absl::DataLossError("cannot write the latencies")
                          : absl::OkStatus();
}

}  // namespace
}  // namespace rollcall::bench

int main(int argc, char** argv) {
#ifdef NDEBUG
  // As the collector does.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
#endif
  signal(SIGPIPE, SIG_IGN);
  signal(SIGTERM, [](int) { rollcall::bench::told_to_end = 1; });
  rollcall::SetLogLevel(rollcall::LogLevel::kError);
  rollcall::bench::Options options;
  CLI::App app("Agents that check in while others are measured",
               "bystander_agents");
  app.add_option("--port", options.port)->required();
  app.add_option("--first", options.first)->required();
  app.add_option("--count", options.count)->required();
  app.add_option("--folder", options.folder)->required();
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = rollcall::bench::Run(options);
  if (status.ok()) return 0;
  std::fprintf(stderr, "bystander_agents: %s\n", status.ToString().c_str());
  return 1;
}
