#include "agent/uplink/grpc_stream.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status.h"
#include "common/sync.h"
#include "rollcall/v1/sync.grpc.pb.h"

namespace rollcall::agent {
namespace {

std::shared_ptr<grpc::Channel> Connect(const std::string& collector,
                                       const std::string& proxy,
                                       const TlsCredentials& credentials) {
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = credentials.ca_pem;
  tls.pem_cert_chain = credentials.certificate_pem;
  tls.pem_private_key = credentials.private_key_pem;
  grpc::ChannelArguments arguments;
  // A dead path is noticed, and a firewall's memory kept, at a rate that the
  // collector allows (5 min).
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 10 * 60 * 1000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  if (proxy.empty()) {
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  } else {
    arguments.SetString(GRPC_ARG_HTTP_PROXY, proxy);
  }
  return grpc::CreateCustomChannel(collector, grpc::SslCredentials(tls),
                                   arguments);
}

// Whether it ended as on a server that has no such service, which refuses the
// call in no words of its own.
bool LacksService(const grpc::Status& status, bool answered) {
  if (status.ok() || answered) return false;
  return status.error_code() == grpc::StatusCode::UNIMPLEMENTED ||
         status.error_message().empty();
}

// `answered`: whether the collector had said something on this stream.
absl::Status FromGrpc(const grpc::Status& status, bool answered,
                      const std::string& collector) {
  const auto code = static_cast<absl::StatusCode>(status.error_code());
  if (LacksService(status, answered)) {
    return absl::Status(code, absl::StrCat(collector,
                                           " does not take agents; is this the "
                                           "collector's agents' port (7443)?"));
  }
  if (code != absl::StatusCode::kUnavailable) {
    return absl::Status(code, status.error_message());
  }
  if (answered) {
    return absl::UnavailableError(absl::StrCat(
        "the stream to ", collector, " broke off: ", status.error_message()));
  }
  return absl::UnavailableError(absl::StrCat(
      "no connection to ", collector, ": ", status.error_message(),
      "; is the collector running there, does its certificate name this host, "
      "and is ours from its CA and not expired?"));
}

// Runs one operation after another on a queue of its own, so that each has its
// time limit without a thread of its own.
class GrpcStream final : public MessageStream {
 public:
  GrpcStream(v1::SyncService::Stub& stub, std::string collector,
             absl::Duration timeout)
      : collector_(std::move(collector)),
        timeout_(timeout),
        call_(stub.PrepareAsyncSync(&context_, &queue_)) {}

  ~GrpcStream() override {
    context_.TryCancel();
    // A call that was started must be finished; how it ended is of no interest.
    if (started_ && !finished_) Finish().IgnoreError();
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
    }
  }

  absl::Status Send(const v1::AgentMessage& message) override {
    if (!started_) {
      started_ = true;
      call_->StartCall(this);
      if (!Wait()) return Ended();
    }
    // The collector may have said why it ended the stream: Receive tells. To
    // finish the call before that is read would wait for ever.
    if (!writable_) return absl::OkStatus();
    call_->Write(message, this);
    writable_ = Wait();
    return timed_out_ ? Ended() : absl::OkStatus();
  }

  absl::StatusOr<v1::CollectorMessage> Receive() override {
    v1::CollectorMessage message;
    call_->Read(&message, this);
    if (!Wait()) return Ended();
    answered_ = true;
    return message;
  }

  // Thread-safe.
  void Cancel() { context_.TryCancel(); }

  // Whether it was tried, and nobody said anything.
  bool in_vain() const { return started_ && !answered_; }

 private:
  // Whether the operation under way succeeded; past the time limit the call is
  // cancelled, which ends it.
  bool Wait() {
    void* tag = nullptr;
    bool ok = false;
    const auto deadline = absl::ToChronoTime(absl::Now() + timeout_);
    if (queue_.AsyncNext(&tag, &ok, deadline) ==
        grpc::CompletionQueue::GOT_EVENT) {
      return ok;
    }
    timed_out_ = true;
    context_.TryCancel();
    queue_.Next(&tag, &ok);
    return false;
  }

