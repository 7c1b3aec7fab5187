#include "tests/conformance/captures.h"

#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "agent/app/scanner.h"
#include "common/file.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"

extern char** environ;

namespace rollcall::testing {

std::optional<std::string> FindCaptures(absl::string_view kind) {
  const char* configured = std::getenv("ROLLCALL_CAPTURES");
  const std::filesystem::path base =
      configured != nullptr && *configured != '\0'
          ? std::filesystem::path(configured)
          : std::filesystem::path(ROLLCALL_SOURCE_DIR) / ".." / "shared" /
                "captures";
  const std::filesystem::path folder = base / std::string(kind);
  if (std::filesystem::is_directory(folder)) return folder.string();
  std::cout << "captures not present: conformance over them not run (" << kind
            << ")" << std::endl;
  return std::nullopt;
}

std::vector<std::string> ListFolder(const std::string& path) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

void Unpack(const std::string& archive, const std::string& folder) {
  // As root, tar would restore owners and modes that keep the folder from
  // being removed.
  const char* const arguments[] = {"tar",
                                   "-xzf",
                                   archive.c_str(),
                                   "-C",
                                   folder.c_str(),
                                   "--no-same-owner",
                                   "--no-same-permissions",
                                   nullptr};
  pid_t child = 0;
  ASSERT_EQ(posix_spawnp(&child, "tar", nullptr, nullptr,
                         const_cast<char* const*>(arguments), environ),
            0);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0) << "tar could not unpack " << archive;
}

google::protobuf::Struct ReadJson(const std::string& path) {
  google::protobuf::Struct json;
  const absl::StatusOr<std::string> text = ReadFile(path, 16 << 20);
  EXPECT_THAT(text, IsOk());
  if (!text.ok()) return json;
  const auto status = google::protobuf::util::JsonStringToMessage(*text, &json);
  EXPECT_TRUE(status.ok()) << path << ": " << status.ToString();
  return json;
}

std::optional<KernelName> ForbiddenProbe::Kernel() const {
  ADD_FAILURE() << "the running kernel was asked about another root";
  return std::nullopt;
}

std::optional<std::string> ForbiddenProbe::HypervisorSignatures() const {
  ADD_FAILURE() << "the running processor was asked about another root";
  return std::nullopt;
}

absl::StatusOr<std::map<std::string, std::string>>
ForbiddenProbe::PermanentAddresses() const {
  ADD_FAILURE() << "the running kernel was asked about another root";
  return absl::UnavailableError("forbidden");
}

std::vector<v1::Row> Collect(const std::string& root,
                             const std::string& source) {
  std::vector<v1::Row> rows;
  const auto fs = HostFs::Create(root);
  EXPECT_THAT(fs, IsOk());
  if (!fs.ok()) return rows;
  const ForbiddenProbe probe;
  const FakeClock clock;
  const auto scan =
      Scanner(**fs, probe, clock).Run({.sources = {.only = {source}}});
  EXPECT_THAT(scan, IsOk());
  if (!scan.ok()) return rows;
  for (const ScannedSection& section : scan->sections) {
    if (section.name != source) continue;
    for (const EncodedRow& encoded : section.rows) {
      const auto row = DecodeRow(source, encoded.bytes);
      EXPECT_THAT(row, IsOk());
      if (row.ok()) rows.push_back(*row);
    }
  }
  return rows;
}

}  // namespace rollcall::testing
