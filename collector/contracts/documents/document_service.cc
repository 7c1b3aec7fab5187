#include "collector/contracts/documents/document_service.h"

namespace rollcall::collector {

grpc::ServerUnaryReactor* DocumentServiceImpl::PutDocument(
    grpc::CallbackServerContext* context, const v1::PutDocumentRequest* request,
    v1::PutDocumentResponse* response) {
  return dispatcher_.Answer(context, *request, response,
                            [this, request](const Caller& caller) {
                              return documents_.Put(*request, caller.principal);
                            });
}

grpc::ServerUnaryReactor* DocumentServiceImpl::GetDocument(
    grpc::CallbackServerContext* context, const v1::GetDocumentRequest* request,
    v1::GetDocumentResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return documents_.Get(*request);
  });
}

grpc::ServerUnaryReactor* DocumentServiceImpl::ListDocuments(
    grpc::CallbackServerContext* context,
    const v1::ListDocumentsRequest* request,
    v1::ListDocumentsResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return documents_.List(*request);
  });
}

grpc::ServerUnaryReactor* DocumentServiceImpl::DeleteDocument(
    grpc::CallbackServerContext* context,
    const v1::DeleteDocumentRequest* request,
    v1::DeleteDocumentResponse* response) {
  return dispatcher_.Answer(
      context, *request, response, [this, request](const Caller& caller) {
        return documents_.Delete(*request, caller.principal);
      });
}

}  // namespace rollcall::collector
