// StoreService over gRPC.
#pragma once

#include <utility>
#include <vector>

#include "collector/inventory/posting_keeper.h"
#include "collector/inventory/store_check.h"
#include "collector/rpc/unary.h"
#include "rollcall/v1/store_service.grpc.pb.h"

namespace rollcall::collector {

// Thread-safe. All arguments outlive it.
class StoreServiceImpl final : public v1::StoreService::CallbackService {
 public:
  // `others` are checked with the store.
  StoreServiceImpl(const Engine& engine, PostingKeeper& postings,
                   std::vector<PartCheck> others,
                   const UnaryDispatcher& dispatcher)
      : engine_(engine),
        postings_(postings),
        others_(std::move(others)),
        dispatcher_(dispatcher) {}

  grpc::ServerUnaryReactor* GetStore(grpc::CallbackServerContext* context,
                                     const v1::GetStoreRequest* request,
                                     v1::GetStoreResponse* response) override;
  grpc::ServerUnaryReactor* CheckStore(
      grpc::CallbackServerContext* context,
      const v1::CheckStoreRequest* request,
      v1::CheckStoreResponse* response) override;
  grpc::ServerUnaryReactor* RebuildPostings(
      grpc::CallbackServerContext* context,
      const v1::RebuildPostingsRequest* request,
      v1::RebuildPostingsResponse* response) override;

 private:
  const Engine& engine_;
  PostingKeeper& postings_;
  const std::vector<PartCheck> others_;
  const UnaryDispatcher& dispatcher_;
};

}  // namespace rollcall::collector
