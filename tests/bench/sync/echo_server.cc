// The limit that the collector's figures stand beside: a gRPC server with the
// collector's listener and TLS that sends back what it gets, and nothing else.
//
// With --store it decodes each message of rows as the collector must, stores
// all of it in one synced Put, and then answers; with --store-each each row is
// an entry of its own, under its id. With --commit it does not look
// at messages, but answers each only after a synced write of the entries that a
// changed subject takes, many messages in one write.
#include <absl/synchronization/mutex.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "collector/rpc/grpc_listener.h"
#include "collector/storage/rocksdb_engine.h"
#include "common/file.h"
#include "common/log.h"
#include "common/status.h"
#include "rollcall/v1/sync.grpc.pb.h"
#include "tests/bench/sync/plain_stores.h"

namespace rollcall::bench {
namespace {

using Reactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

// What to do before a message is answered; at most one of both.
struct Stores {
  PlainRows* rows = nullptr;
  PlainCommits* commits = nullptr;
};

// One stream. Deletes itself.
class EchoReactor final : public Reactor {
 public:
  explicit EchoReactor(Stores stores)
      : stores_(stores),
        number_(stores.commits == nullptr ? 0 : stores.commits->Next()) {
    StartRead(&buffer_);
  }
  void OnReadDone(bool ok) override {
    if (!ok) {
      Finish(grpc::Status::OK);
    } else if (stores_.commits != nullptr) {
      Commit();
    } else {
      Answer(stores_.rows == nullptr || stores_.rows->Store(buffer_).ok());
    }
  }
  void OnWriteDone(bool ok) override {
    if (ok) {
      StartRead(&buffer_);
    } else {
      Finish(grpc::Status::OK);
    }
  }
  void OnDone() override { delete this; }

 private:
  void Commit() {
    const absl::Status submitted = stores_.commits->Commit(
        number_, [this](bool stored) { Answer(stored); });
    if (!submitted.ok()) Answer(/*stored=*/false);
  }
  void Answer(bool stored) {
    if (stored) {
      StartWrite(&buffer_);
    } else {
      Finish(grpc::Status::OK);
    }
  }

  const Stores stores_;
  const uint64_t number_;
  grpc::ByteBuffer buffer_;
};

class EchoService final : public v1::SyncService::WithRawCallbackMethod_Sync<
                              v1::SyncService::Service> {
 public:
  explicit EchoService(Stores stores) : stores_(stores) {}
  Reactor* Sync(grpc::CallbackServerContext* /*context*/) override {
    return new EchoReactor(stores_);
  }

 private:
  const Stores stores_;
};

struct Options {
  std::string data;
  std::string listen;
  std::string ca;
  std::string cert;
  std::string key;
  std::string ready;
  bool store = false;
  bool store_each = false;
  bool commit = false;
};

absl::StatusOr<std::unique_ptr<collector::Engine>> OpenStore(
    const Options& options) {
  mkdir(options.data.c_str(), 0700);
  collector::RocksDbOptions store;
  store.path = options.data;
  return collector::OpenRocksDb(store);
}

absl::Status Serve(const Options& options) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::unique_ptr<collector::Engine> engine;
  std::unique_ptr<PlainRows> rows;
  std::unique_ptr<PlainCommits> commits;
  if (options.store || options.store_each || options.commit) {
    ROLLCALL_ASSIGN_OR_RETURN(engine, OpenStore(options));
  }
  if (options.store || options.store_each) {
    rows = std::make_unique<PlainRows>(
        *engine, options.store_each ? PlainRows::Entries::kById
                                    : PlainRows::Entries::kTogether);
  }
  if (options.commit) commits = std::make_unique<PlainCommits>(*engine);
  EchoService service({rows.get(), commits.get()});
  collector::GrpcListenerOptions listen;
  listen.address = options.listen;
  ROLLCALL_ASSIGN_OR_RETURN(
      listen.credentials,
      LoadTlsCredentials(options.ca, options.cert, options.key, absl::Now()));
  ROLLCALL_ASSIGN_OR_RETURN(const auto listener,
                            collector::GrpcListener::Start(listen, {&service}));
  ROLLCALL_RETURN_IF_ERROR(WriteFileAtomically(
      options.ready, absl::StrCat("{\"agent_port\": ", listener->port(), "}\n"),
      0644));
  int received = 0;
  sigwait(&signals, &received);
  listener->Stop(absl::ZeroDuration());
  return absl::OkStatus();
}

}  // namespace
}  // namespace rollcall::bench

int main(int argc, char** argv) {
  using rollcall::bench::Options;
#ifdef NDEBUG
  // As the collector does.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
#endif
  Options options;
  std::string unused;
  CLI::App app("Sends back what it gets", "echo_server");
  app.add_option("--data", options.data)->required();
  app.add_option("--agent-listen", options.listen)->required();
  app.add_option("--admin-listen", unused, "Not used");
  app.add_option("--https-listen", unused, "Not used");
  app.add_option("--ca", options.ca)->required();
  app.add_option("--cert", options.cert)->required();
  app.add_option("--key", options.key)->required();
  app.add_option("--ready-file", options.ready)->required();
  app.add_flag("--store", options.store, "Store rows before answering");
  app.add_flag("--store-each", options.store_each,
               "Store each row under its id before answering");
  app.add_flag("--commit", options.commit, "Commit entries before answering");
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = rollcall::bench::Serve(options);
  if (!status.ok()) {
    std::fprintf(stderr, "echo_server: %s\n", status.ToString().c_str());
    return 1;
  }
  return 0;
}
