// What a fleet takes on disk, and how fast the collector is with it: at one
// size, after days of changes, and grown to another.
#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "collector/app/descriptor_limits.h"
#include "common/rows.h"
#include "common/status.h"
#include "tests/bench/sync/figures.h"
#include "tests/bench/sync/lab.h"
#include "tests/bench/sync/stored_fleet.h"

namespace rollcall::bench {
namespace {

// The line: grown tenfold, a fleet is no worse by more than that.
constexpr double kMostWorse = 1.1;
// As an agent's check-in with vitals; see MeasurePayload.
constexpr size_t kCheckInBytes = 49;

// Descriptors that are not a stream's: files, and connections that were turned
// away and are being closed while their stream tries again.
constexpr int kOtherDescriptors = 2'000;
constexpr absl::string_view kWithIdentity =
    "sync.stored_per_host.with_identity.";

// What a size came to.
struct AtSize {
  // Of heads, rows and postings.
  double bytes = 0;
  // With what tells the hosts from one another.
  double bytes_with_identity = 0;
  // Of a bare echo.
  double check_ins = 0;
};

absl::Status MeasureHolders(const swarm::Report& report, StoredFleet& fleet) {
  constexpr size_t kQuestions = 40;
  std::vector<std::string> packages;
  const auto& rows = report.sections.at("software")->rows;
  for (size_t i = 0; i < kQuestions; ++i) {
    ROLLCALL_ASSIGN_OR_RETURN(
        const v1::Row row,
        DecodeRow("software", rows[i * rows.size() / kQuestions]->canonical));
    packages.push_back(row.software_package().name());
  }
  ROLLCALL_ASSIGN_OR_RETURN(std::vector<double> times,
                            fleet.TimeHolders(packages));
  PrintFigure(absl::StrCat("sync.who_has.", fleet.hosts()),
              Percentile(times, 50), "ms", AtMost(50));
  PrintFigure(absl::StrCat("sync.who_has.worst.", fleet.hosts()),
              Percentile(times, 100), "ms");
  return absl::OkStatus();
}

// How many streams there may be of each kind at once.
struct Crowds {
  uint32_t agents = 0;
  uint32_t echoes = 0;
};

// Agents come first where descriptors are few.
Crowds ShareStreams(uint32_t wanted) {
  const auto most = static_cast<uint32_t>(
      std::max(collector::RaiseDescriptorLimit() - kOtherDescriptors, 2));
  Crowds crowds;
  crowds.agents = std::min(wanted, most * 2 / 3);
  crowds.echoes = std::min(wanted, most - crowds.agents);
  return crowds;
}

// Unchanged check-ins on real streams to a collector that has this store.
// Returns what they are of a bare echo.
absl::StatusOr<double> MeasureCheckInsOver(Lab& lab,
                                           swarm::ServerProcess& collector,
                                           uint32_t hosts,
                                           std::optional<double> before) {
  const Crowds crowds = ShareStreams(std::min(lab.options().crowd, hosts));
  const auto echo = lab.NewEcho();
  ROLLCALL_RETURN_IF_ERROR(
      collector.Start({"--log-level=error", "--slow-start-seconds=0"}));
  ROLLCALL_RETURN_IF_ERROR(echo->Start());
  const BenchOptions& options = lab.options();
  const Talkers agents = lab.NewAgents(crowds.agents);
  const Talkers echoes = lab.NewEchoes(crowds.echoes, kCheckInBytes);
  ROLLCALL_RETURN_IF_ERROR(PrepareAll(agents, collector.agent_port()).status());
  ROLLCALL_RETURN_IF_ERROR(PrepareAll(echoes, echo->agent_port()).status());
  // As many as in MeasureCheckIns, and at least a few of each.
  const int messages =
      std::max(4, options.check_ins * static_cast<int>(options.streams) /
                      static_cast<int>(crowds.agents));
  Pairs pairs;
  for (int i = 0; i < options.pairs; ++i) {
    ROLLCALL_ASSIGN_OR_RETURN(const double rate, TalkRate(agents, messages));
    ROLLCALL_ASSIGN_OR_RETURN(const double echoed, TalkRate(echoes, messages));
    pairs.Add(rate, echoed);
  }
  std::optional<Line> line;
  if (before.has_value()) line = AtLeast(*before / kMostWorse);
  pairs.Print(absl::StrCat("sync.stored_check_ins.", hosts), "/s", line);
  ROLLCALL_RETURN_IF_ERROR(LeaveAll(agents));
  ROLLCALL_RETURN_IF_ERROR(LeaveAll(echoes));
  collector.Stop();
  echo->Stop();
  return pairs.ratio();
}

// Compares the new hosts with all others, as the collector would.
absl::StatusOr<double> WeighLinked(uint32_t more, StoredFleet& fleet) {
  const absl::Time start = absl::Now();
  ROLLCALL_RETURN_IF_ERROR(fleet.Link());
  PrintFigure(absl::StrCat("sync.link.", fleet.hosts()),
              more / absl::ToDoubleSeconds(absl::Now() - start), "hosts/s");
  return fleet.Weigh();
}

// Grows the fleet to a size and measures it there.
absl::StatusOr<AtSize> GrowTo(Lab& lab, uint32_t hosts,
                              swarm::ServerProcess& collector,
                              StoredFleet& fleet,
                              std::optional<double> check_ins_before) {
  const uint32_t more = hosts - fleet.hosts();
  const absl::Time start = absl::Now();
  ROLLCALL_RETURN_IF_ERROR(fleet.Grow(hosts));
  PrintFigure(absl::StrCat("sync.load.", hosts),
              more / absl::ToDoubleSeconds(absl::Now() - start), "hosts/s");
  AtSize size;
  ROLLCALL_ASSIGN_OR_RETURN(size.bytes, fleet.Weigh());
  ROLLCALL_ASSIGN_OR_RETURN(size.bytes_with_identity, WeighLinked(more, fleet));
  ROLLCALL_RETURN_IF_ERROR(MeasureHolders(*lab.fleet().ReportOf(0, {}), fleet));
  fleet.Close();
  ROLLCALL_ASSIGN_OR_RETURN(
      size.check_ins,
      MeasureCheckInsOver(lab, collector, hosts, check_ins_before));
  ROLLCALL_RETURN_IF_ERROR(fleet.Open());
  return size;
}

}  // namespace

absl::Status MeasureStored(Lab& lab) {
  const BenchOptions& options = lab.options();
  const auto collector = lab.NewCollector();
  std::vector<AgentId> agents;
  for (uint32_t host = 0; host < options.crowd; ++host) {
    agents.push_back(testing::AgentIdOf(lab.credentials(host)));
  }
  StoredFleet fleet(lab.fleet(), collector->data(), std::move(agents));
  ROLLCALL_RETURN_IF_ERROR(fleet.Open());
  ROLLCALL_ASSIGN_OR_RETURN(
      const AtSize first,
      GrowTo(lab, options.hosts, *collector, fleet, std::nullopt));
  const double per_host = first.bytes / options.hosts;
  PrintFigure(absl::StrCat("sync.stored_per_host.", options.hosts), per_host,
              "B", AtMost(1024));
  const double with_identity = first.bytes_with_identity / options.hosts;
  PrintFigure(absl::StrCat(kWithIdentity, options.hosts), with_identity, "B");
  ROLLCALL_ASSIGN_OR_RETURN(const double before, fleet.Weigh());
  ROLLCALL_ASSIGN_OR_RETURN(const int64_t changes, fleet.Live(options.days));
  ROLLCALL_ASSIGN_OR_RETURN(const double after, fleet.Weigh());
  PrintFigure("sync.stored_per_change",
              (after - before) / static_cast<double>(changes), "B",
              AtMost(150));
  if (options.grown_hosts <= options.hosts) return absl::OkStatus();
  ROLLCALL_ASSIGN_OR_RETURN(
      const AtSize grown,
      GrowTo(lab, options.grown_hosts, *collector, fleet, first.check_ins));
  PrintFigure(
      absl::StrCat(kWithIdentity, options.grown_hosts),
      (grown.bytes_with_identity - (after - before)) / options.grown_hosts, "B",
      AtMost(kMostWorse * with_identity));
  return absl::OkStatus();
}

}  // namespace rollcall::bench
