// AlertService over gRPC.
#pragma once

#include "collector/alerts/acknowledgements.h"
#include "collector/alerts/alert_queries.h"
#include "collector/alerts/alert_watch.h"
#include "collector/alerts/renewal_queries.h"
#include "collector/rpc/server_stream.h"
#include "collector/rpc/unary.h"
#include "rollcall/v1/alert_service.grpc.pb.h"

namespace rollcall::collector {

// Thread-safe. All arguments outlive it.
class AlertServiceImpl final : public v1::AlertService::CallbackService {
 public:
  AlertServiceImpl(const AlertQueries& queries, const RenewalQueries& renewals,
                   Acknowledgements& acknowledgements, AlertWatch& watch,
                   const UnaryDispatcher& dispatcher,
                   const StreamDispatcher& streams)
      : queries_(queries),
        renewals_(renewals),
        acknowledgements_(acknowledgements),
        watch_(watch),
        dispatcher_(dispatcher),
        streams_(streams) {}

  grpc::ServerUnaryReactor* ListAlerts(
      grpc::CallbackServerContext* context,
      const v1::ListAlertsRequest* request,
      v1::ListAlertsResponse* response) override;
  grpc::ServerUnaryReactor* AcknowledgeAlert(
      grpc::CallbackServerContext* context,
      const v1::AcknowledgeAlertRequest* request,
      v1::AcknowledgeAlertResponse* response) override;
  grpc::ServerUnaryReactor* RevokeAcknowledgement(
      grpc::CallbackServerContext* context,
      const v1::RevokeAcknowledgementRequest* request,
      v1::RevokeAcknowledgementResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchAlertsResponse>* WatchAlerts(
      grpc::CallbackServerContext* context,
      const v1::WatchAlertsRequest* request) override;
  grpc::ServerUnaryReactor* ExportCalendar(
      grpc::CallbackServerContext* context,
      const v1::ExportCalendarRequest* request,
      v1::ExportCalendarResponse* response) override;
  grpc::ServerUnaryReactor* ListRenewals(
      grpc::CallbackServerContext* context,
      const v1::ListRenewalsRequest* request,
      v1::ListRenewalsResponse* response) override;

 private:
  const AlertQueries& queries_;
  const RenewalQueries& renewals_;
  Acknowledgements& acknowledgements_;
  AlertWatch& watch_;
  const UnaryDispatcher& dispatcher_;
  const StreamDispatcher& streams_;
};

}  // namespace rollcall::collector
