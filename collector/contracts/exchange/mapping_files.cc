#include "collector/contracts/exchange/mapping_files.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/file.h"
#include "common/status.h"

namespace rollcall {

// Made by cmake/Embed.cmake from the files of the same name.
const unsigned char* MappingFlexeraPurchaseOrderLine(unsigned long* size);
const unsigned char* MappingFlexeraTerm(unsigned long* size);
const unsigned char* MappingRollcallContract(unsigned long* size);
const unsigned char* MappingRollcallInvoice(unsigned long* size);
const unsigned char* MappingServicenowEntitlement(unsigned long* size);
const unsigned char* MappingSnipeItLicence(unsigned long* size);
const unsigned char* MappingSnowLicence(unsigned long* size);

namespace collector {
namespace {

constexpr absl::string_view kMappingExtension = ".textproto";

struct EmbeddedMapping {
  const char* name;
  const unsigned char* (*bytes)(unsigned long* size);
};

constexpr EmbeddedMapping kEmbeddedMappings[] = {
    {"flexera-purchase-order-line.textproto", &MappingFlexeraPurchaseOrderLine},
    {"flexera-term.textproto", &MappingFlexeraTerm},
    {"rollcall-contract.textproto", &MappingRollcallContract},
    {"rollcall-invoice.textproto", &MappingRollcallInvoice},
    {"servicenow-entitlement.textproto", &MappingServicenowEntitlement},
    {"snipe-it-licence.textproto", &MappingSnipeItLicence},
    {"snow-licence.textproto", &MappingSnowLicence},
};

}  // namespace

std::vector<MappingFile> BuiltinMappingFiles() {
  std::vector<MappingFile> files;
  for (const EmbeddedMapping& embedded : kEmbeddedMappings) {
    unsigned long size = 0;
    const unsigned char* bytes = embedded.bytes(&size);
    files.push_back({embedded.name,
                     std::string(reinterpret_cast<const char*>(bytes), size)});
  }
  return files;
}

absl::StatusOr<std::vector<MappingFile>> ReadMappingFolder(
    absl::string_view path) {
  const std::filesystem::path folder{std::string(path)};
  std::vector<MappingFile> files;
  std::error_code error;
  for (auto it = std::filesystem::directory_iterator(folder, error);
       !error && it != std::filesystem::directory_iterator();
       it.increment(error)) {
    if (it->path().extension() != std::string(kMappingExtension)) continue;
    ROLLCALL_ASSIGN_OR_RETURN(
        std::string text, ReadFile(it->path().string(), kMaxMappingFileBytes));
    files.push_back({it->path().filename().string(), std::move(text)});
  }
  if (error) return FileError(path, "cannot list", error.value());
  if (files.empty()) {
    return absl::NotFoundError(
        absl::StrCat(path, ": no mapping (*", kMappingExtension, ") is there"));
  }
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return files;
}

}  // namespace collector
}  // namespace rollcall
