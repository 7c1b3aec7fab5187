// /proc/cpuinfo, whose shape differs from architecture to architecture.
// Sources: proc(5); arch/*/kernel of Linux, the function show_cpuinfo of each.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "agent/host/host_fs.h"

namespace rollcall {

// What one processor's part of the file says.
struct CpuInfoRecord {
  std::optional<int> processor;
  // Package and core where the kernel states them here.
  std::optional<int> physical_id;
  std::optional<int> core_id;
  std::optional<int> book_id;
  std::optional<int> drawer_id;
  // Threads in the package, and cores in the package.
  std::optional<int> siblings;
  std::optional<int> cpu_cores;
};

struct CpuInfo {
  std::vector<CpuInfoRecord> processors;
  // The maker in the kernel's words, or for ARM the implementer's name; empty
  // if none is stated.
  std::string vendor;
  // Distinct model names.
  std::set<std::string> models;
  // As uname would say, for example "x86_64"; empty if the file does not tell.
  std::string architecture;
  // Whether the processor says that a hypervisor is beneath (x86).
  bool hypervisor_flag = false;
  // Whether the processor can have several threads or cores (x86 flag "ht").
  bool multithreading_flag = false;
  // The platform of a POWER machine, for example "pSeries".
  std::string platform;
  // Lines that do not parse.
  int malformed = 0;
};

// Gathers the lines of one file. Not thread-safe.
class CpuInfoParser {
 public:
  // One line without its newline, and whether it had to be cut.
  void AddLine(absl::string_view line, bool cut = false);
  CpuInfo Finish();

 private:
  void SetText(absl::string_view key, absl::string_view value);
  void SetNumber(absl::string_view key, absl::string_view value);
  void SetWords(absl::string_view key, absl::string_view value);
  // Lines that name a processor in their key, on s390 and sparc.
  bool AddNumberedProcessor(absl::string_view key);
  void EndRecord();
  std::string Architecture() const;
  std::string ArmArchitecture() const;

  CpuInfo info_;
  CpuInfoRecord record_;
  // What the current part of the file says of model and maker.
  std::string model_;
  std::string implementer_;
  std::optional<uint32_t> part_;
  // A name that only counts where no better one is stated.
  std::string weak_model_;
  // What tells architectures apart: keys seen, and words of flags, features and
  // instruction sets.
  std::set<std::string> keys_;
  std::set<std::string> words_;
  std::string machine_type_;
  std::string cpu_family_;
  std::string arm_version_;
};

// The file of the host. The status is HostFs::ReadPieces's; what was read
// before an error is in `*info`.
absl::Status ReadCpuInfo(const HostFs& fs, CpuInfo* info);

}  // namespace rollcall
