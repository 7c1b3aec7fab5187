#include "tests/faults/damage.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace rollcall::testing {

namespace fs = std::filesystem;

std::vector<std::string> FilesOf(const std::string& folder,
                                 const FileKind& kind) {
  std::vector<std::string> names;
  for (const auto& file : fs::directory_iterator(folder)) {
    const std::string name = file.path().filename();
    if (absl::StartsWith(name, kind.start) && absl::EndsWith(name, kind.end)) {
      names.push_back(name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string Harm(const std::string& path, Damage damage, Random& random) {
  const auto size = static_cast<uint64_t>(fs::file_size(path));
  const uint64_t at = random.Next64() % size;
  if (damage == Damage::kCut) {
    fs::resize_file(path, at);
    return absl::StrCat(path, " cut at ", at, " of ", size);
  }
  const auto bit = static_cast<int>(random.Next64() % 8);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(at));
  const int byte = file.get();
  file.seekp(static_cast<std::streamoff>(at));
  file.put(static_cast<char>(byte ^ (1 << bit)));
  return absl::StrCat(path, " bit ", bit, " of byte ", at, " of ", size);
}

}  // namespace rollcall::testing
