// Very many streams: what an idle one holds in the server's memory, and all of
// them connecting at once.
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status.h"
#include "tests/bench/sync/bystanders.h"
#include "tests/bench/sync/figures.h"
#include "tests/bench/sync/lab.h"

namespace rollcall::bench {
namespace {

// About what a hello has.
constexpr size_t kHelloBytes = 90;
// Streams that are served all the while.
constexpr uint32_t kGood = 32;

// A server, and the many that connect to it.
struct Side {
  std::unique_ptr<swarm::ServerProcess> server;
  Talkers crowd;
};

struct Storm {
  absl::Duration time;
  absl::Duration server_cpu;
  // How often one was turned away, and tried again.
  int64_t retries = 0;
};

// All connect at once; until the last has its first answer.
absl::StatusOr<Storm> Connect(const Side& side) {
  const absl::Time start = absl::Now();
  const absl::Duration cpu = side.server->CpuTime();
  ROLLCALL_ASSIGN_OR_RETURN(const int64_t retries,
                            PrepareAll(side.crowd, side.server->agent_port()));
  return Storm{absl::Now() - start, side.server->CpuTime() - cpu, retries};
}

// Resident bytes that a connected and idle stream adds, to a server that has
// served nothing else since it started.
absl::StatusOr<double> BytesPerStream(const Side& side) {
  const int64_t before = side.server->ResidentBytes();
  ROLLCALL_RETURN_IF_ERROR(Connect(side).status());
  const int64_t after = side.server->ResidentBytes();
  ROLLCALL_RETURN_IF_ERROR(LeaveAll(side.crowd));
  return static_cast<double>(after - before) /
         static_cast<double>(side.crowd.size());
}

absl::Status MeasureMemory(const Side& collector, const Side& echo) {
  Pairs pairs;
  ROLLCALL_ASSIGN_OR_RETURN(const double agents, BytesPerStream(collector));
  ROLLCALL_ASSIGN_OR_RETURN(const double echoes, BytesPerStream(echo));
  pairs.Add(agents / 1000, echoes / 1000);
  pairs.Print(
      absl::StrCat("sync.memory_per_idle_stream.", collector.crowd.size()),
      "kB", AtMost(1.2));
  return absl::OkStatus();
}

absl::Status MeasureStorms(Lab& lab, const Side& collector, const Side& echo) {
  Pairs time;
  Pairs cpu;
  Pairs retries;
  for (int i = 0; i < lab.options().pairs; ++i) {
    ROLLCALL_ASSIGN_OR_RETURN(const Storm storm, Connect(collector));
    ROLLCALL_RETURN_IF_ERROR(LeaveAll(collector.crowd));
    ROLLCALL_ASSIGN_OR_RETURN(const Storm beside, Connect(echo));
    ROLLCALL_RETURN_IF_ERROR(LeaveAll(echo.crowd));
    time.Add(absl::ToDoubleSeconds(storm.time),
             absl::ToDoubleSeconds(beside.time));
    retries.Add(static_cast<double>(storm.retries),
                static_cast<double>(beside.retries));
    const auto streams = static_cast<double>(collector.crowd.size());
    cpu.Add(absl::ToDoubleMilliseconds(storm.server_cpu) / streams,
            absl::ToDoubleMilliseconds(beside.server_cpu) / streams);
  }
  const size_t streams = collector.crowd.size();
  time.Print(absl::StrCat("sync.reconnect_storm.", streams), "s", AtMost(1.25));
  cpu.Print(absl::StrCat("sync.reconnect_cpu_per_stream.", streams), "ms",
            AtMost(1.25));
  retries.Print(absl::StrCat("sync.reconnect_storm.retries.", streams), "",
                std::nullopt);
  return absl::OkStatus();
}

// Those that are connected check in while all the others connect.
absl::Status MeasureGoodAgents(Lab& lab, const Side& collector) {
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto good,
      Bystanders::Start(lab, static_cast<uint32_t>(collector.crowd.size()),
                        kGood, collector.server->agent_port()));
  ROLLCALL_RETURN_IF_ERROR(Connect(collector).status());
  ROLLCALL_ASSIGN_OR_RETURN(const auto latencies, good->Stop());
  PrintFigure("sync.reconnect_storm.others_p99", Percentile(latencies, 99),
              "ms", AtMost(1'000));
  return LeaveAll(collector.crowd);
}

}  // namespace

absl::Status MeasureCrowd(Lab& lab) {
  Side collector = {lab.NewCollector(), lab.NewAgents(lab.options().crowd)};
  Side echo = {lab.NewEcho(), lab.NewEchoes(lab.options().crowd, kHelloBytes)};
  // What counts is how fast it can be, not how slow it would start.
  const std::vector<std::string> flags = {"--log-level=error",
                                          "--slow-start-seconds=0"};
  ROLLCALL_RETURN_IF_ERROR(collector.server->Start(flags));
  // All are known; and both servers are as new when it counts.
  ROLLCALL_RETURN_IF_ERROR(Connect(collector).status());
  ROLLCALL_RETURN_IF_ERROR(LeaveAll(collector.crowd));
  collector.server->Stop();
  ROLLCALL_RETURN_IF_ERROR(collector.server->Start(flags));
  ROLLCALL_RETURN_IF_ERROR(echo.server->Start());
  ROLLCALL_RETURN_IF_ERROR(MeasureMemory(collector, echo));
  ROLLCALL_RETURN_IF_ERROR(MeasureStorms(lab, collector, echo));
  ROLLCALL_RETURN_IF_ERROR(MeasureGoodAgents(lab, collector));
  collector.server->Stop();
  echo.server->Stop();
  return absl::OkStatus();
}

}  // namespace rollcall::bench
