#include "tests/swarm/auditor.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "common/rows.h"
#include "common/status.h"
#include "tests/swarm/machine_rows.h"

namespace rollcall::swarm {
namespace {

std::unique_ptr<v1::DeviceService::Stub> MakeStub(
    int port, const TlsCredentials& credentials) {
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = credentials.ca_pem;
  tls.pem_cert_chain = credentials.certificate_pem;
  tls.pem_private_key = credentials.private_key_pem;
  return v1::DeviceService::NewStub(grpc::CreateChannel(
      absl::StrCat("127.0.0.1:", port), grpc::SslCredentials(tls)));
}

absl::Status FromGrpc(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                      status.error_message());
}

}  // namespace

Auditor::Auditor(int admin_port, const TlsCredentials& credentials,
                 const FleetGenerator& fleet)
    : fleet_(fleet), stub_(MakeStub(admin_port, credentials)) {}

absl::StatusOr<std::map<std::string, std::string>> Auditor::Devices() const {
  std::map<std::string, std::string> devices;
  v1::ListDevicesRequest request;
  request.set_page_size(1'000);
  do {
    grpc::ClientContext context;
    v1::ListDevicesResponse response;
    ROLLCALL_RETURN_IF_ERROR(
        FromGrpc(stub_->ListDevices(&context, request, &response)));
    for (const v1::Device& device : response.devices()) {
      if (!devices.emplace(device.hostname(), device.device_id()).second) {
        return absl::AlreadyExistsError(
            absl::StrCat(device.hostname(), " is there twice"));
      }
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return devices;
}

absl::StatusOr<RootId> Auditor::SoftwareRoot(const std::string& device) const {
  v1::ListDeviceRowsRequest request;
  request.set_device_id(device);
  request.add_sections("software");
  request.set_page_size(5'000);
  grpc::ClientContext context;
  v1::ListDeviceRowsResponse response;
  ROLLCALL_RETURN_IF_ERROR(
      FromGrpc(stub_->ListDeviceRows(&context, request, &response)));
  std::set<RowId> ids;
  for (const v1::DeviceRow& row : response.rows()) {
    ids.insert(RowId::FromHex(row.row_id()).value_or(RowId()));
  }
  return ComputeSectionRoot(std::vector<RowId>(ids.begin(), ids.end()));
}

absl::StatusOr<std::vector<std::string>> Auditor::FindLost(
    const std::vector<Standing>& standings) const {
  ROLLCALL_ASSIGN_OR_RETURN(const auto devices, Devices());
  std::vector<std::string> lost;
  for (const Standing& standing : standings) {
    if (!standing.acknowledged_once) continue;
    const std::string name = HostName(standing.host);
    const auto device = devices.find(name);
    if (device == devices.end()) {
      lost.push_back(name);
      continue;
    }
    ROLLCALL_ASSIGN_OR_RETURN(const RootId root, SoftwareRoot(device->second));
    if (root != RootAt(standing.host, standing.acknowledged) &&
        root != RootAt(standing.host, standing.said)) {
      lost.push_back(name);
    }
  }
  return lost;
}

RootId Auditor::RootAt(uint32_t host, HostTime time) const {
  return fleet_.SoftwareSection(fleet_.SoftwareOf(host, time))->root;
}

}  // namespace rollcall::swarm
