#include "agent/app/agent_app.h"

#include <signal.h>

#include <iostream>
#include <memory>
#include <thread>

#include "absl/strings/str_cat.h"
#include "agent/app/agent_loop.h"
#include "agent/app/machine.h"
#include "agent/app/scanner.h"
#include "agent/app/stop_signal.h"
#include "agent/host/host_fs.h"
#include "agent/host/host_probe.h"
#include "agent/state/agent_state.h"
#include "agent/uplink/grpc_stream.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/random.h"
#include "common/status.h"
#include "common/tls.h"

namespace rollcall::agent {
namespace {

sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

// Turns the first signal into a wish to stop, on a thread of its own.
class SignalWatcher {
 public:
  SignalWatcher(const sigset_t& signals, StopSignal& stop, Uplink& uplink)
      : thread_([signals, &stop, &uplink] {
          int received = 0;
          sigwait(&signals, &received);
          stop.Stop();
          uplink.Interrupt();
        }) {}
  // Ends the watch, also if no signal came.
  ~SignalWatcher() {
    pthread_kill(thread_.native_handle(), SIGTERM);
    thread_.join();
  }

 private:
  std::thread thread_;
};

absl::Status Print(const Scanner& scanner, const SourceSelection& selection) {
  ScanOptions options;
  options.sources = selection;
  ROLLCALL_ASSIGN_OR_RETURN(const rollcall::Scan scan, scanner.Run(options));
  ROLLCALL_ASSIGN_OR_RETURN(const std::string json,
                            InventoryDocumentToJson(ToDocument(scan)));
  std::cout << json;
  if (json.empty() || json.back() != '\n') std::cout << '\n';
  std::cout.flush();
  if (!std::cout.good())
    return absl::UnavailableError("cannot write the output");
  return absl::OkStatus();
}

absl::Status Send(const AgentOptions& options, Machine& machine,
                  const Clock& clock) {
  const sigset_t signals = BlockSignals();
  ROLLCALL_ASSIGN_OR_RETURN(
      const TlsCredentials credentials,
      LoadTlsCredentials(options.ca_file, options.cert_file, options.key_file,
                         clock.Now()));
  ROLLCALL_ASSIGN_OR_RETURN(const CertificateInfo certificate,
                            ReadCertificate(credentials.certificate_pem));
  const auto agent = AgentOf(certificate);
  if (!agent.ok()) {
    return Annotate(agent.status(), options.cert_file);
  }
  ROLLCALL_ASSIGN_OR_RETURN(StateFile state,
                            StateFile::Open(options.state_dir));
  UplinkOptions uplink_options;
  uplink_options.collector = options.collector;
  uplink_options.credentials = credentials;
  const std::unique_ptr<Uplink> uplink = Uplink::Create(uplink_options);
  SystemRandom random;
  StopSignal stop;
  AgentLoop loop(machine, *uplink, state, stop, clock, random);
  const SignalWatcher watcher(signals, stop, *uplink);
  if (options.mode == AgentOptions::Mode::kOnce) return loop.RunOnce();
  Log(LogLevel::kInfo, "agent is up",
      {{"agent", agent->ToHex()}, {"collector", options.collector}});
  loop.Run();
  Log(LogLevel::kInfo, "stopped");
  return absl::OkStatus();
}

}  // namespace

absl::Status RunAgent(const AgentOptions& options) {
  const SystemClock clock;
  ROLLCALL_ASSIGN_OR_RETURN(const auto fs, HostFs::Create(options.root));
  const SystemHostProbe probe;
  const Scanner scanner(*fs, probe, clock);
  SourceSelection selection;
  selection.only = options.sources;
  if (options.mode == AgentOptions::Mode::kPrint) {
    return Print(scanner, selection);
  }
  Machine machine(scanner, *fs, selection);
  return Send(options, machine, clock);
}

}  // namespace rollcall::agent
