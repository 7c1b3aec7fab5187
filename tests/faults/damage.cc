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
  return FlipBit(path, at, static_cast<int>(random.Next64() % 8));
}

std::string FlipBit(const std::string& path, uint64_t byte, int bit) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(byte));
  const int old = file.get();
  file.seekp(static_cast<std::streamoff>(byte));
  file.put(static_cast<char>(old ^ (1 << bit)));
  return absl::StrCat(path, " bit ", bit, " of byte ", byte, " of ",
                      fs::file_size(path));
}

}  // namespace rollcall::testing
