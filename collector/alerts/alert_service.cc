#include "collector/alerts/alert_service.h"

namespace rollcall::collector {

grpc::ServerUnaryReactor* AlertServiceImpl::ListAlerts(
    grpc::CallbackServerContext* context, const v1::ListAlertsRequest* request,
    v1::ListAlertsResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.ListAlerts(*request);
  });
}

grpc::ServerUnaryReactor* AlertServiceImpl::AcknowledgeAlert(
    grpc::CallbackServerContext* context,
    const v1::AcknowledgeAlertRequest* request,
    v1::AcknowledgeAlertResponse* response) {
  return dispatcher_.Answer(
      context, *request, response, [this, request](const Caller& caller) {
        return acknowledgements_.Acknowledge(*request, caller.principal);
      });
}

grpc::ServerUnaryReactor* AlertServiceImpl::RevokeAcknowledgement(
    grpc::CallbackServerContext* context,
    const v1::RevokeAcknowledgementRequest* request,
    v1::RevokeAcknowledgementResponse* response) {
  return dispatcher_.Answer(
      context, *request, response, [this, request](const Caller& caller) {
        return acknowledgements_.Revoke(*request, caller.principal);
      });
}

grpc::ServerWriteReactor<v1::WatchAlertsResponse>*
AlertServiceImpl::WatchAlerts(grpc::CallbackServerContext* context,
                              const v1::WatchAlertsRequest* request) {
  return streams_.Serve<v1::WatchAlertsResponse>(
      context, *request,
      [this, request](const Caller&, const std::shared_ptr<StreamLine>& line) {
        return watch_.Open(*request, line);
      });
}

grpc::ServerUnaryReactor* AlertServiceImpl::ExportCalendar(
    grpc::CallbackServerContext* context,
    const v1::ExportCalendarRequest* request,
    v1::ExportCalendarResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return queries_.ExportCalendar(*request);
  });
}

grpc::ServerUnaryReactor* AlertServiceImpl::ListRenewals(
    grpc::CallbackServerContext* context,
    const v1::ListRenewalsRequest* request,
    v1::ListRenewalsResponse* response) {
  return dispatcher_.Answer(context, *request, response, [this, request] {
    return renewals_.ListRenewals(*request);
  });
}

}  // namespace rollcall::collector
