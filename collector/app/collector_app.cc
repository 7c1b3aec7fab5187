#include "collector/app/collector_app.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/alerts/acknowledgements.h"
#include "collector/alerts/alert_queries.h"
#include "collector/alerts/alert_reader.h"
#include "collector/alerts/alert_service.h"
#include "collector/alerts/alert_watch.h"
#include "collector/alerts/renewal_queries.h"
#include "collector/app/credential_files.h"
#include "collector/app/descriptor_limits.h"
#include "collector/app/device_directory.h"
#include "collector/app/device_eraser.h"
#include "collector/app/enrolment_parts.h"
#include "collector/app/housekeeping.h"
#include "collector/app/identity_parts.h"
#include "collector/app/metrics.h"
#include "collector/app/posting_upkeep.h"
#include "collector/app/principal_parts.h"
#include "collector/app/store.h"
#include "collector/app/ticker.h"
#include "collector/catalog/catalog.h"
#include "collector/catalog/rule_files.h"
#include "collector/changes/change_service.h"
#include "collector/contracts/contract_proposer.h"
#include "collector/contracts/contract_queries.h"
#include "collector/contracts/contract_service.h"
#include "collector/contracts/documents/document_content.h"
#include "collector/contracts/documents/document_service.h"
#include "collector/contracts/documents/documents.h"
#include "collector/contracts/exchange/entitlement_import.h"
#include "collector/contracts/exchange/mapping_book.h"
#include "collector/contracts/exchange/mapping_files.h"
#include "collector/contracts/exchange/quarantine_repair.h"
#include "collector/contracts/invoices/invoice_queries.h"
#include "collector/contracts/invoices/invoice_service.h"
#include "collector/identity/enrolment_service.h"
#include "collector/identity/identity_service.h"
#include "collector/identity/principal_service.h"
#include "collector/identity/store_incarnation.h"
#include "collector/identity/subjects.h"
#include "collector/ingest/sync_service.h"
#include "collector/inventory/deletions.h"
#include "collector/inventory/device_deletion.h"
#include "collector/inventory/device_holds.h"
#include "collector/inventory/device_queries.h"
#include "collector/inventory/device_service.h"
#include "collector/inventory/last_seen.h"
#include "collector/inventory/store_service.h"
#include "collector/ledger/ledger_check.h"
#include "collector/ledger/ledger_queries.h"
#include "collector/ledger/ledger_service.h"
#include "collector/ledger/ledger_writer.h"
#include "collector/presence/availability.h"
#include "collector/presence/undiscovered_queries.h"
#include "collector/reconcile/change_preview.h"
#include "collector/reconcile/metrics/registry.h"
#include "collector/reconcile/reconciliation_queries.h"
#include "collector/reconcile/reconciliation_service.h"
#include "collector/registers/register_import.h"
#include "collector/registers/register_queries.h"
#include "collector/registers/register_service.h"
#include "collector/rpc/call_turns.h"
#include "collector/rpc/grpc_listener.h"
#include "collector/rpc/https_listener.h"
#include "collector/rpc/open_streams.h"
#include "collector/rpc/reflection.h"
#include "collector/rpc/server_stream.h"
#include "collector/rpc/unary.h"
#include "collector/storage/committer.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/log.h"
#include "common/random.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// How long calls in progress may take when the collector stops.
constexpr absl::Duration kStopGrace = absl::Seconds(5);
// How far last-seen times may be behind after a crash.
constexpr absl::Duration kFlushInterval = absl::Seconds(30);
// How often the files of certificates are looked at.
constexpr absl::Duration kReloadInterval = absl::Seconds(5);
// How often subjects that are due are compared.
constexpr absl::Duration kLinkInterval = absl::Seconds(10);
// How often streams are looked for that have been silent for too long.
constexpr absl::Duration kEndInterval = absl::Seconds(10);
// How often those to callers are looked for whose role or certificate ended:
// that counts within 5 seconds.
constexpr absl::Duration kSweepInterval = absl::Seconds(2);
// How often it is looked for what became of alerts.
constexpr absl::Duration kWatchInterval = absl::Seconds(2);
// Imports come in one message.
constexpr int kMaxAdminMessageBytes = 33 << 20;
constexpr char kPlainText[] = "text/plain; charset=utf-8";

