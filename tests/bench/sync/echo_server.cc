// The limit that the collector's figures stand beside: a gRPC server with the
// collector's listener and TLS that sends back what it gets, and nothing else;
// or, with --store, once it has stored something.
#include <absl/synchronization/mutex.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdint>
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

// One stream. Deletes itself.
class EchoReactor final : public Reactor {
 public:
  // Without a store it answers at once.
  EchoReactor(PlainStore* store, uint64_t number)
      : store_(store), number_(number) {
    StartRead(&buffer_);
  }
  void OnReadDone(bool ok) override {
    if (!ok) {
      Finish(grpc::Status::OK);
    } else if (store_ == nullptr) {
      StartWrite(&buffer_);
    } else {
      store_->Store(number_, buffer_, [this](bool stored) {
        if (stored) {
          StartWrite(&buffer_);
        } else {
          Finish(grpc::Status::OK);
        }
      });
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
  PlainStore* const store_;
  const uint64_t number_;
  grpc::ByteBuffer buffer_;
};

class EchoService final : public v1::SyncService::WithRawCallbackMethod_Sync<
                              v1::SyncService::Service> {
 public:
  explicit EchoService(PlainStore* store) : store_(store) {}
  Reactor* Sync(grpc::CallbackServerContext* /*context*/) override {
    return new EchoReactor(store_, ++streams_);
  }

 private:
  PlainStore* const store_;
  std::atomic<uint64_t> streams_{0};
};

struct Options {
  std::string data;
  std::string listen;
  std::string ca;
  std::string cert;
  std::string key;
  std::string ready;
  std::string store;
};

absl::StatusOr<std::unique_ptr<collector::Engine>> OpenStore(
    const Options& options) {
  mkdir(options.data.c_str(), 0700);
  collector::RocksDbOptions store;
  store.path = options.data;
  return collector::OpenRocksDb(store);
}

std::unique_ptr<PlainStore> MakeStore(const std::string& what,
                                      collector::Engine& engine) {
  if (what == "hosts") return std::make_unique<PlainHosts>(engine);
  if (what == "rows") return std::make_unique<PlainRows>(engine);
  return std::make_unique<PlainChanges>(engine);
}

absl::Status Serve(const Options& options) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::unique_ptr<collector::Engine> engine;
  std::unique_ptr<PlainStore> store;
  if (!options.store.empty()) {
    ROLLCALL_ASSIGN_OR_RETURN(engine, OpenStore(options));
    store = MakeStore(options.store, *engine);
  }
  EchoService service(store.get());
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
  app.add_option("--first-principal", unused, "Not used");
  app.add_option("--ca", options.ca)->required();
  app.add_option("--cert", options.cert)->required();
  app.add_option("--key", options.key)->required();
  app.add_option("--ready-file", options.ready)->required();
  app.add_option("--store", options.store,
                 "What to store before answering: \"hosts\", the rows of each "
                 "message in one entry; \"rows\", each under its id; "
                 "\"changes\", the entries of a changed subject")
      ->check(CLI::IsMember({"hosts", "rows", "changes"}));
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = rollcall::bench::Serve(options);
  if (!status.ok()) {
    std::fprintf(stderr, "echo_server: %s\n", status.ToString().c_str());
    return 1;
  }
  return 0;
}
