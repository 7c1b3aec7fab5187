#include "collector/inventory/store_service.h"

#include <utility>

#include "collector/inventory/posting_tables.h"
#include "collector/storage/schema.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

absl::StatusOr<v1::GetStoreResponse> DescribeStore(const Engine& engine) {
  const auto snapshot = engine.Snapshot();
  ROLLCALL_ASSIGN_OR_RETURN(const PostingsLag lag, ReadPostingsLag(*snapshot));
  v1::GetStoreResponse response;
  response.set_schema_version(kSchemaVersion);
  if (lag.watermark != KnownStamp()) {
    *response.mutable_postings_watermark() = ToProto(lag.watermark.time());
  }
  response.set_postings_behind(lag.waiting);
  return response;
}

}  // namespace

grpc::ServerUnaryReactor* StoreServiceImpl::GetStore(
    grpc::CallbackServerContext* context, const v1::GetStoreRequest* request,
    v1::GetStoreResponse* response) {
  return dispatcher_.Answer(context, *request, response,
                            [this] { return DescribeStore(engine_); });
}

grpc::ServerUnaryReactor* StoreServiceImpl::CheckStore(
    grpc::CallbackServerContext* context, const v1::CheckStoreRequest* request,
    v1::CheckStoreResponse* response) {
  return dispatcher_.Answer(
      context, *request, response,
      [this, context]() -> absl::StatusOr<v1::CheckStoreResponse> {
        ROLLCALL_ASSIGN_OR_RETURN(
            auto checks,
            collector::CheckStore(engine_, postings_, others_, [context] {
              return context->IsCancelled();
            }));
        v1::CheckStoreResponse answer;
        for (v1::StoreCheck& check : checks) {
          *answer.add_checks() = std::move(check);
        }
        return answer;
      });
}

grpc::ServerUnaryReactor* StoreServiceImpl::RebuildPostings(
    grpc::CallbackServerContext* context,
    const v1::RebuildPostingsRequest* request,
    v1::RebuildPostingsResponse* response) {
  return dispatcher_.Answer(
      context, *request, response,
      [this]() -> absl::StatusOr<v1::RebuildPostingsResponse> {
        ROLLCALL_ASSIGN_OR_RETURN(const auto found, postings_.Rebuild());
        v1::RebuildPostingsResponse answer;
        answer.set_compared_count(found.compared);
        answer.set_corrected_count(found.differences);
        answer.set_first_difference(found.first);
        return answer;
      });
}

}  // namespace rollcall::collector
