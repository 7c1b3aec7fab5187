// Damage to the files of a store.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/fake_random.h"

namespace rollcall::testing {

// Files by how their names start and end.
struct FileKind {
  const char* name;
  const char* start;
  const char* end;
};

// All that a store has.
inline constexpr FileKind kFileKinds[] = {{"Table", "", ".sst"},
                                          {"Log", "", ".log"},
                                          {"Manifest", "MANIFEST-", ""},
                                          {"Current", "CURRENT", ""},
                                          {"Options", "OPTIONS-", ""},
                                          {"Identity", "IDENTITY", ""},
                                          {"Acknowledged", "ACKNOWLEDGED", ""}};

// The names of those in `folder`, sorted.
std::vector<std::string> FilesOf(const std::string& folder,
                                 const FileKind& kind);

enum class Damage { kFlippedBit, kCut };

// Damages the file at a random place; returns what was done.
std::string Harm(const std::string& path, Damage damage, Random& random);

// Flips one bit of the file; returns what was done.
std::string FlipBit(const std::string& path, uint64_t byte, int bit);

}  // namespace rollcall::testing
