#include "collector/inventory/posting_set.h"

#include "absl/status/status.h"

namespace rollcall::collector {
namespace {

// Whether the bytes begin as the format says, with or without runs. The library
// checks it, too, but writes to standard error if not.
bool BeginsAsBitmap(absl::string_view bytes) {
  if (bytes.size() < 4) return false;
  const auto at = [&](size_t i) {
    return static_cast<uint32_t>(static_cast<unsigned char>(bytes[i]));
  };
  const uint32_t low = at(0) | at(1) << 8;
  return low == 12'347 || (low == 12'346 && (at(2) | at(3)) == 0);
}

}  // namespace

std::string PostingSetToBytes(PostingSet set) {
  set.runOptimize();
  std::string bytes(set.getSizeInBytes(), '\0');
  set.write(bytes.data());
  return bytes;
}

absl::StatusOr<PostingSet> PostingSetFromBytes(absl::string_view bytes) {
  if (!BeginsAsBitmap(bytes)) {
    return absl::DataLossError("a posting is malformed");
  }
  roaring_bitmap_t* const read =
      roaring_bitmap_portable_deserialize_safe(bytes.data(), bytes.size());
  if (read == nullptr) return absl::DataLossError("a posting is malformed");
  PostingSet set(read);
  if (set.isEmpty() || set.getSizeInBytes() != bytes.size()) {
    return absl::DataLossError("a posting is malformed");
  }
  return set;
}

}  // namespace rollcall::collector
