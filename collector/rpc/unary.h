// One way to serve every unary method: authenticate, run the work on the
// executor, map its status.
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "collector/rpc/caller.h"
#include "collector/rpc/executor.h"
#include "collector/rpc/status_mapping.h"
#include "common/clock.h"

namespace rollcall::collector {

// Runs unary admin calls. Thread-safe. All arguments outlive it.
class UnaryDispatcher {
 public:
  UnaryDispatcher(Executor& executor, const Clock& clock)
      : executor_(executor), clock_(clock) {}

  // Serves one call: `work` fills the response that gRPC keeps alive until the
  // reactor finishes. A call that was cancelled while it waited is not run. The
  // work's status is the call's; RESOURCE_EXHAUSTED if too many calls wait.
  grpc::ServerUnaryReactor* Run(
      grpc::CallbackServerContext* context,
      std::function<absl::Status(const Caller& caller)> work) const {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    const absl::StatusOr<Caller> caller = AdminCaller(*context, clock_.Now());
    if (!caller.ok()) {
      reactor->Finish(ToGrpcStatus(caller.status()));
      return reactor;
    }
    const absl::Status posted = executor_.Post(
        [context, reactor, caller = *caller, work = std::move(work)] {
          if (context->IsCancelled()) {
            reactor->Finish(grpc::Status::CANCELLED);
            return;
          }
          reactor->Finish(ToGrpcStatus(work(caller)));
        });
    if (!posted.ok()) reactor->Finish(ToGrpcStatus(posted));
    return reactor;
  }

  // As Run, for work that needs no caller and returns the response:
  // absl::StatusOr<Response>().
  template <typename Response, typename Work>
  grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context,
                                   Response* response, Work work) const {
    return Run(context, [response, work = std::move(work)](const Caller&) {
      auto result = work();
      if (!result.ok()) return result.status();
      *response = *std::move(result);
      return absl::OkStatus();
    });
  }

 private:
  Executor& executor_;
  const Clock& clock_;
};

}  // namespace rollcall::collector
