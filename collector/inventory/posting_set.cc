#include "collector/inventory/posting_set.h"

#include <limits>

#include "absl/status/status.h"

namespace rollcall::collector {
namespace {

constexpr int kChunkBits = 16;

}  // namespace

std::string PostingSetToBytes(PostingSet set) {
  set.runOptimize();
  std::string bytes(set.getSizeInBytes(), '\0');
  set.write(bytes.data());
  return bytes;
}

std::set<uint16_t> ChunksOf(const PostingSet& set) {
  std::set<uint16_t> chunks;
  for (auto member = set.begin(); member != set.end();) {
    const auto chunk = static_cast<uint16_t>(*member >> kChunkBits);
    chunks.insert(chunk);
    if (chunk == std::numeric_limits<uint16_t>::max()) break;
    member.equalorlarger((uint32_t{chunk} + 1) << kChunkBits);
  }
  return chunks;
}

PostingSet ChunkOf(const PostingSet& set, uint16_t chunk) {
  PostingSet range;
  const uint64_t begin = uint64_t{chunk} << kChunkBits;
  range.addRange(begin, begin + (1 << kChunkBits));
  return set & range;
}

absl::StatusOr<PostingSet> PostingSetFromBytes(absl::string_view bytes) {
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
