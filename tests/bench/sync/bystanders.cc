#include "tests/bench/sync/bystanders.h"

#include <signal.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/bench/sync/lab.h"

namespace rollcall::bench {
namespace {

constexpr absl::Duration kPatience = absl::Minutes(2);

std::string ReadAll(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

std::string Bystanders::Log() const { return ReadAll(dir_.File("log")); }

absl::StatusOr<std::unique_ptr<Bystanders>> Bystanders::Start(Lab& lab,
                                                              uint32_t first,
                                                              uint32_t count,
                                                              int port) {
  auto all = std::unique_ptr<Bystanders>(new Bystanders);
  const testing::TempDir& dir = all->dir_;
  for (uint32_t host = first; host < first + count; ++host) {
    const TlsCredentials& credentials = lab.credentials(host);
    dir.Write("ca.pem", credentials.ca_pem);
    dir.Write(absl::StrCat(host, ".pem"), credentials.certificate_pem);
    dir.Write(absl::StrCat(host, ".key"), credentials.private_key_pem);
  }
  all->process_ = std::make_unique<testing::Process>(
      std::vector<std::string>{
          lab.options().bystanders, absl::StrCat("--port=", port),
          absl::StrCat("--first=", first), absl::StrCat("--count=", count),
          "--folder=" + dir.path()},
      dir.File("log"));
  const absl::Time end = absl::Now() + kPatience;
  while (!absl::StrContains(all->Log(), "ready\n")) {
    if (!all->process_->running() || absl::Now() > end) {
      return absl::UnavailableError("bystanders: " + all->Log());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return all;
}

absl::StatusOr<std::vector<double>> Bystanders::Stop() {
  process_->Signal(SIGTERM);
  if (process_->Wait(kPatience) != 0) {
    return absl::UnavailableError("bystanders: " + Log());
  }
  std::ifstream file(dir_.File("latencies"));
  std::vector<double> latencies;
  for (double one = 0; file >> one;) latencies.push_back(one);
  return latencies;
}

}  // namespace rollcall::bench