// The parts that need nothing but the store; in order of their making.
struct Parts {
  Parts(std::unique_ptr<Engine> the_engine,
        std::unique_ptr<Catalog> the_catalog,
        std::unique_ptr<const MappingBook> the_mappings,
        LedgerSigner ledger_signer, const CollectorOptions& options)
      : engine(std::move(the_engine)),
        catalog(std::move(the_catalog)),
        mappings(std::move(the_mappings)),
        ingest(options.ingest),
        message_budget(ingest.byte_budget),
        row_budget(ingest.row_budget, ingest.agent_row_budget),
        new_rows(clock),
        hybrid_clock(clock),
        committer(*engine, hybrid_clock),
        ledger(std::move(ledger_signer)),
        executor(options.executor),
        principals(*engine, committer, ledger, clock, random),
        enrolment(*engine, committer, ledger, principals.revoked, clock, random,
                  options.enrolment),
        identity(*engine, committer, last_seen, clock, random,
                 {.silence = SilenceOf(options.ingest.check_in_interval,
                                       options.ingest.call_back_after)}),
        documents(*engine, committer, options.documents),
        housekeeping({*engine, content, directory, committer, deletions, clock},
                     options.housekeeping),
        postings(*engine, options.check_at, other_checks),
        alert_reader({fleet, *catalog}, options.review_days) {}

  SystemClock clock;
  SystemRandom random;
  const std::unique_ptr<Engine> engine;
  const std::unique_ptr<Catalog> catalog;
  const std::unique_ptr<const MappingBook> mappings;
  const IngestOptions ingest;
  IngestStats ingest_stats;
  ByteBudget message_budget;
  ByteBudget row_budget;
  NewRowQuota new_rows;
  HybridClock hybrid_clock;
  Committer committer;
  const LedgerWriter ledger;
  const LedgerQueries ledger_queries{*engine};
  // What the check of the store has besides inventory.
  const std::vector<PartCheck> other_checks = {
      [this](const Reader& reader, const std::function<bool()>& stop) {
        return CheckLedger(reader, ledger.public_key().sha256(), stop);
      },
      CheckStoredDocuments};
  Subjects subjects;
  LastSeenTracker last_seen;
  RowDirectory rows{*engine};
  BaseSets bases{*engine, rows};
  const Content content{rows, bases};
  // All calls have ended, and so all its tasks, before any part goes.
  Executor executor;
  // Questions may take long: they keep no agent waiting.
  Executor question_executor;
  PrincipalParts principals;
  EnrolmentParts enrolment;
  IdentityParts identity;

  SyncDeps sync{*engine, content, committer,    subjects,   last_seen, clock,
                random,  ingest,  ingest_stats, row_budget, new_rows};
  const SubjectDeviceDirectory directory{subjects};
  const FleetSources fleet{*engine, content, directory, last_seen};
  // Of all calls to the admin port, those that open streams among them.
  CallTurns question_turns{question_executor, {}};
  const UnaryDispatcher dispatcher{question_turns, principals.access};
  const DeviceQueries device_queries{fleet, *catalog};
  const ContractQueries contract_queries{*engine, clock};
  const InvoiceQueries invoice_queries{*engine, clock};
  EntitlementImporter entitlement_importer{
      *engine,       committer,      principals.change_sets, clock,
      MetricNames(), mappings.get(), catalog->products()};
  QuarantineRepair quarantine_repair{*engine, committer, principals.change_sets,
                                     entitlement_importer};
  ContractProposer contract_proposer{*engine, principals.change_sets,
                                     MetricNames()};
  const PositionPreview position_preview{fleet, *catalog, clock};
  const ReconciliationQueries reconciliation_queries{fleet, *catalog, clock};
  const RegisterQueries register_queries{*engine};
  RegisterImporter register_importer{*engine, committer,
                                     principals.change_sets};
  const UndiscoveredQueries undiscovered_queries{fleet, clock};
  AvailabilityRecorder availability{committer, clock};
  IdentityDeviceEraser device_eraser;
  const DeletionDeps deletion{fleet,        *engine,   committer,
                              hybrid_clock, last_seen, device_eraser};
  DeviceDeletion device_deletion{deletion};
  Deletions deletions{*engine, committer, clock};
  DeviceHolds device_holds{fleet, committer};
  Documents documents;
  Housekeeping housekeeping;
  PostingUpkeep postings;
  const AlertReader alert_reader;
  const AlertQueries alert_queries{alert_reader, clock};
  const RenewalQueries renewal_queries{*engine, clock};
  Acknowledgements acknowledgements{alert_reader, committer, clock};
  AlertWatch alert_watch{alert_reader, acknowledgements, clock};
  OpenStreams streams{clock};
  const StreamDispatcher stream_dispatcher{question_turns, principals.access,
                                           streams};
};

