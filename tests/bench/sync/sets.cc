// Devices that switch from one large set of software to another: every row is
// known to the collector; the set is not, or is.
#include <algorithm>
#include <utility>
#include <vector>

#include "common/status.h"
#include "tests/bench/sync/figures.h"
#include "tests/bench/sync/lab.h"
#include "tests/swarm/draws.h"

namespace rollcall::bench {
namespace {

// Rows that the collector knows, for each row of a set.
constexpr uint32_t kChoices = 10;
// Unlike what any image of the fleet has.
constexpr uint32_t kFirstPackage = 1'000'000;
// As a check-in that names the image; see MeasurePayload.
constexpr size_t kKnownImageBytes = 85;

// The rows that sets are made of. Not thread-safe.
class Pool {
 public:
  Pool(const swarm::FleetGenerator& fleet, uint32_t set_rows)
      : set_rows_(set_rows), draws_(7, swarm::Purpose::kUpgrade) {
    std::vector<swarm::PackageVersion> packages;
    for (uint32_t i = 0; i < set_rows * kChoices; ++i) {
      packages.push_back({kFirstPackage + i, 0});
    }
    all_ = fleet.SoftwareSection(packages);
  }

  // All rows: what makes them known.
  std::shared_ptr<const swarm::SectionReport> all() const { return all_; }

  // A set that there was not before.
  std::shared_ptr<const swarm::SectionReport> NextSet() {
    std::vector<const swarm::EncodedRow*> rows;
    for (uint32_t i = 0; i < set_rows_; ++i) {
      rows.push_back(all_->rows[i * kChoices + draws_.Below(kChoices)]);
    }
    return swarm::MakeSection(std::move(rows));
  }

 private:
  const uint32_t set_rows_;
  swarm::Draws draws_;
  std::shared_ptr<const swarm::SectionReport> all_;
};

// A step that says no more than the new root: the whole turn follows.
AgentStep TurnTo(const swarm::Report& from,
                 std::shared_ptr<const swarm::SectionReport> software) {
  AgentStep step = SwitchTo(from, std::move(software));
  step.change->changes.clear();
  return step;
}

// One more agent brings all rows.
absl::Status MakeKnown(Lab& lab, const Pool& pool, int port) {
  const uint32_t host = lab.options().streams;
  const auto report = lab.fleet().ReportOf(host, {});
  Talkers one;
  one.Add(std::make_unique<AgentTalker>(lab.loop(host), lab.credentials(host),
                                        SwitchTo(*report, pool.all()).report));
  return PrepareAll(one, port).status();
}

void PrepareNewSets(const Bench& bench, Pool& pool, int sets) {
  for (size_t i = 0; i < bench.agents.size(); ++i) {
    std::vector<AgentStep> steps;
    steps.reserve(static_cast<size_t>(sets));
    for (int set = 0; set < sets; ++set) {
      steps.push_back(TurnTo(*bench.agent(i).report(), pool.NextSet()));
    }
    bench.agent(i).SetSteps(std::move(steps));
  }
}

// Every agent goes through what all have now, each from another place on.
void PrepareKnownSets(const Bench& bench, int switches) {
  const size_t agents = bench.agents.size();
  std::vector<std::shared_ptr<const swarm::SectionReport>> known;
  for (size_t i = 0; i < agents; ++i) {
    known.push_back(bench.agent(i).report()->sections.at("software"));
  }
  for (size_t i = 0; i < agents; ++i) {
    std::vector<AgentStep> steps;
    for (int step = 1; step <= switches; ++step) {
      const size_t set = (i + static_cast<size_t>(step)) % agents;
      steps.push_back(SwitchTo(*bench.agent(i).report(), known[set]));
    }
    bench.agent(i).SetSteps(std::move(steps));
  }
}

}  // namespace

absl::Status MeasureSets(Lab& lab) {
  const BenchOptions& options = lab.options();
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto bench,
      SetUp(lab, options.streams, options.set_rows * RowId::kSize));
  const Talkers small = lab.NewEchoes(options.streams, kKnownImageBytes);
  ROLLCALL_RETURN_IF_ERROR(
      PrepareAll(small, bench->echo->agent_port()).status());
  Pool pool(lab.fleet(), options.set_rows);
  ROLLCALL_RETURN_IF_ERROR(
      MakeKnown(lab, pool, bench->collector->agent_port()));
  Pairs unknown;
  Pairs known;
  for (int i = 0; i < options.pairs; ++i) {
    PrepareNewSets(*bench, pool, options.sets);
    ROLLCALL_ASSIGN_OR_RETURN(const double sets,
                              TalkRate(bench->agents, options.sets));
    ROLLCALL_ASSIGN_OR_RETURN(
        const double echo, TalkRate(bench->echoes, kEchoTimes * options.sets));
    unknown.Add(sets, echo);
    PrepareKnownSets(*bench, options.known_images);
    ROLLCALL_ASSIGN_OR_RETURN(const double switches,
                              TalkRate(bench->agents, options.known_images));
    ROLLCALL_ASSIGN_OR_RETURN(
        const double small_echo,
        TalkRate(small, kEchoTimes * options.known_images));
    known.Add(switches, small_echo);
  }
  unknown.Print("sync.full_sync_of_known_rows", "sets/s", AtLeast(1'000),
                /*by_value=*/true);
  known.Print("sync.switch_to_known_image", "sets/s", AtLeast(5'000),
              /*by_value=*/true);
  return absl::OkStatus();
}

}  // namespace rollcall::bench