  // Why the stream ended; never OK.
  absl::Status Ended() {
    const absl::Status status = Finish();
    if (!status.ok()) return status;
    return absl::UnavailableError("the collector ended the stream");
  }

  absl::Status Finish() {
    finished_ = true;
    grpc::Status status;
    call_->Finish(&status, this);
    Wait();
    if (timed_out_) {
      return absl::DeadlineExceededError(
          absl::StrCat("no answer from ", collector_, " within ",
                       absl::FormatDuration(timeout_)));
    }
    return FromGrpc(status, answered_, collector_);
  }

  const std::string collector_;
  const absl::Duration timeout_;
  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  const std::unique_ptr<
      grpc::ClientAsyncReaderWriter<v1::AgentMessage, v1::CollectorMessage>>
      call_;
  bool started_ = false;
  bool finished_ = false;
  bool timed_out_ = false;
  bool writable_ = true;
  bool answered_ = false;
};

class GrpcUplink final : public Uplink {
 public:
  explicit GrpcUplink(const UplinkOptions& options)
      : options_(options), credentials_(options.credentials) {
    collectors_.push_back(options.collector);
    collectors_.insert(collectors_.end(), options.alternates.begin(),
                       options.alternates.end());
  }

  std::unique_ptr<MessageStream> Open() override {
    MutexLock lock(&mutex_);
    const std::string& collector = collectors_[place_ % collectors_.size()];
    if (stub_ == nullptr) {
      stub_ = v1::SyncService::NewStub(
          Connect(collector, options_.proxy, credentials_));
    }
    auto stream = std::make_unique<Registered>(*this, *stub_, collector);
    current_ = &stream->stream();
    if (interrupted_) current_->Cancel();
    return stream;
  }

  void UseCredentials(const TlsCredentials& credentials) override {
    MutexLock lock(&mutex_);
    credentials_ = credentials;
    // The stream that is open keeps its connection.
    stub_.reset();
  }

  void HangUp() override {
    MutexLock lock(&mutex_);
    stub_.reset();
  }

  void Interrupt() override {
    MutexLock lock(&mutex_);
    interrupted_ = true;
    if (current_ != nullptr) current_->Cancel();
  }

 private:
  // A stream that Interrupt can find as long as it is there.
  class Registered final : public MessageStream {
   public:
    Registered(GrpcUplink& uplink, v1::SyncService::Stub& stub,
               const std::string& collector)
        : uplink_(uplink), stream_(stub, collector, uplink.options_.timeout) {}
    ~Registered() override { uplink_.Forget(stream_.in_vain()); }
    absl::Status Send(const v1::AgentMessage& message) override {
      return stream_.Send(message);
    }
    absl::StatusOr<v1::CollectorMessage> Receive() override {
      return stream_.Receive();
    }
    GrpcStream& stream() { return stream_; }

   private:
    GrpcUplink& uplink_;
    GrpcStream stream_;
  };

  void Forget(bool in_vain) {
    MutexLock lock(&mutex_);
    current_ = nullptr;
    if (!in_vain || collectors_.size() == 1) return;
    ++place_;
    stub_.reset();
  }

  const UplinkOptions options_;
  std::vector<std::string> collectors_;
  Mutex mutex_;
  TlsCredentials credentials_ ABSL_GUARDED_BY(mutex_);
  // Of the collector in turn; made when it is needed.
  std::unique_ptr<v1::SyncService::Stub> stub_ ABSL_GUARDED_BY(mutex_);
  size_t place_ ABSL_GUARDED_BY(mutex_) = 0;
  GrpcStream* current_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool interrupted_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace

std::unique_ptr<Uplink> Uplink::Create(const UplinkOptions& options) {
  return std::make_unique<GrpcUplink>(options);
}

}  // namespace rollcall::agent
