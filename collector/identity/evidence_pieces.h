// Evidence of identity taken apart into pieces that can be compared and looked
// up. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rollcall/v1/inventory.pb.h"

namespace rollcall::collector {

// What a piece says something of. The numbers are part of stored hashes; never
// renumber.
enum class EvidenceKind {
  kTpmKey = 1,
  kCloudInstance = 2,
  kSerialNumber = 3,
  kSystemUuid = 4,
  kDisk = 5,
  kMac = 6,
  kMachineId = 7,
  kHostname = 8,
};

// The part of a machine that a kind belongs to. Parts are replaced one by one;
// what sits on one part goes with it.
enum class MachinePart {
  kInstance,      // a cloud's own name of it
  kChassis,       // what the sticker is on
  kBoard,         // main board with what is soldered to it
  kDisk,          // all disks
  kInstallation,  // what an installed system says of itself, and images copy
};

// What is known of a kind.
struct EvidenceKindInfo {
  EvidenceKind kind;
  absl::string_view name;
  // How much it says that two machines agree in it, or do not, where its value
  // is one machine's. 100 is enough to call them one.
  int weight;
  MachinePart part;
  // Unique by its making, not by what somebody typed into a firmware.
  bool unique;
  // Whether a machine has several.
  bool is_set;
};

// All kinds, the weightiest first.
absl::Span<const EvidenceKindInfo> AllEvidenceKinds();
const EvidenceKindInfo& InfoOf(EvidenceKind kind);

// One value of one kind, in the form in which equal things are equal bytes.
struct EvidencePiece {
  EvidenceKind kind;
  std::string value;

  // Under which it is found: the first 8 bytes of SHA-256(u32 kind, value).
  // Stored.
  uint64_t Hash() const;
  // For people.
  std::string Text() const;
  friend bool operator==(const EvidencePiece&, const EvidencePiece&) = default;
};

// The pieces of what an agent said, in order of AllEvidenceKinds(), without
// repetition. Of a container only what the installation says: the hardware that
// it sees is its host's. A serial number counts with its maker and model only;
// a system UUID is equal to itself with its first three fields byte-swapped, as
// firmware before SMBIOS 2.6 and some kernels gave it (DSP0134 section 7.2.1),
// and one of zeros or ones alone means that there is none.
std::vector<EvidencePiece> PiecesOf(const v1::Evidence& evidence);

}  // namespace rollcall::collector