// The services of the admin port.
class AdminServices {
 public:
  static absl::StatusOr<std::unique_ptr<AdminServices>> Create(Parts& parts) {
    std::unique_ptr<AdminServices> services(new AdminServices(parts));
    ROLLCALL_ASSIGN_OR_RETURN(
        services->answers_,
        ReflectionAnswers::Create(
            {v1::AlertService::service_full_name(),
             v1::DeviceService::service_full_name(),
             v1::ChangeService::service_full_name(),
             v1::ContractService::service_full_name(),
             v1::DocumentService::service_full_name(),
             v1::EnrolmentService::service_full_name(),
             v1::IdentityService::service_full_name(),
             v1::PrincipalService::service_full_name(),
             v1::InvoiceService::service_full_name(),
             v1::LedgerService::service_full_name(),
             v1::ReconciliationService::service_full_name(),
             v1::RegisterService::service_full_name(),
             v1::StoreService::service_full_name(), "grpc.health.v1.Health",
             "grpc.reflection.v1.ServerReflection",
             "grpc.reflection.v1alpha.ServerReflection"}));
    services->reflection_ = MakeReflectionServices(*services->answers_);
    return services;
  }

  std::vector<grpc::Service*> all() {
    std::vector<grpc::Service*> services = {
        &devices_,        &alerts_,    &changes_,  &contracts_, &documents_,
        &enrolment_,      &identity_,  &invoices_, &ledger_,    &principals_,
        &reconciliation_, &registers_, &store_};
    for (const auto& service : reflection_) services.push_back(service.get());
    return services;
  }

 private:
  explicit AdminServices(Parts& parts)
      : devices_(parts.device_queries, parts.device_deletion, parts.deletions,
                 parts.device_holds, parts.dispatcher),
        changes_(parts.principals.change_sets, parts.principals.change_queries,
                 parts.position_preview, parts.dispatcher),
        contracts_(parts.entitlement_importer, parts.quarantine_repair,
                   parts.contract_proposer, parts.contract_queries,
                   parts.dispatcher),
        documents_(parts.documents, parts.dispatcher),
        enrolment_(parts.enrolment.tokens, parts.enrolment.certificates,
                   parts.enrolment.revocations, parts.dispatcher),
        identity_(parts.identity.queries, parts.identity.edits,
                  parts.dispatcher),
        invoices_(parts.invoice_queries, parts.dispatcher),
        principals_(parts.principals.queries, parts.principals.edits,
                    parts.principals.certificates, parts.dispatcher),
        ledger_(parts.ledger_queries, parts.dispatcher),
        reconciliation_(parts.reconciliation_queries, parts.dispatcher),
        registers_(parts.register_importer, parts.register_queries,
                   parts.undiscovered_queries, parts.dispatcher),
        store_(*parts.engine, parts.postings.keeper(), parts.other_checks,
               parts.dispatcher),
        alerts_(parts.alert_queries, parts.renewal_queries,
                parts.acknowledgements, parts.alert_watch, parts.dispatcher,
                parts.stream_dispatcher) {}

  DeviceServiceImpl devices_;
  ChangeServiceImpl changes_;
  ContractServiceImpl contracts_;
  DocumentServiceImpl documents_;
  EnrolmentServiceImpl enrolment_;
  IdentityServiceImpl identity_;
  InvoiceServiceImpl invoices_;
  PrincipalServiceImpl principals_;
  LedgerServiceImpl ledger_;
  ReconciliationServiceImpl reconciliation_;
  RegisterServiceImpl registers_;
  StoreServiceImpl store_;
  AlertServiceImpl alerts_;
  std::unique_ptr<ReflectionAnswers> answers_;
  std::vector<std::unique_ptr<grpc::Service>> reflection_;
};

