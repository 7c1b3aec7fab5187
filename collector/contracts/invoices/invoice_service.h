// InvoiceService over gRPC.
#pragma once

#include "collector/contracts/invoices/invoice_queries.h"
#include "collector/rpc/unary.h"
#include "rollcall/v1/invoice_service.grpc.pb.h"

namespace rollcall::collector {

// Thread-safe. Both arguments outlive it.
class InvoiceServiceImpl final : public v1::InvoiceService::CallbackService {
 public:
  InvoiceServiceImpl(const InvoiceQueries& queries,
                     const UnaryDispatcher& dispatcher)
      : queries_(queries), dispatcher_(dispatcher) {}

  grpc::ServerUnaryReactor* ListInvoiceFindings(
      grpc::CallbackServerContext* context,
      const v1::ListInvoiceFindingsRequest* request,
      v1::ListInvoiceFindingsResponse* response) override {
    return dispatcher_.Answer(context, *request, response, [this, request] {
      return queries_.ListFindings(*request);
    });
  }

 private:
  const InvoiceQueries& queries_;
  const UnaryDispatcher& dispatcher_;
};

}  // namespace rollcall::collector
