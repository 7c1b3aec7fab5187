// One way to serve every method that answers with a stream: authenticate, see
// whether the caller may, open what it is told from when its turn comes, and
// write one message after the other until either side ends it.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "collector/rpc/access_control.h"
#include "collector/rpc/call_turns.h"
#include "collector/rpc/open_streams.h"
#include "collector/rpc/status_mapping.h"
#include "collector/rpc/stream_line.h"
#include "common/answer_mark.h"
#include "google/protobuf/message.h"

namespace rollcall::collector {

// What a stream tells, asked for one message at a time, the next only once the
// caller took the last: so a slow caller makes nothing wait but itself.
template <typename Response>
class StreamSource {
 public:
  virtual ~StreamSource() = default;
  // The next message; nothing: none now. Whoever has more then calls Wake of
  // the stream's line, without a lock that this takes. One call at a time; does
  // not block.
  virtual std::optional<Response> Next() = 0;
};

namespace server_stream_internal {

template <typename Response>
class RefusedStream final : public grpc::ServerWriteReactor<Response> {
 public:
  explicit RefusedStream(const absl::Status& status) {
    this->Finish(ToGrpcStatus(status));
  }
  void OnDone() override { delete this; }
};

// Deletes itself.
template <typename Response>
class OpenStream final : public grpc::ServerWriteReactor<Response>,
                         private WritableStream {
 public:
  OpenStream(grpc::CallbackServerContext& context, OpenStreams& streams)
      : context_(context), streams_(streams) {}

  const std::shared_ptr<StreamLine>& line() const { return line_; }

  // Before Open of the line.
  void Use(std::unique_ptr<StreamSource<Response>> source) {
    source_ = std::move(source);
  }

  void OnWriteDone(bool ok) override { line_->Wrote(ok); }
  void OnCancel() override {
    line_->End(absl::CancelledError("the caller hung up"));
  }
  void OnDone() override {
    line_->Detach();
    streams_.Remove(line_.get());
    delete this;
  }

 private:
  bool BeginNextWrite() override {
    std::optional<Response> next = source_->Next();
    if (!next.has_value()) return false;
    message_ = *std::move(next);
    this->StartWrite(&message_);
    return true;
  }
  void FinishWith(const absl::Status& status) override {
    this->Finish(ToGrpcStatus(status));
  }
  void BreakWrite() override { context_.TryCancel(); }

  // Until OnDone.
  grpc::CallbackServerContext& context_;
  OpenStreams& streams_;
  const std::shared_ptr<StreamLine> line_ =
      std::make_shared<StreamLine>(static_cast<WritableStream&>(*this));
  std::unique_ptr<StreamSource<Response>> source_;
  Response message_;
};

}  // namespace server_stream_internal

// Serves streams of admin calls. Opening one takes turns with unary calls, and
// counts as one that is not answered until it is open. Thread-safe. All
// arguments outlive it.
class StreamDispatcher {
 public:
  StreamDispatcher(CallTurns& turns, const AccessControl& access,
                   OpenStreams& streams)
      : turns_(turns), access_(access), streams_(streams) {}

  // Makes what a stream tells; may block. `line` is to be woken when there is
  // more to tell.
  template <typename Response>
  using OpenSource =
      std::function<absl::StatusOr<std::unique_ptr<StreamSource<Response>>>(
          const Caller& caller, const std::shared_ptr<StreamLine>& line)>;

  // Serves one call, if its caller may make it, for as long as it may: it ends
  // with its certificate, with its role, and as OpenStreams says. One that ends
  // while it waits for its turn is not opened. `request` lives as long as the
  // call, as gRPC keeps it.
  template <typename Response>
  grpc::ServerWriteReactor<Response>* Serve(
      grpc::CallbackServerContext* context,
      const google::protobuf::Message& request,
      OpenSource<Response> open) const {
    using server_stream_internal::OpenStream;
    using server_stream_internal::RefusedStream;
    context->AddTrailingMetadata(kAnswerMark, "1");
    const absl::StatusOr<Caller> caller = access_.Admit(*context, request);
    if (!caller.ok()) return new RefusedStream<Response>(caller.status());
    auto* const stream = new OpenStream<Response>(*context, streams_);
    const std::shared_ptr<StreamLine> line = stream->line();
    absl::Status taken =
        streams_.Add(caller->principal, line, [this, context, &request] {
          return access_.Admit(*context, request).status();
        });
    if (taken.ok()) {
      taken = turns_.Post(
          caller->principal, static_cast<int64_t>(request.ByteSizeLong()),
          [this, context, &request, stream, line,
           open = std::move(open)](const absl::Status& turn) {
            if (!turn.ok()) return line->Refuse(turn);
            auto source = OpenIfMay<Response>(*context, request, line, open);
            if (!source.ok()) return line->Refuse(source.status());
            stream->Use(*std::move(source));
            line->Open();
          });
    }
    if (!taken.ok()) line->Refuse(taken);
    return stream;
  }

 private:
  template <typename Response>
  absl::StatusOr<std::unique_ptr<StreamSource<Response>>> OpenIfMay(
      const grpc::CallbackServerContext& context,
      const google::protobuf::Message& request,
      const std::shared_ptr<StreamLine>& line,
      const OpenSource<Response>& open) const {
    // Whoever ended it said why.
    if (line->has_ended()) return absl::CancelledError("it was ended before");
    const absl::StatusOr<Caller> caller = access_.Admit(context, request);
    if (!caller.ok()) return caller.status();
    return open(*caller, line);
  }

  CallTurns& turns_;
  const AccessControl& access_;
  OpenStreams& streams_;
};

}  // namespace rollcall::collector
