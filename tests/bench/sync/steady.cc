// Streams that are open and say a little: check-ins, and changes of one row.
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status.h"
#include "tests/bench/sync/figures.h"
#include "tests/bench/sync/lab.h"

namespace rollcall::bench {
namespace {

// As an agent's check-in with vitals, and with an upgraded package; see
// MeasurePayload.
constexpr size_t kCheckInBytes = 49;
constexpr size_t kChangeBytes = 180;
// Latencies are measured over so many times the messages of one run: seconds,
// in which what goes on in the background goes on too.
constexpr int kLatencyTimes = 3;
// Packages that are upgraded again and again: a host goes on differing from its
// image in about as many rows as the fleet's hosts do.
constexpr size_t kUpgraded = 15;
// Unlike what any image of the fleet has.
constexpr uint32_t kNewImagePackage = 3'000'000;

// Upgrades of one package each, on every agent, that follow each other from
// where the fleet's hosts begin. Not thread-safe.
class Upgrades {
 public:
  Upgrades(const swarm::FleetGenerator& fleet, const Bench& bench)
      : fleet_(fleet), bench_(bench) {
    for (uint32_t host = 0; host < bench.agents.size(); ++host) {
      packages_.push_back(fleet.SoftwareOf(host, {}));
    }
  }

  // The next `count` for the next Talk of all agents.
  void Prepare(int count) {
    for (size_t host = 0; host < packages_.size(); ++host) {
      std::vector<AgentStep> steps;
      std::shared_ptr<const swarm::Report> report = bench_.agent(host).report();
      for (int i = 0; i < count; ++i) {
        steps.push_back(Next(*report, packages_[host], next_ + i));
        report = steps.back().report;
      }
      bench_.agent(host).SetSteps(std::move(steps));
    }
    next_ += count;
  }

 private:
  AgentStep Next(const swarm::Report& report,
                 std::vector<swarm::PackageVersion>& packages,
                 int number) const {
    ++packages[static_cast<size_t>(number) % kUpgraded].revision;
    auto sections = report.sections;
    sections["software"] = fleet_.SoftwareSection(packages);
    const auto next = swarm::MakeReport(std::move(sections), report.evidence);
    return {swarm::PreparedChange{next->subject_root,
                                  swarm::ChangesBetween(report, *next)},
            next};
  }

