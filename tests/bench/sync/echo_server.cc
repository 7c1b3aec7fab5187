// The limit that the collector's figures stand beside: a gRPC server with the
// collector's listener and TLS that sends back what it gets, and nothing else.
//
// With --store it decodes each message of rows as the collector must, stores
// all of it in one synced Put, and then answers.
#include <absl/synchronization/mutex.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/server_callback.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "collector/rpc/grpc_listener.h"
#include "collector/storage/rocksdb_engine.h"
#include "common/compression.h"
#include "common/file.h"
#include "common/log.h"
#include "common/status.h"
#include "rollcall/v1/sync.grpc.pb.h"

namespace rollcall::bench {
namespace {

using collector::Engine;
using Reactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

// Stores rows with as little ado as possible.
class PlainStore {
 public:
  explicit PlainStore(std::unique_ptr<Engine> engine)
      : engine_(std::move(engine)) {}

  absl::Status Store(const grpc::ByteBuffer& bytes) {
    grpc::ByteBuffer copy(bytes);
    v1::AgentMessage message;
    if (!grpc::GenericDeserialize<grpc::ProtoBufferReader, v1::AgentMessage>(
             &copy, &message)
             .ok()) {
      return absl::InvalidArgumentError("not a message");
    }
    std::string content;
    for (const std::string& frame : message.rows().frames()) {
      ROLLCALL_ASSIGN_OR_RETURN(const std::string rows, Decompress(frame));
      v1::RowBatch batch;
      if (!batch.ParseFromString(rows)) {
        return absl::InvalidArgumentError("not a batch of rows");
      }
      content += rows;
    }
    collector::Batch batch;
    batch.Put(collector::TableId::kRow, absl::StrCat("host-", ++count_),
              std::move(content));
    return engine_->Write(batch, collector::Durability::kSynced);
  }

 private:
  const std::unique_ptr<Engine> engine_;
  std::atomic<int64_t> count_{0};
};

// One stream. Deletes itself.
class EchoReactor final : public Reactor {
 public:
  explicit EchoReactor(PlainStore* store) : store_(store) {
    StartRead(&buffer_);
  }
  void OnReadDone(bool ok) override {
    if (!ok || (store_ != nullptr && !store_->Store(buffer_).ok())) {
      Finish(grpc::Status::OK);
      return;
    }
    StartWrite(&buffer_);
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
  grpc::ByteBuffer buffer_;
};

class EchoService final : public v1::SyncService::WithRawCallbackMethod_Sync<
                              v1::SyncService::Service> {
 public:
  explicit EchoService(PlainStore* store) : store_(store) {}
  Reactor* Sync(grpc::CallbackServerContext* /*context*/) override {
    return new EchoReactor(store_);
  }

 private:
  PlainStore* const store_;
};

struct Options {
  std::string data;
  std::string listen;
  std::string ca;
  std::string cert;
  std::string key;
  std::string ready;
  bool store = false;
};

absl::StatusOr<std::unique_ptr<PlainStore>> OpenStore(const Options& options) {
  if (!options.store) return std::unique_ptr<PlainStore>();
  mkdir(options.data.c_str(), 0700);
  collector::RocksDbOptions store;
  store.path = options.data;
  ROLLCALL_ASSIGN_OR_RETURN(auto engine, collector::OpenRocksDb(store));
  return std::make_unique<PlainStore>(std::move(engine));
}

absl::Status Serve(const Options& options) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ROLLCALL_ASSIGN_OR_RETURN(const auto store, OpenStore(options));
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
  app.add_option("--ca", options.ca)->required();
  app.add_option("--cert", options.cert)->required();
  app.add_option("--key", options.key)->required();
  app.add_option("--ready-file", options.ready)->required();
  app.add_flag("--store", options.store, "Store rows before answering");
  CLI11_PARSE(app, argc, argv);
  const absl::Status status = rollcall::bench::Serve(options);
  if (!status.ok()) {
    std::fprintf(stderr, "echo_server: %s\n", status.ToString().c_str());
    return 1;
  }
  return 0;
}
