#include "collector/identity/evidence.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr int kMaxTextBytes = 256;
constexpr int kMaxValues = 256;
// All of it, with what a later version may add: it is read at each hello.
constexpr size_t kMaxEvidenceBytes = 160 << 10;

using Values = google::protobuf::RepeatedPtrField<std::string>;

void CompareText(const std::string& kind, const std::string& a,
                 const std::string& b, EvidenceComparison& result) {
  if (a.empty() || b.empty()) return;
  (a == b ? result.agreeing : result.differing).push_back(kind);
}

void CompareSets(const std::string& kind, const Values& a, const Values& b,
                 EvidenceComparison& result) {
  if (a.empty() || b.empty()) return;
  const std::set<std::string> values(a.begin(), a.end());
  const bool common = std::any_of(
      b.begin(), b.end(),
      [&](const std::string& value) { return values.contains(value); });
  (common ? result.agreeing : result.differing).push_back(kind);
}

// A serial number means something only beside its maker and model.
std::string FullSerial(const v1::Evidence& evidence) {
  if (!evidence.has_system_serial()) return "";
  return absl::StrCat(evidence.system_manufacturer(), "\x1f",
                      evidence.system_product(), "\x1f",
                      evidence.system_serial());
}

absl::Status CheckText(absl::string_view field, const std::string& text) {
  if (text.size() <= kMaxTextBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("evidence.", field, " has ", text.size(), " bytes; at most ",
                   kMaxTextBytes));
}

absl::Status CheckTexts(absl::string_view field, const Values& values) {
  if (values.size() > kMaxValues) {
    return absl::InvalidArgumentError(
        absl::StrCat("evidence.", field, " has ", values.size(),
                     " values; at most ", kMaxValues));
  }
  for (const std::string& value : values) {
    ROLLCALL_RETURN_IF_ERROR(CheckText(field, value));
  }
  return absl::OkStatus();
}

}  // namespace

EvidenceComparison CompareEvidence(const v1::Evidence& a,
                                   const v1::Evidence& b) {
  EvidenceComparison result;
  CompareText("machine id", a.machine_id(), b.machine_id(), result);
  CompareText("system UUID", a.system_uuid(), b.system_uuid(), result);
  CompareText("serial number", FullSerial(a), FullSerial(b), result);
  CompareSets("permanent MACs", a.permanent_macs(), b.permanent_macs(), result);
  CompareSets("disks", a.disk_ids(), b.disk_ids(), result);
  return result;
}

absl::Status ValidateEvidence(const v1::Evidence& evidence) {
  if (evidence.ByteSizeLong() > kMaxEvidenceBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("evidence has ", evidence.ByteSizeLong(),
                     " bytes; at most ", kMaxEvidenceBytes));
  }
  ROLLCALL_RETURN_IF_ERROR(CheckText("machine_id", evidence.machine_id()));
  ROLLCALL_RETURN_IF_ERROR(CheckText("system_uuid", evidence.system_uuid()));
  ROLLCALL_RETURN_IF_ERROR(
      CheckText("system_serial", evidence.system_serial()));
  ROLLCALL_RETURN_IF_ERROR(
      CheckText("system_manufacturer", evidence.system_manufacturer()));
  ROLLCALL_RETURN_IF_ERROR(
      CheckText("system_product", evidence.system_product()));
  ROLLCALL_RETURN_IF_ERROR(CheckText("hostname", evidence.hostname()));
  ROLLCALL_RETURN_IF_ERROR(
      CheckText("tpm_endorsement_key", evidence.tpm_endorsement_key()));
  ROLLCALL_RETURN_IF_ERROR(
      CheckText("cloud_instance_id", evidence.cloud_instance_id()));
  ROLLCALL_RETURN_IF_ERROR(
      CheckTexts("permanent_macs", evidence.permanent_macs()));
  return CheckTexts("disk_ids", evidence.disk_ids());
}

}  // namespace rollcall::collector
