// DocumentService over gRPC.
#pragma once

#include "collector/contracts/documents/documents.h"
#include "collector/rpc/unary.h"
#include "rollcall/v1/document_service.grpc.pb.h"

namespace rollcall::collector {

// Thread-safe. Both arguments outlive it.
class DocumentServiceImpl final : public v1::DocumentService::CallbackService {
 public:
  DocumentServiceImpl(Documents& documents, const UnaryDispatcher& dispatcher)
      : documents_(documents), dispatcher_(dispatcher) {}

  grpc::ServerUnaryReactor* PutDocument(
      grpc::CallbackServerContext* context,
      const v1::PutDocumentRequest* request,
      v1::PutDocumentResponse* response) override;
  grpc::ServerUnaryReactor* GetDocument(
      grpc::CallbackServerContext* context,
      const v1::GetDocumentRequest* request,
      v1::GetDocumentResponse* response) override;
  grpc::ServerUnaryReactor* ListDocuments(
      grpc::CallbackServerContext* context,
      const v1::ListDocumentsRequest* request,
      v1::ListDocumentsResponse* response) override;
  grpc::ServerUnaryReactor* DeleteDocument(
      grpc::CallbackServerContext* context,
      const v1::DeleteDocumentRequest* request,
      v1::DeleteDocumentResponse* response) override;

 private:
  Documents& documents_;
  const UnaryDispatcher& dispatcher_;
};

}  // namespace rollcall::collector