class CollectorAppImpl final : public CollectorApp {
 public:
  CollectorAppImpl(std::unique_ptr<Parts> parts, CredentialFiles files)
      : parts_(std::move(parts)),
        files_(std::move(files)),
        sync_service_(parts_->sync, parts_->executor, parts_->message_budget,
                      &parts_->enrolment.revocations) {
    parts_->enrolment.revocations.SetEnder([this](AgentId agent) {
      return sync_service_.streams().End(agent, Revocations::Refusal(agent));
    });
    parts_->device_eraser.SetEnder([this](AgentId agent) {
      sync_service_.streams().End(
          agent, absl::UnavailableError(
                     "this device was deleted; report as a new one"));
    });
  }

  ~CollectorAppImpl() override {
    parts_->postings.Stop();
    parts_->housekeeping.Stop();
    housekeeper_.reset();
    parts_->identity.linker.Stop();
    linker_.reset();
    ender_.reset();
    sweeper_.reset();
    watcher_.reset();
    reloader_.reset();
    ticker_.reset();
    if (admin_ == nullptr || agents_ == nullptr) return;  // never listened
    // No new calls, then those in progress, then what they left to write.
    https_.reset();
    parts_->streams.Stop();
    admin_->Stop(kStopGrace);
    agents_->Stop(absl::ZeroDuration());
    Tick();
  }

  absl::Status Open(const CollectorOptions& options,
                    const Credentials& credentials,
                    const DescriptorBounds& descriptors) {
    ROLLCALL_RETURN_IF_ERROR(parts_->ledger.Open(
        *parts_->engine, parts_->committer, parts_->random));
    ROLLCALL_RETURN_IF_ERROR(parts_->last_seen.Load(*parts_->engine));
    ROLLCALL_RETURN_IF_ERROR(parts_->enrolment.revocations.Load());
    ROLLCALL_RETURN_IF_ERROR(parts_->principals.store.Load());
    ROLLCALL_RETURN_IF_ERROR(parts_->principals.revoked.Load());
    ROLLCALL_RETURN_IF_ERROR(
        parts_->principals.store.Install(options.first_principals));
    ROLLCALL_ASSIGN_OR_RETURN(parts_->sync.store_incarnation,
                              ReadStoreIncarnation(*parts_->engine));
    parts_->enrolment.enrolment.UseAuthority(credentials.authority);
    ROLLCALL_RETURN_IF_ERROR(parts_->bases.Load());
    ROLLCALL_ASSIGN_OR_RETURN(admin_services_, AdminServices::Create(*parts_));
    ROLLCALL_RETURN_IF_ERROR(
        Listen(options, credentials.listener, descriptors));
    Tick();
    ticker_.emplace(kFlushInterval, [this] { Tick(); });
    reloader_.emplace(kReloadInterval, [this] { ReloadCredentials(); });
    linker_.emplace(kLinkInterval, [this] { LinkDevices(); });
    ender_.emplace(kEndInterval, [this] {
      sync_service_.twins().EndSilent();
      sync_service_.EndLate();
    });
    sweeper_.emplace(kSweepInterval, [this] { parts_->streams.Sweep(); });
    watcher_.emplace(kWatchInterval, [this] { WatchAlerts(); });
    parts_->postings.Start();
    housekeeper_.emplace(options.housekeeping.interval,
                         [this] { parts_->housekeeping.Run(); });
    if (options.ready_file.empty()) return absl::OkStatus();
    return WriteFileAtomically(options.ready_file, ReadyText(), 0644);
  }

  int agent_port() const override { return agents_->port(); }
  int admin_port() const override { return admin_->port(); }
  int https_port() const override { return https_->port(); }

