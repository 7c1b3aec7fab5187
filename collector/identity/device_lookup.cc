#include "collector/identity/device_lookup.h"

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "collector/identity/merged_devices.h"
#include "collector/identity/tables.h"
#include "common/status.h"
#include "common/text.h"

namespace rollcall::collector {
namespace {

constexpr size_t kMinIdPrefix = 4;
constexpr size_t kMaxTextBytes = 256;

// Says where it went, if it was merged.
absl::Status NotFound(const Reader& reader, absl::string_view field,
                      absl::string_view text, KnownStamp as_of) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto merged, FindMerged(reader, text, as_of));
  if (merged.has_value()) {
    return absl::NotFoundError(absl::StrCat(field, ": ", MergedText(*merged)));
  }
  return absl::NotFoundError(absl::StrCat(
      field, ": no device has the id, id prefix or host name \"",
      EscapeForTerminal(text), "\"",
      text.size() < kMinIdPrefix
          ? absl::StrCat("; of an id give at least ", kMinIdPrefix, " digits")
          : ""));
}

absl::StatusOr<bool> HasHostname(const Reader& reader,
                                 const LinkedDevice& device,
                                 absl::string_view lower_case) {
  for (const LinkedSubject& subject : device.subjects) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto record,
                              kSubjectTable.Get(reader, {subject.subject}));
    if (record.has_value() &&
        absl::AsciiStrToLower(record->evidence().hostname()) == lower_case) {
      return true;
    }
  }
  return false;
}

}  // namespace

absl::StatusOr<LinkedDevice> ResolveDevice(const Reader& reader,
                                           absl::string_view field,
                                           absl::string_view text,
                                           KnownStamp as_of) {
  if (text.empty() || text.size() > kMaxTextBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(field, " must have 1 to ", kMaxTextBytes, " bytes"));
  }
  const Subjects subjects;
  if (const auto id = DeviceId::FromHex(text)) {
    ROLLCALL_ASSIGN_OR_RETURN(auto found,
                              subjects.FindDevice(reader, *id, as_of));
    if (found.has_value()) return *std::move(found);
    return NotFound(reader, field, text, as_of);
  }
  const std::string wanted = absl::AsciiStrToLower(text);
  ROLLCALL_ASSIGN_OR_RETURN(auto devices, subjects.ListDevices(reader, as_of));
  std::vector<LinkedDevice> found;
  for (LinkedDevice& device : devices) {
    bool fits = wanted.size() >= kMinIdPrefix &&
                absl::StartsWith(device.device.ToHex(), wanted);
    if (!fits) {
      ROLLCALL_ASSIGN_OR_RETURN(fits, HasHostname(reader, device, wanted));
    }
    if (fits) found.push_back(std::move(device));
  }
  if (found.empty()) return NotFound(reader, field, text, as_of);
  if (found.size() > 1) {
    return absl::FailedPreconditionError(absl::StrCat(
        field, ": \"", EscapeForTerminal(text), "\" fits ", found.size(),
        " devices, for example ", found[0].device.ToHex(), " and ",
        found[1].device.ToHex(), "; give one id"));
  }
  return std::move(found[0]);
}

}  // namespace rollcall::collector
