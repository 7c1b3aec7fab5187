// One way to serve every unary method: authenticate, see whether the caller
// may, and again when its turn comes, run the work on the executor, map its
// status.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "collector/rpc/access_control.h"
#include "collector/rpc/call_turns.h"
#include "collector/rpc/status_mapping.h"
#include "common/answer_mark.h"
#include "google/protobuf/message.h"

namespace rollcall::collector {

// Runs unary admin calls. Thread-safe. All arguments outlive it.
class UnaryDispatcher {
 public:
  UnaryDispatcher(CallTurns& turns, const AccessControl& access)
      : turns_(turns), access_(access) {}

  // Serves one call, if its caller may make it: `work` fills the response that
  // gRPC keeps alive, as it does `request`, until the reactor finishes. The
  // request's type says which method is called. A call that was cancelled while
  // it waited is not run, nor is one whose caller may not make it any more:
  // calls may wait for long, and what a role or a certificate allowed ends with
  // it. `work` is told what the caller is when its turn comes. The work's
  // status is the call's; RESOURCE_EXHAUSTED if too many calls wait, of the
  // caller or of all.
  grpc::ServerUnaryReactor* Run(
      grpc::CallbackServerContext* context,
      const google::protobuf::Message& request,
      std::function<absl::Status(const Caller& caller)> work) const {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    context->AddTrailingMetadata(kAnswerMark, "1");
    const absl::StatusOr<Caller> caller = access_.Admit(*context, request);
    if (!caller.ok()) {
      reactor->Finish(ToGrpcStatus(caller.status()));
      return reactor;
    }
    const absl::Status posted = turns_.Post(
        caller->principal, static_cast<int64_t>(request.ByteSizeLong()),
        [this, context, &request, reactor,
         work = std::move(work)](const absl::Status& turn) {
          if (context->IsCancelled()) {
            reactor->Finish(grpc::Status::CANCELLED);
            return;
          }
          reactor->Finish(ToGrpcStatus(
              turn.ok() ? RunIfMay(*context, request, work) : turn));
        });
    if (!posted.ok()) reactor->Finish(ToGrpcStatus(posted));
    return reactor;
  }

  // As Run, for work that returns the response: absl::StatusOr<Response>(), or
  // absl::StatusOr<Response>(const Caller&).
  template <typename Response, typename Work>
  grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context,
                                   const google::protobuf::Message& request,
                                   Response* response, Work work) const {
    return Run(context, request,
               [response, work = std::move(work)](const Caller& caller) {
                 auto result = [&] {
                   if constexpr (std::is_invocable_v<Work, const Caller&>) {
                     return work(caller);
                   } else {
                     return work();
                   }
                 }();
                 if (!result.ok()) return result.status();
                 *response = *std::move(result);
                 return absl::OkStatus();
               });
  }

 private:
  absl::Status RunIfMay(
      const grpc::CallbackServerContext& context,
      const google::protobuf::Message& request,
      const std::function<absl::Status(const Caller& caller)>& work) const {
    const absl::StatusOr<Caller> caller = access_.Admit(context, request);
    return caller.ok() ? work(*caller) : caller.status();
  }

  CallTurns& turns_;
  const AccessControl& access_;
};

}  // namespace rollcall::collector
