#include "collector/ingest/sync_service.h"

#include <grpcpp/security/auth_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/proto_buffer_writer.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "collector/ingest/stream_ending.h"
#include "collector/rpc/caller.h"
#include "collector/rpc/status_mapping.h"
#include "common/log.h"
#include "common/proto_time.h"

namespace rollcall::collector {
namespace {

using RawReactor = grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>;

// An unchanged check-in with its vitals has about 50, one with an upgraded
// package 180.
constexpr int64_t kSmallMessageBytes = 512;

absl::StatusOr<v1::AgentMessage> Decode(grpc::ByteBuffer& buffer) {
  v1::AgentMessage message;
  const grpc::Status status =
      grpc::GenericDeserialize<grpc::ProtoBufferReader, v1::AgentMessage>(
          &buffer, &message);
  if (!status.ok()) {
    return absl::InvalidArgumentError(
        "the message does not parse, or its text is not UTF-8");
  }
  return message;
}

grpc::ByteBuffer Encode(const v1::CollectorMessage& message) {
  grpc::ByteBuffer buffer;
  bool own_buffer = false;
  grpc::GenericSerialize<grpc::ProtoBufferWriter, v1::CollectorMessage>(
      message, &buffer, &own_buffer);
  return buffer;
}

// Ends a stream at once.
class RefusingReactor final : public RawReactor {
 public:
  explicit RefusingReactor(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

// One stream. At any time exactly one of these is under way: a read, the
// handling of a message, a write. Each, when it ends, starts the next or
// finishes; so nothing can finish the stream behind the back of another, but
// for one who ends it from outside: see StreamEnding. Deletes itself.
class SyncReactor final : public RawReactor, private EndableStream {
 public:
  // `wait`: not to be let in, but to come back after that.
  SyncReactor(grpc::CallbackServerContext& context, const SyncDeps& deps,
              Executor& executor, ByteBudget& budget,
              const CallingAgent& caller, const Revocations* revocations,
              LiveStreams& streams, TwinStreams& twins,
              std::optional<absl::Duration> wait)
      : context_(context),
        deps_(deps),
        executor_(executor),
        budget_(budget),
        agent_(caller.agent),
        certificate_ends_(caller.certificate_ends),
        streams_(streams),
        twins_(twins),
        wait_(wait),
        session_(deps, caller.agent) {
    // Before anybody can see that the stream is there.
    const absl::Duration opened = deps_.clock.Monotonic();
    ++deps_.stats.streams_opened;
    // One too many is told so in answer to its first message: an answer that
    // runs ahead of the question may meet it on the way and be lost.
    if (++deps_.stats.streams > deps_.options.max_streams) {
      no_room_ = "too many agents are connected";
    }
    // Who revokes the agent from here on finds the stream.
    if (streams_.Add(agent_, ending_) > deps_.options.max_agent_streams) {
      no_room_ = "too many streams of this agent are open";
    }
    if (!no_room_.empty()) ++deps_.stats.streams_turned_away;
    if (revocations != nullptr && revocations->IsRevoked(agent_)) {
      streams_.CountRefused();
      ending_->End(Revocations::Refusal(agent_));
    }
    HandOver();
    ending_->Wait(opened + session_.Patience());
  }

  void OnReadDone(bool ok) override {
    if (!ending_->Wake()) return;  // ended from outside, and finished
    if (!ok) {
      // The agent hung up, the call was cancelled, or gRPC refused a message.
      NoteBreak();
      Finish(grpc::Status::OK);
      return;
    }
    const auto bytes = static_cast<int64_t>(incoming_.Length());
    ++deps_.stats.messages;
    deps_.stats.bytes += bytes;
    if (!no_room_.empty()) {
      TurnAway(no_room_);
      return;
    }
    if (wait_.has_value()) {
      TurnAway("the collector has just started, and lets agents in slowly");
      return;
    }
    share_ = budget_.Admit(bytes);
    if (!share_.has_value()) {
      TurnAway("the collector holds as many bytes as it may");
      return;
    }
    if (bytes <= kSmallMessageBytes) {
      AnswerAtOnce();
    } else {
      Post([this] { Handle(TakeMessage()); });
    }
  }

  void OnWriteDone(bool ok) override {
    TakeOver();
    ending_->Wrote();
    if (!ok) {
      Finish(grpc::Status::OK);
      return;
    }
    outgoing_.pop_front();
    Continue();
  }

  void BeginRead() override { StartRead(&incoming_); }
  void BeginWrite() override { StartWrite(&outgoing_.front()); }
  void BreakWrite() override { context_.TryCancel(); }
  void FinishWith(const absl::Status& status) override {
    Finish(ToGrpcStatus(status));
  }

  void OnDone() override {
    TakeOver();
    --deps_.stats.streams;
    ending_->Detach();
    streams_.Remove(agent_, ending_.get());
    if (seat_ != nullptr) twins_.Leave(*seat_);
    delete this;
  }

 private:
  // Most check-ins take nothing from the disk: to answer them here costs less
  // than to hand them to another thread, and blocks nobody.
  void AnswerAtOnce() {
    absl::StatusOr<v1::AgentMessage> message = TakeMessage();
    if (message.ok() && session_.HandleAtOnce(*message, AsReply())) return;
    Post([this, message = std::move(message)] { Handle(message); });
  }

  absl::StatusOr<v1::AgentMessage> TakeMessage() {
    if (deps_.clock.Now() > certificate_ends_) {
      return absl::UnauthenticatedError("the certificate has expired");
    }
    absl::StatusOr<v1::AgentMessage> message = Decode(incoming_);
    incoming_.Clear();
    return message;
  }

  std::function<void(const SyncReply& reply)> AsReply() {
    return [this](const SyncReply& reply) { Reply(reply); };
  }

  void Post(std::function<void()> task) {
    const absl::Status posted = executor_.Post(std::move(task));
    if (!posted.ok()) TurnAway(posted.message());
  }

  // One who hangs up in the middle has said something that nobody waits for any
  // more, or a message whose length gRPC did not take.
  void NoteBreak() {
    if (session_.IsIdle()) return;
    ++deps_.stats.streams_broken_off;
    Log(LogLevel::kInfo, "stream broke off in the middle",
        {{"agent", agent_.ToHex()}});
  }

  void Handle(const absl::StatusOr<v1::AgentMessage>& message) {
    if (!message.ok()) {
      Reply({{}, message.status(), true});
      return;
    }
    if (message->has_challenge_answer() && seat_ != nullptr) {
      const std::string& nonce = message->challenge_answer().nonce();
      const absl::Status answered = twins_.Answer(*seat_, nonce);
      Reply({{}, answered, !answered.ok()});
      return;
    }
    if (message->has_hello()) boot_id_ = message->hello().boot_id();
    session_.Handle(*message, AsReply());
  }

  // Takes a place among the streams of the agent once its Hello was taken, and
  // asks for a sign of life where that is due.
  void MeetTwins(const SyncReply& reply) {
    if (seat_ == nullptr && !reply.messages.empty()) {
      const auto given =
          Nonce::FromBytes(reply.messages[0].plan().next_nonce());
      if (!given.has_value()) return;
      seat_ = std::make_shared<TwinSeat>();
      seat_->agent = agent_;
      seat_->stream = ending_;
      seat_->boot_id = std::move(boot_id_);
      seat_->given = *given;
      twins_.Greet(seat_);
    }
    if (seat_ == nullptr) return;
    if (const auto nonce = twins_.TakeChallenge(*seat_)) {
      v1::CollectorMessage challenge;
      challenge.mutable_challenge()->set_nonce(nonce->ToBytes());
      outgoing_.push_back(Encode(challenge));
    }
  }

  void Reply(const SyncReply& reply) {
    share_.reset();
    if (!reply.status.ok()) {
      if (reply.status.code() == absl::StatusCode::kInvalidArgument) {
        ++deps_.stats.messages_malformed;
      }
      Log(LogLevel::kWarning, "stream ended with an error",
          {{"agent", agent_.ToHex()},
           {"code", absl::StatusCodeToString(reply.status.code())},
           {"error", reply.status.message()}});
    }
    if (reply.status.ok() && !reply.end) MeetTwins(reply);
    for (const v1::CollectorMessage& message : reply.messages) {
      outgoing_.push_back(Encode(message));
    }
    if (reply.end || !reply.status.ok()) end_with_ = reply.status;
    Continue();
  }

  // The threads of the executor, of the committer and of gRPC work on a stream
  // one after the other. gRPC orders them too, but by locks that cannot be seen
  // into: what one left behind is handed to the next by these.
  void HandOver() { handed_over_.fetch_add(1, std::memory_order_release); }
  void TakeOver() { (void)handed_over_.load(std::memory_order_acquire); }

  // Writes the next message, else finishes, else reads on.
  void Continue() {
    HandOver();
    if (!outgoing_.empty()) {
      ending_->Write(deps_.clock.Monotonic() + deps_.options.message_within);
    } else if (end_with_.has_value()) {
      Finish(ToGrpcStatus(*end_with_));
    } else {
      ending_->Wait(deps_.clock.Monotonic() + session_.Patience());
    }
  }

  void TurnAway(absl::string_view reason) {
    v1::CollectorMessage message;
    v1::Retry& retry = *message.mutable_retry();
    *retry.mutable_after() = ToProto(
        wait_.has_value() ? *wait_
                          : deps_.random.Jitter(deps_.options.retry_after, 50));
    retry.set_reason(std::string(reason));
    outgoing_.push_back(Encode(message));
    end_with_ = absl::OkStatus();
    Continue();
  }

  // Until OnDone.
  grpc::CallbackServerContext& context_;
  const SyncDeps& deps_;
  Executor& executor_;
  ByteBudget& budget_;
  const AgentId agent_;
  const absl::Time certificate_ends_;
  LiveStreams& streams_;
  TwinStreams& twins_;
  const std::optional<absl::Duration> wait_;
  const std::shared_ptr<StreamEnding> ending_ =
      std::make_shared<StreamEnding>(static_cast<EndableStream&>(*this));
  SyncSession session_;
  // Of its Hello, until its place among twins is known.
  std::string boot_id_;
  std::shared_ptr<TwinSeat> seat_;
  // Why it is one too many; empty: it is not.
  absl::string_view no_room_;
  std::atomic<uint32_t> handed_over_{0};
  grpc::ByteBuffer incoming_;
  std::optional<ByteBudget::Share> share_;
  std::deque<grpc::ByteBuffer> outgoing_;
  std::optional<absl::Status> end_with_;
};

}  // namespace

void SyncServiceImpl::EndLate() {
  for (const AgentId agent : streams_.EndLate(deps_.clock.Monotonic())) {
    ++deps_.stats.streams_late;
    Log(LogLevel::kWarning,
        "stream ended: no whole message came in time, or no answer was taken",
        {{"agent", agent.ToHex()}});
  }
}

RawReactor* SyncServiceImpl::Sync(grpc::CallbackServerContext* context) {
  const auto caller = AgentCaller(*context);
  if (!caller.ok()) {
    ++deps_.stats.unauthenticated;
    Log(LogLevel::kWarning, "stream refused",
        {{"peer", context->peer()}, {"error", caller.status().message()}});
    return new RefusingReactor(ToGrpcStatus(caller.status()));
  }
  return new SyncReactor(*context, deps_, executor_, budget_, *caller,
                         revocations_, streams_, twins_, admission_.Refuse());
}

}  // namespace rollcall::collector
