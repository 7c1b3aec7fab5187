// What only system calls tell of the running machine, behind an interface, so
// that tests and foreign roots do without.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace rollcall {

// The kernel as uname(2) states it.
struct KernelName {
  std::string name;
  std::string release;
  std::string machine;
};

// Asks the kernel that runs this process. Ask it only about a live root
// (HostFs::is_live). Thread-safe; never blocks for long.
class HostProbe {
 public:
  virtual ~HostProbe() = default;

  virtual std::optional<KernelName> Kernel() const = 0;

  // The hypervisor's signatures of 12 bytes from the CPUID leaves 0x40000000
  // and above, joined by spaces, NULs dropped, for example "KVMKVMKVM". Absent
  // without a hypervisor or on processors without the CPUID instruction.
  virtual std::optional<std::string> HypervisorSignatures() const = 0;

  // The permanent hardware addresses by interface name, "00:11:22:aa:bb:cc",
  // from rtnetlink (IFLA_PERM_ADDRESS, Linux 5.6). Interfaces without one are
  // left out. UNAVAILABLE if the kernel does not answer.
  virtual absl::StatusOr<std::map<std::string, std::string>>
  PermanentAddresses() const = 0;
};

// The machine that runs this process.
class SystemHostProbe final : public HostProbe {
 public:
  std::optional<KernelName> Kernel() const override;
  std::optional<std::string> HypervisorSignatures() const override;
  absl::StatusOr<std::map<std::string, std::string>> PermanentAddresses()
      const override;
};

}  // namespace rollcall
