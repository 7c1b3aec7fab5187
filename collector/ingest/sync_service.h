// SyncService over gRPC: the agents' port.
#pragma once

#include "collector/identity/revocations.h"
#include "collector/ingest/byte_budget.h"
#include "collector/ingest/hello_contact.h"
#include "collector/ingest/live_streams.h"
#include "collector/ingest/stream_admission.h"
#include "collector/ingest/sync_session.h"
#include "collector/ingest/twin_streams.h"
#include "collector/rpc/executor.h"
#include "rollcall/v1/sync.grpc.pb.h"

namespace rollcall::collector {

// Takes raw byte buffers, so that the byte budget admits a message before
// anything is decoded. Thread-safe. All arguments outlive it and its streams.
class SyncServiceImpl final
    : public v1::SyncService::WithRawCallbackMethod_Sync<
          v1::SyncService::Service> {
 public:
  // Without `revocations` no agent is revoked.
  SyncServiceImpl(const SyncDeps& deps, Executor& executor, ByteBudget& budget,
                  const Revocations* revocations = nullptr)
      : deps_(deps),
        executor_(executor),
        budget_(budget),
        revocations_(revocations),
        admission_(deps.options, deps.clock, deps.random) {}

  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* Sync(
      grpc::CallbackServerContext* context) override;

  // For ending an agent's streams.
  LiveStreams& streams() { return streams_; }
  const LiveStreams& streams() const { return streams_; }
  // Ends streams on which no whole message came, or no answer was taken, for
  // too long: their agents have gone, say a byte at a time, or do not listen.
  // To be called at intervals.
  void EndLate();
  // Of streams of one agent that are open at once; ends those that are silent.
  TwinStreams& twins() { return twins_; }
  const TwinStreams& twins() const { return twins_; }
  // Streams that were not let in by the slow start.
  int64_t refused_by_slow_start() const { return admission_.refused(); }

 private:
  const SyncDeps& deps_;
  Executor& executor_;
  ByteBudget& budget_;
  const Revocations* const revocations_;
  // Its slow start begins with this.
  StreamAdmission admission_;
  LiveStreams streams_;
  TwinStreams twins_{deps_.clock,
                     deps_.random,
                     deps_.stats,
                     [this](const TwinVerdict& verdict) {
                       EndClone(verdict, deps_.committer);
                     },
                     // An agent learns of a challenge when it checks in.
                     {.answer_within = deps_.options.check_in_interval * 3 / 2 +
                                       absl::Minutes(1)}};
};

}  // namespace rollcall::collector
