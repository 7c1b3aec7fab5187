// ChangeService over gRPC.
#pragma once

#include <functional>

#include "collector/changes/change_queries.h"
#include "collector/changes/change_sets.h"
#include "collector/rpc/unary.h"
#include "rollcall/v1/change_service.grpc.pb.h"

namespace rollcall::collector {

// Tells which positions a change-set would move. Thread-safe.
class ChangePreview {
 public:
  virtual ~ChangePreview() = default;

  // As ChangeService.PreviewChangeSet says.
  virtual absl::StatusOr<v1::PreviewChangeSetResponse> Preview(
      const v1::PreviewChangeSetRequest& request) const = 0;
};

// Thread-safe. All arguments outlive it.
class ChangeServiceImpl final : public v1::ChangeService::CallbackService {
 public:
  ChangeServiceImpl(ChangeSets& change_sets, const ChangeQueries& queries,
                    const ChangePreview& preview,
                    const UnaryDispatcher& dispatcher)
      : change_sets_(change_sets),
        queries_(queries),
        preview_(preview),
        dispatcher_(dispatcher) {}

  grpc::ServerUnaryReactor* ListChangeSets(
      grpc::CallbackServerContext* context,
      const v1::ListChangeSetsRequest* request,
      v1::ListChangeSetsResponse* response) override;
  grpc::ServerUnaryReactor* GetChangeSet(
      grpc::CallbackServerContext* context,
      const v1::GetChangeSetRequest* request,
      v1::GetChangeSetResponse* response) override;
  grpc::ServerUnaryReactor* ListDifferences(
      grpc::CallbackServerContext* context,
      const v1::ListDifferencesRequest* request,
      v1::ListDifferencesResponse* response) override;
  grpc::ServerUnaryReactor* PreviewChangeSet(
      grpc::CallbackServerContext* context,
      const v1::PreviewChangeSetRequest* request,
      v1::PreviewChangeSetResponse* response) override;
  grpc::ServerUnaryReactor* ApproveChangeSet(
      grpc::CallbackServerContext* context,
      const v1::ApproveChangeSetRequest* request,
      v1::ApproveChangeSetResponse* response) override;
  grpc::ServerUnaryReactor* RejectChangeSet(
      grpc::CallbackServerContext* context,
      const v1::RejectChangeSetRequest* request,
      v1::RejectChangeSetResponse* response) override;
  grpc::ServerUnaryReactor* WithdrawChangeSet(
      grpc::CallbackServerContext* context,
      const v1::WithdrawChangeSetRequest* request,
      v1::WithdrawChangeSetResponse* response) override;

 private:
  ChangeSets& change_sets_;
  const ChangeQueries& queries_;
  const ChangePreview& preview_;
  const UnaryDispatcher& dispatcher_;
};

}  // namespace rollcall::collector
