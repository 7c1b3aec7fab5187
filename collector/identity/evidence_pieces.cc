#include "collector/identity/evidence_pieces.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/hash.h"

namespace rollcall::collector {
namespace {

constexpr EvidenceKindInfo kKinds[] = {
    {EvidenceKind::kTpmKey, "TPM key", 100, MachinePart::kBoard, true, false},
    {EvidenceKind::kCloudInstance, "cloud instance", 100,
     MachinePart::kInstance, true, false},
    {EvidenceKind::kSerialNumber, "serial number", 80, MachinePart::kChassis,
     false, false},
    {EvidenceKind::kSystemUuid, "system UUID", 60, MachinePart::kBoard, false,
     false},
    {EvidenceKind::kDisk, "disk", 50, MachinePart::kDisk, true, true},
    {EvidenceKind::kMac, "permanent MAC", 50, MachinePart::kBoard, true, true},
    {EvidenceKind::kMachineId, "machine id", 10, MachinePart::kInstallation,
     false, false},
    {EvidenceKind::kHostname, "host name", 5, MachinePart::kInstallation, false,
     false},
};

// Between the parts of a value; no text of a firmware holds it.
constexpr char kSeparator = '\x1f';

std::string Canonical(absl::string_view text) {
  return absl::AsciiStrToLower(absl::StripAsciiWhitespace(text));
}

// The UUID's digits alone; nothing unless there are 32, not all 0 and not all
// f.
std::string UuidDigits(absl::string_view text) {
  std::string digits;
  for (const char c : Canonical(text)) {
    if (c == '-' || c == '{' || c == '}') continue;
    if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) return "";
    digits += c;
  }
  if (digits.size() != 32) return "";
  const bool blank = digits.find_first_not_of(digits[0]) == std::string::npos &&
                     (digits[0] == '0' || digits[0] == 'f');
  return blank ? "" : digits;
}

// The field of `bytes` bytes at `at`, its bytes in the other order.
std::string SwapField(absl::string_view digits, size_t at, size_t bytes) {
  std::string swapped;
  for (size_t i = bytes; i > 0; --i) {
    absl::StrAppend(&swapped, digits.substr(at + 2 * (i - 1), 2));
  }
  return swapped;
}

// Of both byte orders that one which sorts first.
std::string CanonicalUuid(absl::string_view text) {
  const std::string digits = UuidDigits(text);
  if (digits.empty()) return "";
  return std::min(digits,
                  absl::StrCat(SwapField(digits, 0, 4), SwapField(digits, 8, 2),
                               SwapField(digits, 12, 2), digits.substr(16)));
}

std::string CanonicalSerial(const v1::Evidence& evidence) {
  const std::string serial = Canonical(evidence.system_serial());
  if (serial.empty()) return "";
  return absl::StrCat(
      Canonical(evidence.system_manufacturer()), std::string(1, kSeparator),
      Canonical(evidence.system_product()), std::string(1, kSeparator), serial);
}

void Add(EvidenceKind kind, std::string value,
         std::vector<EvidencePiece>& pieces) {
  if (!value.empty()) pieces.push_back({kind, std::move(value)});
}

void AddSet(EvidenceKind kind,
            const google::protobuf::RepeatedPtrField<std::string>& values,
            std::vector<EvidencePiece>& pieces) {
  std::vector<std::string> sorted;
  for (const std::string& value : values) sorted.push_back(Canonical(value));
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  for (std::string& value : sorted) Add(kind, std::move(value), pieces);
}

}  // namespace

absl::Span<const EvidenceKindInfo> AllEvidenceKinds() { return kKinds; }

const EvidenceKindInfo& InfoOf(EvidenceKind kind) {
  return kKinds[static_cast<size_t>(kind) - 1];
}

uint64_t EvidencePiece::Hash() const {
  const std::string digest =
      Sha256().UpdateUint32(static_cast<uint32_t>(kind)).Update(value).Finish();
  uint64_t hash = 0;
  for (size_t i = 0; i < sizeof(hash); ++i) {
    hash = hash << 8 | static_cast<unsigned char>(digest[i]);
  }
  return hash;
}

std::string EvidencePiece::Text() const {
  return std::string(absl::StripAsciiWhitespace(
      absl::StrReplaceAll(value, {{std::string(1, kSeparator), " "}})));
}

std::vector<EvidencePiece> PiecesOf(const v1::Evidence& evidence) {
  std::vector<EvidencePiece> pieces;
  if (!evidence.in_container()) {
    Add(EvidenceKind::kTpmKey, Canonical(evidence.tpm_endorsement_key()),
        pieces);
    Add(EvidenceKind::kCloudInstance, Canonical(evidence.cloud_instance_id()),
        pieces);
    Add(EvidenceKind::kSerialNumber, CanonicalSerial(evidence), pieces);
    Add(EvidenceKind::kSystemUuid, CanonicalUuid(evidence.system_uuid()),
        pieces);
    AddSet(EvidenceKind::kDisk, evidence.disk_ids(), pieces);
    AddSet(EvidenceKind::kMac, evidence.permanent_macs(), pieces);
  }
  Add(EvidenceKind::kMachineId, Canonical(evidence.machine_id()), pieces);
  Add(EvidenceKind::kHostname, Canonical(evidence.hostname()), pieces);
  return pieces;
}

}  // namespace rollcall::collector
