#include "collector/catalog/rule_files.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "common/file.h"
#include "common/status.h"

namespace rollcall {

// Made by cmake/Embed.cmake from the files of the same name.
const unsigned char* RulesDatabases(unsigned long* size);
const unsigned char* RulesPlatforms(unsigned long* size);
const unsigned char* RulesRuntimes(unsigned long* size);

namespace collector {
namespace {

constexpr absl::string_view kExtension = ".textproto";

struct Embedded {
  const char* name;
  const unsigned char* (*bytes)(unsigned long* size);
};

constexpr Embedded kEmbedded[] = {
    {"databases.textproto", &RulesDatabases},
    {"platforms.textproto", &RulesPlatforms},
    {"runtimes.textproto", &RulesRuntimes},
};

}  // namespace

std::vector<RuleFile> BuiltinRuleFiles() {
  std::vector<RuleFile> files;
  for (const Embedded& embedded : kEmbedded) {
    unsigned long size = 0;
    const unsigned char* bytes = embedded.bytes(&size);
    files.push_back({embedded.name,
                     std::string(reinterpret_cast<const char*>(bytes), size)});
  }
  return files;
}

absl::StatusOr<std::vector<RuleFile>> ReadRuleFolder(absl::string_view path) {
  const std::filesystem::path folder{std::string(path)};
  std::vector<RuleFile> files;
  std::error_code error;
  for (auto it = std::filesystem::directory_iterator(folder, error);
       !error && it != std::filesystem::directory_iterator();
       it.increment(error)) {
    if (it->path().extension() != std::string(kExtension)) continue;
    ROLLCALL_ASSIGN_OR_RETURN(std::string text,
                              ReadFile(it->path().string(), kMaxRuleFileBytes));
    files.push_back({it->path().filename().string(), std::move(text)});
  }
  if (error) return FileError(path, "cannot list", error.value());
  if (files.empty()) {
    return absl::NotFoundError(
        absl::StrCat(path, ": no rule pack (*", kExtension, ") is there"));
  }
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return files;
}

}  // namespace collector
}  // namespace rollcall