 private:
  absl::Status Listen(const CollectorOptions& options,
                      const TlsCredentials& credentials,
                      const DescriptorBounds& descriptors) {
    GrpcListenerOptions agents;
    agents.address = options.agent_listen;
    agents.credentials = credentials;
    agents.max_message_bytes = options.ingest.max_message_bytes;
    agents.bounds.descriptor = descriptors.agents;
    ROLLCALL_ASSIGN_OR_RETURN(agents_,
                              GrpcListener::Start(agents, {&sync_service_}));
    GrpcListenerOptions admin;
    admin.address = options.admin_listen;
    admin.credentials = credentials;
    admin.max_message_bytes = kMaxAdminMessageBytes;
    admin.bounds = {descriptors.admins, descriptors.admin_connections};
    ROLLCALL_ASSIGN_OR_RETURN(
        admin_, GrpcListener::Start(admin, admin_services_->all()));
    HttpsListenerOptions https;
    https.address = options.https_listen;
    https.credentials = credentials;
    https.descriptor_bound = descriptors.agents;
    ROLLCALL_ASSIGN_OR_RETURN(
        https_, HttpsListener::Start(
                    https, [this](const HttpRequest& request,
                                  const HttpsListener::Respond& respond) {
                      if (EnrolmentHttp::Serves(request)) {
                        parts_->enrolment.Answer(request, respond);
                      } else {
                        respond(AnswerHttp(request));
                      }
                    }));
    https_view_ = https_.get();
    return absl::OkStatus();
  }

  void ReloadCredentials() {
    const auto changed = files_.Reload(parts_->clock.Now());
    if (!changed.has_value()) return;
    agents_->UseCredentials(changed->listener);
    admin_->UseCredentials(changed->listener);
    const absl::Status used = https_->UseCredentials(changed->listener);
    if (!used.ok()) {
      Log(LogLevel::kError, "the HTTPS port keeps its old certificate",
          {{"error", used.message()}});
    }
    parts_->enrolment.enrolment.UseAuthority(changed->authority);
  }

  void LinkDevices() {
    const absl::Status linked = parts_->identity.linker.RunDue();
    if (!linked.ok()) {
      Log(LogLevel::kError, "subjects could not be compared",
          {{"error", linked.message()}});
    }
  }

  void WatchAlerts() {
    const absl::Status looked = parts_->alert_watch.Poll();
    if (!looked.ok()) {
      Log(LogLevel::kError, "those who watch alerts could not be told",
          {{"error", looked.message()}});
    }
  }

  HttpResponse AnswerHttp(const HttpRequest& request) const {
    if (request.method != "GET") {
      return {405, kPlainText, "only GET is answered here\n", {}};
    }
    if (request.target == "/healthz") return {200, kPlainText, "ok\n", {}};
    if (request.target == "/metrics") {
      return {200, "text/plain; version=0.0.4; charset=utf-8", Metrics(), {}};
    }
    return {404, kPlainText, "there is /healthz, /metrics and /v1/ here\n", {}};
  }

  std::string Metrics() const {
    MetricSources sources = {parts_->ingest_stats,   parts_->message_budget,
                             parts_->row_budget,     parts_->executor,
                             parts_->question_turns, parts_->committer};
    sources.new_rows_refused = parts_->new_rows.refused();
    sources.enrolment = &parts_->enrolment.stats;
    sources.housekeeping = &parts_->housekeeping.stats();
    sources.postings = &parts_->postings.stats();
    sources.calls_refused = parts_->principals.access.refused();
    sources.admin_streams = static_cast<int64_t>(parts_->streams.size());
    sources.streams_revoked = sync_service_.streams().revoked();
    sources.streams_slow_started = sync_service_.refused_by_slow_start();
    sources.link_due = parts_->identity.linker.due();
    sources.last_seen_unstored = parts_->last_seen.unstored();
    sources.agents_refused = agents_->refused();
    sources.admins_refused = admin_->refused();
    sources.accept_failures =
        agents_->accept_failures() + admin_->accept_failures();
    sources.silent_connections = agents_->silent() + admin_->silent();
    sources.waiting_handshakes = agents_->waiting() + admin_->waiting();
    if (const HttpsListener* const https = https_view_; https != nullptr) {
      sources.https_refused = https->refused();
      sources.https_connections = https->connections();
    }
    return MetricsText(sources);
  }

  std::string ReadyText() const {
    return absl::StrCat(
        "{\"agent_port\": ", agent_port(), ", \"admin_port\": ", admin_port(),
        ", \"https_port\": ", https_port(), ", \"pid\": ", getpid(), "}\n");
  }