  const swarm::FleetGenerator& fleet_;
  const Bench& bench_;
  std::vector<std::vector<swarm::PackageVersion>> packages_;
  int next_ = 0;
};

// How long messages take at 70 % of the rate that the talkers came to, and how
// busy the machine is with it: with two cores, 2 is all there is.
absl::Status MeasureLatency(absl::string_view name,
                            const swarm::ServerProcess& server,
                            const Talkers& talkers, int messages, double rate,
                            std::optional<Line> line) {
  const auto interval =
      absl::Seconds(static_cast<double>(talkers.size()) / (0.7 * rate));
  const absl::Time begin = absl::Now();
  const absl::Duration server_before = server.CpuTime();
  const absl::Duration client_before = OwnCpuTime();
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto latencies,
      TalkPaced(talkers, messages, begin + absl::Milliseconds(50), interval));
  const absl::Duration elapsed = absl::Now() - begin;
  const auto cores = [elapsed](absl::Duration cpu) {
    return absl::FDivDuration(cpu, elapsed);
  };
  PrintFigure(absl::StrCat(name, ".server_cores_at_70_percent"),
              cores(server.CpuTime() - server_before), "");
  PrintFigure(absl::StrCat(name, ".client_cores_at_70_percent"),
              cores(OwnCpuTime() - client_before), "");
  PrintFigure(absl::StrCat(name, ".p50_at_70_percent"),
              Percentile(latencies, 50), "ms");
  PrintFigure(absl::StrCat(name, ".p99_at_70_percent"),
              Percentile(latencies, 99), "ms", line);
  return absl::OkStatus();
}

// Every agent's next step: an image that one machine brought before.
absl::Status SwitchAllToKnownImage(Lab& lab, const Bench& bench) {
  std::vector<swarm::PackageVersion> packages;
  for (uint32_t i = 0; i < lab.fleet().options().image_rows; ++i) {
    packages.push_back({kNewImagePackage + i, 0});
  }
  const auto image = lab.fleet().SoftwareSection(packages);
  const auto host = static_cast<uint32_t>(bench.agents.size());
  Talkers first;
  first.Add(std::make_unique<AgentTalker>(
      lab.loop(host), lab.credentials(host),
      SwitchTo(*lab.fleet().ReportOf(host, {}), image).report));
  ROLLCALL_RETURN_IF_ERROR(
      PrepareAll(first, bench.collector->agent_port()).status());
  for (size_t i = 0; i < bench.agents.size(); ++i) {
    bench.agent(i).SetSteps({SwitchTo(*bench.agent(i).report(), image)});
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status MeasureCheckIns(Lab& lab) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto bench,
                            SetUp(lab, lab.options().streams, kCheckInBytes));
  Pairs pairs;
  for (int i = 0; i < lab.options().pairs; ++i) {
    ROLLCALL_ASSIGN_OR_RETURN(const double collector,
                              TalkRate(bench->agents, lab.options().check_ins));
    ROLLCALL_ASSIGN_OR_RETURN(const double echo,
                              TalkRate(bench->echoes, lab.options().check_ins));
    pairs.Add(collector, echo);
  }
  pairs.Print("sync.unchanged_check_ins", "/s", AtLeast(0.8));
  return absl::OkStatus();
}

absl::Status MeasureChanges(Lab& lab) {
  const uint32_t streams = lab.options().change_streams;
  ROLLCALL_ASSIGN_OR_RETURN(const auto bench,
                            SetUp(lab, streams, kChangeBytes));
  // What is left of an echo that must only store as much before it answers.
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto commits,
      SetUpEcho(lab, streams, kChangeBytes, {"--store=changes"}));
  Upgrades upgrades(lab.fleet(), *bench);
  Pairs pairs;
  Pairs least;
  Pairs cpu;
  const int changes = lab.options().changes;
  for (int i = 0; i < lab.options().pairs; ++i) {
    upgrades.Prepare(changes);
    ROLLCALL_ASSIGN_OR_RETURN(const Run collector,
                              RunOf(*bench->collector, bench->agents, changes));
    ROLLCALL_ASSIGN_OR_RETURN(const Run echo,
                              RunOf(*bench->echo, bench->echoes, changes));
    ROLLCALL_ASSIGN_OR_RETURN(const Run stored,
                              RunOf(*commits.server, commits.talkers, changes));
    pairs.Add(collector.rate, echo.rate);
    least.Add(stored.rate, echo.rate);
    cpu.Add(collector.server_micros, stored.server_micros);
  }
  pairs.Print("sync.one_row_changes", "/s", AtLeast(0.5));
  least.Print("sync.one_row_changes.of_an_echo_that_commits", "/s",
              std::nullopt);
  cpu.Print("sync.one_row_changes.server_cpu", "us", std::nullopt);
  upgrades.Prepare(kLatencyTimes * changes);
  ROLLCALL_RETURN_IF_ERROR(
      MeasureLatency("sync.changes", *bench->collector, bench->agents,
                     kLatencyTimes * changes, pairs.value(), AtMost(50)));
  return MeasureLatency("sync.changes.of_an_echo_that_commits", *commits.server,
                        commits.talkers, kLatencyTimes * changes, least.value(),
                        std::nullopt);
}

// Bytes of messages that an agent sends and gets, before TLS and framing.
absl::Status MeasurePayload(Lab& lab) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto bench,
                            SetUp(lab, lab.options().streams, kCheckInBytes));
  const AgentTalker& talker = bench->agent(0);
  const auto measure = [&](absl::string_view name,
                           double line) -> absl::Status {
    const int64_t sent = talker.agent().bytes_sent();
    const int64_t received = talker.agent().bytes_received();
    ROLLCALL_RETURN_IF_ERROR(TalkAll(bench->agents, 1).status());
    PrintFigure(absl::StrCat("sync.payload.", name),
                static_cast<double>(talker.agent().bytes_sent() - sent), "B",
                AtMost(line));
    PrintFigure(absl::StrCat("sync.payload.", name, ".answer"),
                static_cast<double>(talker.agent().bytes_received() - received),
                "B");
    return absl::OkStatus();
  };
  ROLLCALL_RETURN_IF_ERROR(measure("unchanged", 64));
  Upgrades upgrades(lab.fleet(), *bench);
  upgrades.Prepare(1);
  ROLLCALL_RETURN_IF_ERROR(measure("one_upgrade", 256));
  ROLLCALL_RETURN_IF_ERROR(SwitchAllToKnownImage(lab, *bench));
  ROLLCALL_RETURN_IF_ERROR(measure("known_image", 128));
  return absl::OkStatus();
}

}  // namespace rollcall::bench
