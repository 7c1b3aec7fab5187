// The benchmark of the sync protocol: every figure beside the same load on a
// bare echo, with clients and servers sharing this machine and TLS on.
#include <absl/synchronization/mutex.h>
#include <signal.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/log.h"
#include "tests/bench/sync/lab.h"

namespace rollcall::bench {
namespace {

struct Part {
  const char* name;
  absl::Status (*measure)(Lab& lab);
};
constexpr Part kParts[] = {
    {"payload", MeasurePayload},      {"check_ins", MeasureCheckIns},
    {"changes", MeasureChanges},      {"sets", MeasureSets},
    {"first_sync", MeasureFirstSync}, {"crowd", MeasureCrowd},
    {"stored", MeasureStored},
};

// The figures' own sizes where they take longer than everyday.
void MakeLong(BenchOptions& options) {
  options.crowd = 10'000;
  options.hosts = 100'000;
  options.grown_hosts = 1'000'000;
}

void AddOptions(CLI::App& app, BenchOptions& options) {
  app.add_option("--pairs", options.pairs, "Interleaved pairs of each figure")
      ->capture_default_str();
  app.add_option("--streams", options.streams, "Streams that talk at once")
      ->capture_default_str();
  app.add_option("--change-streams", options.change_streams,
                 "Streams that change at once")
      ->capture_default_str();
  app.add_option("--loops", options.loops, "Threads that carry the streams")
      ->capture_default_str();
  app.add_option("--crowd", options.crowd, "Streams that idle and reconnect")
      ->capture_default_str();
  app.add_option("--hosts", options.hosts, "Hosts of the fleet that is stored")
      ->capture_default_str();
  app.add_option("--days", options.days, "Days that the stored fleet changes")
      ->capture_default_str();
  app.add_option("--grown-hosts", options.grown_hosts,
                 "Hosts that the stored fleet grows to in the end")
      ->capture_default_str();
  app.add_option("--only", options.only,
                 "Parts to run: payload, check_ins, changes, sets, "
                 "first_sync, crowd, stored");
  app.add_option("--bin", options.bin, "Folder of the collector")
      ->envname("ROLLCALL_BIN")
      ->required();
}

int RunParts(const BenchOptions& options) {
  Lab lab(options);
  int failures = 0;
  for (const Part& part : kParts) {
    const auto& only = options.only;
    if (!only.empty() &&
        std::find(only.begin(), only.end(), part.name) == only.end()) {
      continue;
    }
    const absl::Status status = part.measure(lab);
    if (status.ok()) continue;
    ++failures;
    std::printf("%s failed: %s\n", part.name, status.ToString().c_str());
  }
  return failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace rollcall::bench

int main(int argc, char** argv) {
  using rollcall::bench::BenchOptions;
#ifdef NDEBUG
  // As the programs that are measured do.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
#endif
  signal(SIGPIPE, SIG_IGN);
  rollcall::SetLogLevel(rollcall::LogLevel::kError);
  BenchOptions options;
  // The long sizes are defaults too, which single options change.
  for (int i = 1; i < argc; ++i) {
    if (std::string(argv[i]) == "--long") rollcall::bench::MakeLong(options);
  }
  bool unused = false;
  CLI::App app("Measures the sync protocol beside a bare echo", "sync");
  app.add_flag("--long", unused, "The sizes that take an hour");
  rollcall::bench::AddOptions(app, options);
  CLI11_PARSE(app, argc, argv);
  options.echo = absl::StrCat(options.bin, "/../tests/echo_server");
  options.bystanders = absl::StrCat(options.bin, "/../tests/bystander_agents");
  return rollcall::bench::RunParts(options);
}