  // What is done at the start, at intervals, and once more at the end.
  void Tick() {
    const absl::Status noted = parts_->availability.Heartbeat();
    if (!noted.ok()) {
      Log(LogLevel::kError, "the time of service could not be stored",
          {{"error", noted.message()}});
    }
    const absl::Status flushed = parts_->last_seen.Flush(parts_->committer);
    if (!flushed.ok()) {
      Log(LogLevel::kError, "last-seen times could not be stored",
          {{"error", flushed.message()}});
    }
    const absl::Status forgotten = parts_->enrolment.certificates.Forget();
    if (!forgotten.ok()) {
      Log(LogLevel::kError, "old certificates could not be forgotten",
          {{"error", forgotten.message()}});
    }
    const absl::Status tokens_forgotten = parts_->enrolment.tokens.Forget();
    if (!tokens_forgotten.ok()) {
      Log(LogLevel::kError, "old tokens could not be forgotten",
          {{"error", tokens_forgotten.message()}});
    }
  }

  const std::unique_ptr<Parts> parts_;
  CredentialFiles files_;
  SyncServiceImpl sync_service_;
  std::unique_ptr<AdminServices> admin_services_;
  std::unique_ptr<GrpcListener> agents_;
  std::unique_ptr<GrpcListener> admin_;
  std::unique_ptr<HttpsListener> https_;
  // The same, for its own thread, which may run before Start returns.
  std::atomic<const HttpsListener*> https_view_{nullptr};
  std::optional<Ticker> ticker_;
  std::optional<Ticker> reloader_;
  std::optional<Ticker> linker_;
  std::optional<Ticker> ender_;
  std::optional<Ticker> sweeper_;
  std::optional<Ticker> watcher_;
  std::optional<Ticker> housekeeper_;
};

absl::StatusOr<std::unique_ptr<Catalog>> LoadCatalog(
    const std::string& rules_dir) {
  if (rules_dir.empty()) return Catalog::Create(BuiltinRuleFiles());
  ROLLCALL_ASSIGN_OR_RETURN(const auto files, ReadRuleFolder(rules_dir));
  return Catalog::Create(files);
}

absl::StatusOr<std::unique_ptr<const MappingBook>> LoadMappings(
    const std::string& mappings_dir) {
  std::vector<MappingFile> files = BuiltinMappingFiles();
  if (!mappings_dir.empty()) {
    ROLLCALL_ASSIGN_OR_RETURN(auto more, ReadMappingFolder(mappings_dir));
    std::move(more.begin(), more.end(), std::back_inserter(files));
  }
  return MappingBook::Create(files);
}

}  // namespace

absl::StatusOr<std::unique_ptr<CollectorApp>> CollectorApp::Start(
    const CollectorOptions& options) {
  const DescriptorBounds descriptors = ShareDescriptors(RaiseDescriptorLimit());
  if (descriptors.agents < options.ingest.max_streams) {
    Log(LogLevel::kInfo, "file descriptors bound how many agents may connect",
        {{"descriptors", descriptors.agents},
         {"max_streams", options.ingest.max_streams}});
  }
  const SystemClock clock;
  CredentialFiles files(options);
  ROLLCALL_ASSIGN_OR_RETURN(const Credentials credentials,
                            files.Load(clock.Now()));
  ROLLCALL_ASSIGN_OR_RETURN(auto catalog, LoadCatalog(options.rules_dir));
  ROLLCALL_ASSIGN_OR_RETURN(auto mappings, LoadMappings(options.mappings_dir));
  ROLLCALL_ASSIGN_OR_RETURN(auto engine, OpenStore(options));
  ROLLCALL_ASSIGN_OR_RETURN(auto ledger_signer,
                            LoadLedgerKey(options, *engine));
  auto app = std::make_unique<CollectorAppImpl>(
      std::make_unique<Parts>(std::move(engine), std::move(catalog),
                              std::move(mappings), std::move(ledger_signer),
                              options),
      std::move(files));
  ROLLCALL_RETURN_IF_ERROR(app->Open(options, credentials, descriptors));
  return app;
}

}  // namespace rollcall::collector
