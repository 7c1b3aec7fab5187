#include "tests/swarm/server_process.h"

#include <signal.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/file.h"
#include "re2/re2.h"

namespace rollcall::swarm {
namespace {

int PortIn(const std::string& json, absl::string_view name) {
  int port = 0;
  RE2::PartialMatch(json, absl::StrCat("\"", name, "\": *([0-9]+)"), &port);
  return port;
}

std::string LastOf(const std::string& text) {
  return text.size() <= 2000 ? text : text.substr(text.size() - 2000);
}

}  // namespace

ServerProcess::ServerProcess(std::string program, const testing::TestPki& pki)
    : program_(std::move(program)) {
  const TlsCredentials server = pki.Server();
  dir_.Write("ca.pem", server.ca_pem);
  dir_.Write("server.pem", server.certificate_pem);
  dir_.Write("server.key", server.private_key_pem);
}

void ServerProcess::Launch(const std::vector<std::string>& more_options) {
  const std::string ready = dir_.File("ready.json");
  unlink(ready.c_str());
  std::vector<std::string> argv = {
      program_,
      absl::StrCat("--data=", data()),
      "--agent-listen=127.0.0.1:0",
      "--admin-listen=127.0.0.1:0",
      "--https-listen=127.0.0.1:0",
      absl::StrCat("--ca=", dir_.File("ca.pem")),
      absl::StrCat("--cert=", dir_.File("server.pem")),
      absl::StrCat("--key=", dir_.File("server.key")),
      absl::StrCat("--ready-file=", ready),
      "--first-principal=auditor:auditor,admin"};
  argv.insert(argv.end(), more_options.begin(), more_options.end());
  process_ = std::make_unique<testing::Process>(argv, dir_.File("server.log"));
}

absl::Status ServerProcess::Start(
    const std::vector<std::string>& more_options) {
  Launch(more_options);
  const std::string ready = dir_.File("ready.json");
  if (!process_->AwaitFile(ready, absl::Seconds(60))) {
    return absl::UnavailableError(
        absl::StrCat(program_, " does not come up: ", LastOf(Log())));
  }
  const std::string json = ReadFile(ready, 4096).value_or("");
  agent_port_ = PortIn(json, "agent_port");
  admin_port_ = PortIn(json, "admin_port");
  if (agent_port_ != 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("no port in ", json));
}

void ServerProcess::StartAndKill(absl::Duration after) {
  Launch({});
  process_->Wait(after);
  Kill();
}

void ServerProcess::Kill() {
  process_->Signal(SIGKILL);
  process_->Wait(absl::Seconds(60));
}

int ServerProcess::Stop() {
  process_->Signal(SIGTERM);
  return process_->Wait(absl::Seconds(60)).value_or(-1);
}

int ServerProcess::AwaitEnd() {
  return process_->Wait(absl::Seconds(60)).value_or(-1);
}

std::string ServerProcess::Describe() const {
  if (process_ == nullptr) return "the server was never started";
  if (process_->running()) return "the server runs";
  return absl::StrCat("the server has ended; the last it said: ",
                      LastOf(Log()));
}

std::string ServerProcess::Log() const {
  return ReadFile(dir_.File("server.log"), 64 << 20).value_or("no log");
}

int64_t ServerProcess::ResidentBytes() const {
  const std::string status =
      ReadFile(absl::StrCat("/proc/", process_->pid(), "/status"), 1 << 16)
          .value_or("");
  int64_t kib = 0;
  RE2::PartialMatch(status, "VmRSS:\\s*([0-9]+) kB", &kib);
  return kib * 1024;
}

absl::Duration ServerProcess::CpuTime() const {
  const std::string stat =
      ReadFile(absl::StrCat("/proc/", process_->pid(), "/stat"), 1 << 16)
          .value_or("");
  // Fields 14 and 15, counted past the name in brackets: user and system time.
  int64_t user = 0;
  int64_t system = 0;
  RE2::PartialMatch(stat, "\\) \\S(?: \\S+){10} (\\d+) (\\d+)", &user, &system);
  return absl::Seconds(user + system) / sysconf(_SC_CLK_TCK);
}

}  // namespace rollcall::swarm
