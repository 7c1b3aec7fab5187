// Machines that the collector never heard of, all of whose rows are unknown,
// beside a server that decodes the same bytes and stores them in one Put each;
// and what is left of that where each row is an entry of its own.
#include <optional>
#include <utility>
#include <vector>

#include "agent/uplink/row_frames.h"
#include "common/status.h"
#include "tests/bench/sync/figures.h"
#include "tests/bench/sync/lab.h"
#include "tests/swarm/machine_rows.h"

namespace rollcall::bench {
namespace {

// Far from what the fleet has.
constexpr uint32_t kFirstHost = 10'000'000;

// Machines of one measurement, and the rows that they alone have.
struct Newcomers {
  explicit Newcomers(uint64_t seed) {
    swarm::FleetOptions options;
    options.seed = seed;
    fleet = std::make_unique<swarm::FleetGenerator>(options);
  }
  std::unique_ptr<swarm::FleetGenerator> fleet;
  std::vector<std::shared_ptr<const swarm::Report>> reports;
  Talkers agents;
  // Of the one echo and of the other.
  Talkers in_one;
  Talkers in_each;
};

// What they talk to: the collector; an echo that stores a host's rows in one
// entry; and one that stores each row under its id.
struct Servers {
  explicit Servers(const Lab& lab)
      : collector(lab.NewCollector()),
        in_one(lab.NewEcho()),
        in_each(lab.NewEcho()) {}

  absl::Status Start() const {
    ROLLCALL_RETURN_IF_ERROR(collector->Start({"--log-level=error"}));
    ROLLCALL_RETURN_IF_ERROR(in_one->Start({"--store=hosts"}));
    return in_each->Start({"--store=rows"});
  }

  const std::unique_ptr<swarm::ServerProcess> collector;
  const std::unique_ptr<swarm::ServerProcess> in_one;
  const std::unique_ptr<swarm::ServerProcess> in_each;
};

std::shared_ptr<const swarm::Report> ReportOfNewcomer(
    const swarm::FleetGenerator& fleet, uint32_t number) {
  const uint32_t rows = fleet.options().image_rows;
  std::vector<swarm::PackageVersion> packages;
  for (uint32_t i = 0; i < rows; ++i)
    packages.push_back({number * rows + i, 0});
  auto report = fleet.ReportOf(kFirstHost + number, {});
  auto sections = report->sections;
  sections["software"] = fleet.SoftwareSection(packages);
  return swarm::MakeReport(std::move(sections), report->evidence);
}

// The message that carries all rows of the report.
std::string RowsMessage(const swarm::Report& report) {
  v1::AgentMessage all;
  agent::RowFrames frames([&](const v1::AgentMessage& message) {
    all.mutable_rows()->mutable_frames()->MergeFrom(message.rows().frames());
    return absl::OkStatus();
  });
  for (const auto& [name, section] : report.sections) {
    for (const swarm::EncodedRow* row : section->rows) {
      frames.Add(row->canonical).IgnoreError();
    }
  }
  frames.Finish().IgnoreError();
  return all.SerializeAsString();
}

// Connected, but not heard of.
absl::StatusOr<std::unique_ptr<Newcomers>> Invite(Lab& lab, uint64_t round,
                                                  const Servers& servers) {
  auto guests = std::make_unique<Newcomers>(1'000 + round);
  const uint32_t hosts = lab.options().first_sync_hosts;
  for (uint32_t i = 0; i < hosts; ++i) {
    const auto report = ReportOfNewcomer(*guests->fleet, i);
    guests->reports.push_back(report);
    guests->agents.Add(std::make_unique<AgentTalker>(
        lab.loop(i), lab.credentials(round * hosts + i), report,
        /*begin_at_first_message=*/true));
    const std::string rows = RowsMessage(*report);
    for (Talkers* echoes : {&guests->in_one, &guests->in_each}) {
      echoes->Add(
          std::make_unique<EchoTalker>(lab.loop(i), lab.credentials(i), rows));
    }
  }
  ROLLCALL_RETURN_IF_ERROR(
      PrepareAll(guests->agents, servers.collector->agent_port()).status());
  ROLLCALL_RETURN_IF_ERROR(
      PrepareAll(guests->in_one, servers.in_one->agent_port()).status());
  ROLLCALL_RETURN_IF_ERROR(
      PrepareAll(guests->in_each, servers.in_each->agent_port()).status());
  return guests;
}

}  // namespace

absl::Status MeasureFirstSync(Lab& lab) {
  const Servers servers(lab);
  ROLLCALL_RETURN_IF_ERROR(servers.Start());
  Pairs pairs;
  Pairs least;
  Pairs cpu;
  Pairs client_cpu;
  for (int round = 0; round < lab.options().pairs; ++round) {
    ROLLCALL_ASSIGN_OR_RETURN(
        const auto guests, Invite(lab, static_cast<uint64_t>(round), servers));
    ROLLCALL_ASSIGN_OR_RETURN(const Run synced,
                              RunOf(*servers.collector, guests->agents, 1));
    ROLLCALL_ASSIGN_OR_RETURN(const Run in_one,
                              RunOf(*servers.in_one, guests->in_one, 1));
    ROLLCALL_ASSIGN_OR_RETURN(const Run in_each,
                              RunOf(*servers.in_each, guests->in_each, 1));
    pairs.Add(synced.rate, in_one.rate);
    least.Add(in_each.rate, in_one.rate);
    cpu.Add(synced.server_micros, in_each.server_micros);
    client_cpu.Add(synced.client_micros, in_one.client_micros);
  }
  pairs.Print("sync.first_sync_of_unknown_rows", "hosts/s", AtLeast(0.3));
  least.Print("sync.first_sync_of_unknown_rows.of_an_echo_that_stores_each",
              "hosts/s", std::nullopt);
  cpu.Print("sync.first_sync_of_unknown_rows.server_cpu", "us", std::nullopt);
  client_cpu.Print("sync.first_sync_of_unknown_rows.client_cpu", "us",
                   std::nullopt);
  return absl::OkStatus();
}

}  // namespace rollcall::bench
