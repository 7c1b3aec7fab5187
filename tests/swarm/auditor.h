// What a collector says of a fleet over its admin API, compared with what the
// agents of a swarm were promised.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/id.h"
#include "common/tls.h"
#include "rollcall/v1/device_service.grpc.pb.h"
#include "tests/swarm/fleet_generator.h"
#include "tests/swarm/swarm_client.h"

namespace rollcall::swarm {

// Blocking. Not thread-safe.
class Auditor {
 public:
  // Of the collector that listens there; the fleet outlives this.
  Auditor(int admin_port, const TlsCredentials& credentials,
          const FleetGenerator& fleet);

  // Device ids by host name. ALREADY_EXISTS if a host is there twice.
  absl::StatusOr<std::map<std::string, std::string>> Devices() const;

  // The root of all that the collector lists of a device's software.
  absl::StatusOr<RootId> SoftwareRoot(const std::string& device) const;

  // The names of hosts that something was acknowledged for and of which the
  // collector holds neither that nor what was said after it (which may have
  // been stored though its answer was lost). REQUIRES: none is connected.
  absl::StatusOr<std::vector<std::string>> FindLost(
      const std::vector<Standing>& standings) const;

 private:
  RootId RootAt(uint32_t host, HostTime time) const;

  const FleetGenerator& fleet_;
  const std::unique_ptr<v1::DeviceService::Stub> stub_;
};

}  // namespace rollcall::swarm
