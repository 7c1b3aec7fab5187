#include "tests/bench/sync/bystanders.h"

#include <signal.h>

#include <fstream>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/file.h"
#include "tests/bench/sync/lab.h"

namespace rollcall::bench {
namespace {

constexpr absl::Duration kPatience = absl::Minutes(2);

}  // namespace

std::string Bystanders::Log() const {
  return ReadFile(dir_.File("log"), 1 << 20).value_or("no log");
}

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
  if (!all->process_->AwaitFile(dir.File("ready"), kPatience)) {
    return absl::UnavailableError("bystanders: " + all->Log());
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
