// Captured machines: the files that the agent reads, and what is known of the
// machine.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/host/host_probe.h"
#include "google/protobuf/struct.pb.h"
#include "rollcall/v1/inventory.pb.h"

namespace rollcall::testing {

// The folder `kind` ("cpu", "smbios") of the captures; absent, with one line on
// standard output that says so, if it is not there.
std::optional<std::string> FindCaptures(absl::string_view kind);

// The names in a folder, sorted.
std::vector<std::string> ListFolder(const std::string& path);

// Unpacks a .tar.gz into an existing folder; a test failure if it cannot.
void Unpack(const std::string& archive, const std::string& folder);

google::protobuf::Struct ReadJson(const std::string& path);

// Fails the test if it is asked anything: a captured machine must not be
// described by the machine that runs the test.
class ForbiddenProbe final : public HostProbe {
 public:
  std::optional<KernelName> Kernel() const override;
  std::optional<std::string> HypervisorSignatures() const override;
  absl::StatusOr<std::map<std::string, std::string>> PermanentAddresses()
      const override;
};

// The rows that one source states of the machine under `root`.
std::vector<v1::Row> Collect(const std::string& root,
                             const std::string& source);

}  // namespace rollcall::testing
