#include "agent/app/agent_app.h"

#include <signal.h>

#include <functional>
#include <iostream>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_join.h"
#include "agent/app/agent_loop.h"
#include "agent/app/credential_files.h"
#include "agent/app/credential_source.h"
#include "agent/app/host_evidence.h"
#include "agent/app/kept_facts.h"
#include "agent/app/machine.h"
#include "agent/app/renewal.h"
#include "agent/app/scanner.h"
#include "agent/app/stop_signal.h"
#include "agent/host/host_fs.h"
#include "agent/host/host_probe.h"
#include "agent/state/agent_state.h"
#include "agent/state/state_lock.h"
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

// What is to be interrupted when the process is to stop. Thread-safe.
class Interruptible {
 public:
  // Called at once if the stop came before.
  void Add(std::function<void()> interrupt) {
    MutexLock lock(&mutex_);
    if (interrupted_) interrupt();
    interrupts_.push_back(std::move(interrupt));
  }
  void Interrupt() {
    MutexLock lock(&mutex_);
    interrupted_ = true;
    for (const auto& interrupt : interrupts_) interrupt();
  }
  // Before what was added goes.
  void Clear() {
    MutexLock lock(&mutex_);
    interrupts_.clear();
  }

 private:
  Mutex mutex_;
  std::vector<std::function<void()>> interrupts_ ABSL_GUARDED_BY(mutex_);
  bool interrupted_ ABSL_GUARDED_BY(mutex_) = false;
};

// Turns the first signal into a wish to stop, on a thread of its own.
class SignalWatcher {
 public:
  SignalWatcher(const sigset_t& signals, StopSignal& stop,
                Interruptible& running)
      : thread_([signals, &stop, &running] {
          int received = 0;
          sigwait(&signals, &received);
          stop.Stop();
          running.Interrupt();
        }) {}
  // Ends the watch, also if no signal came.
  ~SignalWatcher() {
    // It is blocked and awaited there, and so ends nothing.
    // NOLINTNEXTLINE(bugprone-bad-signal-to-kill-thread)
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

// `files`, if any, are where others renew the credentials.
std::unique_ptr<Uplink> MakeUplink(const AgentOptions& options,
                                   const TlsCredentials& credentials,
                                   CredentialFiles* files) {
  UplinkOptions uplink;
  uplink.collector = options.collectors[0];
  uplink.alternates.assign(options.collectors.begin() + 1,
                           options.collectors.end());
  uplink.proxy = options.proxy;
  uplink.credentials = credentials;
  auto made = Uplink::Create(uplink);
  if (files == nullptr) return made;
  return std::make_unique<FileUplink>(*files, std::move(made));
}

// Gives the uplink the credentials of another agent.
class SourceRekeyer final : public Rekeyer {
 public:
  SourceRekeyer(AgentId agent, CredentialSource& source, Uplink& uplink)
      : agent_(agent), source_(source), uplink_(uplink) {}

  absl::StatusOr<AgentId> Rekey() override {
    ROLLCALL_ASSIGN_OR_RETURN(const TlsCredentials credentials,
                              source_.Rekey(agent_));
    ROLLCALL_ASSIGN_OR_RETURN(const CertificateInfo certificate,
                              ReadCertificate(credentials.certificate_pem));
    ROLLCALL_ASSIGN_OR_RETURN(agent_, AgentOf(certificate));
    uplink_.UseCredentials(credentials);
    return agent_;
  }

 private:
  AgentId agent_;
  CredentialSource& source_;
  Uplink& uplink_;
};

// Works until it is told to stop, and renews the certificate meanwhile.
void RunDaemon(AgentLoop& loop, const CredentialSource& source, Uplink& uplink,
               StopSignal& stop, Random& random) {
  std::thread renewal;
  if (source.keeper() != nullptr) {
    renewal = std::thread([&] {
      RunRenewal(*source.keeper(), stop, random,
                 [&uplink](const TlsCredentials& credentials) {
                   uplink.UseCredentials(credentials);
                 });
    });
  }
  loop.Run();
  if (renewal.joinable()) renewal.join();
  Log(LogLevel::kInfo, "stopped");
}

// Who the agent is to the collector.
absl::StatusOr<AgentId> AgentWith(const TlsCredentials& credentials,
                                  const AgentOptions& options) {
  ROLLCALL_ASSIGN_OR_RETURN(const CertificateInfo certificate,
                            ReadCertificate(credentials.certificate_pem));
  const auto agent = AgentOf(certificate);
  if (!agent.ok()) return Annotate(agent.status(), options.cert_file);
  return agent;
}

// Goes on from what this agent kept in a run before, and no other.
void GoOnAs(AgentId agent, StateFile& state, Machine& machine) {
  const absl::Status kept = state.BelongTo(agent);
  if (!kept.ok()) {
    Log(LogLevel::kWarning, "cannot keep the agent's state",
        {{"error", kept.message()}});
  }
  machine.GoOnFrom(KeptScan(state.state()));
}

absl::Status Send(const AgentOptions& options, Machine& machine,
                  const std::function<v1::Evidence()>& read_evidence,
                  const Clock& clock) {
  ROLLCALL_ASSIGN_OR_RETURN(const StateLock lock,
                            StateLock::Take(options.state_dir));
  const sigset_t signals = BlockSignals();
  SystemRandom random;
  StopSignal stop;
  const bool once = options.mode == AgentOptions::Mode::kOnce;
  ROLLCALL_ASSIGN_OR_RETURN(StateFile state,
                            StateFile::Open(options.state_dir));
  ROLLCALL_ASSIGN_OR_RETURN(
      auto source,
      CredentialSource::Open(options, read_evidence, clock, random));
  Interruptible running;
  const SignalWatcher watcher(signals, stop, running);
  running.Add([&source] { source.Interrupt(); });
  const auto credentials = source.Obtain(once, stop, random);
  if (!once && absl::IsCancelled(credentials.status())) return absl::OkStatus();
  if (!credentials.ok()) return credentials.status();
  ROLLCALL_ASSIGN_OR_RETURN(const AgentId agent,
                            AgentWith(*credentials, options));
  GoOnAs(agent, state, machine);
  const auto uplink = MakeUplink(options, *credentials, source.files());
  SourceRekeyer rekeyer(agent, source, *uplink);
  AgentLoop loop(machine, *uplink, state, stop, clock, random, {}, &rekeyer);
  running.Add([&uplink] { uplink->Interrupt(); });
  const auto release = absl::MakeCleanup([&running] { running.Clear(); });
  if (once) return loop.RunOnce();
  Log(LogLevel::kInfo, "agent is up",
      {{"agent", agent.ToHex()},
       {"collector", absl::StrJoin(options.collectors, ",")}});
  RunDaemon(loop, source, *uplink, stop, random);
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
  return Send(
      options, machine,
      [&scanner, &selection] { return ReadHostEvidence(scanner, selection); },
      clock);
}

}  // namespace rollcall::agent
