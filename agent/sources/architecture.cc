#include "agent/sources/architecture.h"

#include <elf.h>

#include <cstdint>

#include "absl/strings/match.h"

#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif

namespace rollcall {
namespace {

// One of these is in every root that boots.
constexpr absl::string_view kPrograms[] = {"/bin/sh",      "/usr/bin/sh",
                                           "/sbin/init",   "/bin/ls",
                                           "/bin/busybox", "/usr/bin/dpkg"};
constexpr size_t kHeaderBytes = 20;

struct ElfMachine {
  uint16_t machine;
  unsigned char elf_class;
  unsigned char data;
  absl::string_view name;
};

constexpr ElfMachine kMachines[] = {
    {EM_X86_64, ELFCLASS64, ELFDATA2LSB, "x86_64"},
    {EM_386, ELFCLASS32, ELFDATA2LSB, "i686"},
    {EM_AARCH64, ELFCLASS64, ELFDATA2LSB, "aarch64"},
    {EM_ARM, ELFCLASS32, ELFDATA2LSB, "armv7l"},
    {EM_PPC64, ELFCLASS64, ELFDATA2LSB, "ppc64le"},
    {EM_PPC64, ELFCLASS64, ELFDATA2MSB, "ppc64"},
    {EM_PPC, ELFCLASS32, ELFDATA2MSB, "ppc"},
    {EM_S390, ELFCLASS64, ELFDATA2MSB, "s390x"},
    {EM_S390, ELFCLASS32, ELFDATA2MSB, "s390"},
    {EM_RISCV, ELFCLASS64, ELFDATA2LSB, "riscv64"},
    {EM_RISCV, ELFCLASS32, ELFDATA2LSB, "riscv32"},
    {EM_LOONGARCH, ELFCLASS64, ELFDATA2LSB, "loongarch64"},
    {EM_MIPS, ELFCLASS64, ELFDATA2LSB, "mips64"},
    {EM_MIPS, ELFCLASS64, ELFDATA2MSB, "mips64"},
    {EM_MIPS, ELFCLASS32, ELFDATA2LSB, "mips"},
    {EM_MIPS, ELFCLASS32, ELFDATA2MSB, "mips"},
    {EM_SPARCV9, ELFCLASS64, ELFDATA2MSB, "sparc64"},
    {EM_SPARC, ELFCLASS32, ELFDATA2MSB, "sparc"},
    {EM_IA_64, ELFCLASS64, ELFDATA2LSB, "ia64"},
};

std::string ArchitectureOfPrograms(const HostFs& fs) {
  for (const absl::string_view program : kPrograms) {
    std::string header;
    // More bytes than asked for is an error that says nothing here.
    (void)fs.ReadPieces(program, kHeaderBytes, [&](absl::string_view piece) {
      header = std::string(piece);
      return false;
    });
    const absl::string_view found = ArchitectureOfElf(header);
    if (!found.empty()) return std::string(found);
  }
  return "";
}

// POWER8 and later run in either byte order.
std::string PowerArchitecture(const HostFs& fs, const CpuInfo& info) {
  const absl::StatusOr<std::string> order =
      fs.Read("/sys/kernel/cpu_byteorder", kHeaderBytes);
  if (order.ok()) {
    return absl::StartsWith(*order, "little") ? "ppc64le" : "ppc64";
  }
  std::string of_programs = ArchitectureOfPrograms(fs);
  if (absl::StartsWith(of_programs, "ppc64")) return of_programs;
  for (const absl::string_view big_only :
       {"POWER4", "POWER5", "POWER6", "POWER7", "PPC970", "Cell"}) {
    if (absl::StartsWith(*info.models.begin(), big_only)) return "ppc64";
  }
  return "";
}

}  // namespace

absl::string_view ArchitectureOfElf(absl::string_view header) {
  if (header.size() < kHeaderBytes || !absl::StartsWith(header, ELFMAG)) {
    return "";
  }
  const auto byte = [&](size_t i) {
    return static_cast<unsigned char>(header[i]);
  };
  const bool little = byte(EI_DATA) == ELFDATA2LSB;
  const int machine =
      little ? byte(18) | byte(19) << 8 : byte(19) | byte(18) << 8;
  for (const ElfMachine& entry : kMachines) {
    if (entry.machine == machine && entry.elf_class == byte(EI_CLASS) &&
        entry.data == byte(EI_DATA)) {
      return entry.name;
    }
  }
  return "";
}

std::string FindArchitecture(const CollectContext& context,
                             const CpuInfo& info) {
  if (context.probe != nullptr) {
    if (const auto kernel = context.probe->Kernel()) return kernel->machine;
  }
  if (info.architecture == "ppc64") return PowerArchitecture(context.fs, info);
  if (!info.architecture.empty()) return info.architecture;
  return ArchitectureOfPrograms(context.fs);
}

}  // namespace rollcall
