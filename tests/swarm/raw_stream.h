// One bidirectional gRPC stream of bytes on a loop: the same for a collector
// and for a bare echo, so that what differs is the server alone.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "common/tls.h"
#include "tests/swarm/stream_loop.h"

namespace rollcall::swarm {

// A connection of its own over mutual TLS to 127.0.0.1:`port`; made when the
// first stream opens.
std::shared_ptr<grpc::Channel> MakeChannel(int port,
                                           const TlsCredentials& credentials);

// All methods, and the handler's, on the loop's thread.
class RawStream {
 public:
  class Handler {
   public:
    virtual ~Handler() = default;
    // The connection stands.
    virtual void OnOpen() = 0;
    virtual void OnMessage(const std::string& bytes) = 0;
    // The stream is over; it may be opened again, or deleted.
    virtual void OnEnd(const absl::Status& status) = 0;
  };

  // Both outlive this.
  RawStream(StreamLoop& loop, Handler& handler)
      : loop_(loop), handler_(handler) {}
  // REQUIRES: it is not open.
  ~RawStream() = default;
  RawStream(const RawStream&) = delete;
  RawStream& operator=(const RawStream&) = delete;

  // REQUIRES: it is not open. OnOpen or OnEnd follows.
  void Open(std::shared_ptr<grpc::Channel> channel, const char* method);
  // Sends after what was sent before. Does nothing on a stream that ended.
  void Send(const std::string& bytes);
  // Ends it; OnEnd follows if it is open.
  void Cancel();

  // From Open to OnEnd.
  bool open() const { return call_ != nullptr; }

 private:
  class Step final : public LoopEvent {
   public:
    Step(RawStream& stream, void (RawStream::*then)(bool))
        : stream_(stream), then_(then) {}
    void Proceed(bool ok) override { (stream_.*then_)(ok); }

   private:
    RawStream& stream_;
    void (RawStream::*const then_)(bool);
  };

  void OnStarted(bool ok);
  void OnRead(bool ok);
  void OnWritten(bool ok);
  void OnFinished(bool ok);
  void StartWrite();
  void FinishIfBroken();

  StreamLoop& loop_;
  Handler& handler_;
  Step started_{*this, &RawStream::OnStarted};
  Step read_{*this, &RawStream::OnRead};
  Step written_{*this, &RawStream::OnWritten};
  Step finished_{*this, &RawStream::OnFinished};

  // While it is open.
  std::optional<grpc::ClientContext> context_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> call_;
  bool reading_ = false;
  bool writing_ = false;
  bool broken_ = false;
  grpc::ByteBuffer incoming_;
  std::deque<grpc::ByteBuffer> outgoing_;
  grpc::Status status_;
};

}  // namespace rollcall::swarm
