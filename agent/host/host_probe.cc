#include "agent/host/host_probe.h"

#include <sys/utsname.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#include <cstdint>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace rollcall {

std::optional<KernelName> SystemHostProbe::Kernel() const {
  struct utsname names;
  if (uname(&names) != 0) return std::nullopt;
  return KernelName{names.sysname, names.release, names.machine};
}

#if defined(__x86_64__) || defined(__i386__)

namespace {

// The signature at one hypervisor leaf, without the NULs that pad it.
std::string SignatureAt(uint32_t leaf) {
  uint32_t eax = 0;
  uint32_t registers[3] = {};
  __cpuid(leaf, eax, registers[0], registers[1], registers[2]);
  char text[sizeof(registers)];
  std::memcpy(text, registers, sizeof(text));
  std::string signature;
  for (const char c : text) {
    if (c >= ' ' && c <= '~') signature.push_back(c);
  }
  return signature;
}

}  // namespace

std::optional<std::string> SystemHostProbe::HypervisorSignatures() const {
  uint32_t eax = 0;
  uint32_t ebx = 0;
  uint32_t ecx = 0;
  uint32_t edx = 0;
  constexpr uint32_t kHypervisorPresent = 1u << 31;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx) == 0) return std::nullopt;
  if ((ecx & kHypervisorPresent) == 0) return std::nullopt;
  // A hypervisor that imitates another states its own signature at a later
  // multiple of 0x100. Past the last leaf, processors repeat other leaves.
  std::string all = SignatureAt(0x40000000);
  for (uint32_t leaf = 0x40000100; leaf <= 0x40000300; leaf += 0x100) {
    const std::string signature = SignatureAt(leaf);
    if (signature == "KVMKVMKVM" || signature == "XenVMMXenVMM") {
      absl::StrAppend(&all, " ", signature);
    }
  }
  if (all.empty()) return std::nullopt;
  return all;
}

#else

std::optional<std::string> SystemHostProbe::HypervisorSignatures() const {
  return std::nullopt;
}

#endif

}  // namespace rollcall
