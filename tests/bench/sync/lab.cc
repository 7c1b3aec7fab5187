#include "tests/bench/sync/lab.h"

#include <sys/resource.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/status.h"

namespace rollcall::bench {

absl::Duration OwnCpuTime() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return absl::DurationFromTimeval(usage.ru_utime) +
         absl::DurationFromTimeval(usage.ru_stime);
}

Lab::Lab(const BenchOptions& options) : options_(options) {
  for (int i = 0; i < options_.loops; ++i) {
    loops_.push_back(std::make_unique<swarm::StreamLoop>());
  }
}

Lab::~Lab() = default;

std::unique_ptr<swarm::ServerProcess> Lab::NewCollector() const {
  return std::make_unique<swarm::ServerProcess>(
      absl::StrCat(options_.bin, "/rollcall-collector"), pki_);
}

std::unique_ptr<swarm::ServerProcess> Lab::NewEcho() const {
  return std::make_unique<swarm::ServerProcess>(options_.echo, pki_);
}

const TlsCredentials& Lab::credentials(size_t i) {
  while (credentials_.size() <= i) {
    credentials_.push_back(pki_.Agent(absl::Hours(12)));
  }
  return credentials_[i];
}

Talkers Lab::NewAgents(uint32_t count) {
  Talkers agents;
  for (uint32_t i = 0; i < count; ++i) {
    agents.Add(std::make_unique<AgentTalker>(loop(i), credentials(i),
                                             fleet_.ReportOf(i, {})));
  }
  return agents;
}

Talkers Lab::NewEchoes(uint32_t count, size_t bytes) {
  Talkers echoes;
  for (uint32_t i = 0; i < count; ++i) {
    echoes.Add(std::make_unique<EchoTalker>(loop(i), credentials(i),
                                            std::string(bytes, 'e')));
  }
  return echoes;
}

absl::StatusOr<std::unique_ptr<Bench>> SetUp(Lab& lab, uint32_t streams,
                                             size_t bytes) {
  auto bench = std::make_unique<Bench>();
  bench->collector = lab.NewCollector();
  bench->echo = lab.NewEcho();
  ROLLCALL_RETURN_IF_ERROR(bench->collector->Start({"--log-level=error"}));
  ROLLCALL_RETURN_IF_ERROR(bench->echo->Start());
  bench->agents = lab.NewAgents(streams);
  bench->echoes = lab.NewEchoes(streams, bytes);
  ROLLCALL_RETURN_IF_ERROR(
      PrepareAll(bench->agents, bench->collector->agent_port()).status());
  ROLLCALL_RETURN_IF_ERROR(
      PrepareAll(bench->echoes, bench->echo->agent_port()).status());
  return bench;
}

absl::StatusOr<EchoBench> SetUpEcho(Lab& lab, uint32_t streams, size_t bytes,
                                    const std::vector<std::string>& flags) {
  EchoBench bench{lab.NewEcho(), lab.NewEchoes(streams, bytes)};
  ROLLCALL_RETURN_IF_ERROR(bench.server->Start(flags));
  ROLLCALL_RETURN_IF_ERROR(
      PrepareAll(bench.talkers, bench.server->agent_port()).status());
  return bench;
}

absl::StatusOr<Run> RunOf(const swarm::ServerProcess& server,
                          const Talkers& talkers, int messages) {
  const absl::Duration server_before = server.CpuTime();
  const absl::Duration client_before = OwnCpuTime();
  ROLLCALL_ASSIGN_OR_RETURN(const double rate, TalkRate(talkers, messages));
  const double count = static_cast<double>(talkers.size()) * messages;
  return Run{
      rate,
      absl::ToDoubleMicroseconds(server.CpuTime() - server_before) / count,
      absl::ToDoubleMicroseconds(OwnCpuTime() - client_before) / count};
}

AgentStep SwitchTo(const swarm::Report& from,
                   std::shared_ptr<const swarm::SectionReport> software) {
  auto sections = from.sections;
  v1::SectionChange change;
  change.set_section("software");
  change.set_known_root(software->root.ToBytes());
  sections["software"] = std::move(software);
  const auto report = swarm::MakeReport(std::move(sections), from.evidence);
  return {swarm::PreparedChange{report->subject_root, {change}}, report};
}

}  // namespace rollcall::bench
