#include "collector/storage/log_extent.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/string_view.h"
#include "common/file.h"

namespace rollcall::collector {
namespace {

constexpr size_t kBlockBytes = 32 << 10;
constexpr size_t kHeaderBytes = 7;
constexpr size_t kLengthAt = 4;
constexpr size_t kTypeAt = 6;
// Sequence number and count.
constexpr size_t kBatchHeaderBytes = 12;

enum RecordType : uint8_t { kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

uint64_t LittleEndian(absl::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i > 0; --i) {
    value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
  }
  return value;
}

// CRC-32C (Castagnoli), least significant bit first.
constexpr std::array<uint32_t, 256> kCrcTable = [] {
  std::array<uint32_t, 256> table = {};
  for (uint32_t byte = 0; byte < table.size(); ++byte) {
    uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) {
      value = value >> 1 ^ ((value & 1) != 0 ? 0x82f63b78 : 0);
    }
    table[byte] = value;
  }
  return table;
}();

// As it is stored: rotated and offset, so that it is no checksum of itself.
uint32_t StoredChecksum(absl::string_view bytes) {
  uint32_t crc = ~uint32_t{0};
  for (const char byte : bytes) {
    crc = crc >> 8 ^ kCrcTable[(crc ^ static_cast<unsigned char>(byte)) & 0xff];
  }
  crc = ~crc;
  return (crc >> 15 | crc << 17) + 0xa282ead8;
}

uint64_t FirstSequenceOf(absl::string_view batch) {
  return batch.size() < kBatchHeaderBytes ? 0
                                          : LittleEndian(batch.substr(0, 8));
}

// Follows the records block by block. Not thread-safe.
class Follower {
 public:
  explicit Follower(LogChecksums checksums) : checksums_(checksums) {}

  // Takes the next block; the last may be short. Whether records may go on in
  // another.
  bool Take(absl::string_view block) {
    size_t at = 0;
    while (block.size() - at >= kHeaderBytes) {
      const size_t length = LittleEndian(block.substr(at + kLengthAt, 2));
      const auto type = static_cast<uint8_t>(block[at + kTypeAt]);
      const size_t end = at + kHeaderBytes + length;
      if (end > block.size() || !Matches(block.substr(at, end - at))) {
        return false;
      }
      if (!TakePart(type, block.substr(at + kHeaderBytes, length))) {
        return false;
      }
      at = end;
      if (type == kFull || type == kLast) EndRecord(at);
    }
    offset_ += block.size();
    return block.size() == kBlockBytes;
  }

  const LogExtent& extent() const { return extent_; }

 private:
  // Whether the record's checksum does, if that is asked.
  bool Matches(absl::string_view record) const {
    return checksums_ == LogChecksums::kIgnored ||
           LittleEndian(record.substr(0, kLengthAt)) ==
               StoredChecksum(record.substr(kTypeAt));
  }

  bool TakePart(uint8_t type, absl::string_view payload) {
    const bool starts = type == kFull || type == kFirst;
    const bool goes_on = type == kMiddle || type == kLast;
    if (starts == within_ || (!starts && !goes_on)) return false;
    within_ = type == kFirst || type == kMiddle;
    if (starts) start_.clear();
    const size_t wanted = kBatchHeaderBytes - start_.size();
    start_.append(payload.data(), std::min(wanted, payload.size()));
    return true;
  }

  void EndRecord(size_t at) {
    extent_.bytes = offset_ + at;
    if (extent_.first_sequence == 0) {
      extent_.first_sequence = FirstSequenceOf(start_);
    }
    extent_.last_sequence =
        std::max(extent_.last_sequence, LastSequenceOf(start_));
  }

  const LogChecksums checksums_;
  LogExtent extent_;
  // Of the block under way, in the file.
  uint64_t offset_ = 0;
  // Whether a record has begun and not ended, and its first bytes.
  bool within_ = false;
  std::string start_;
};

}  // namespace

uint64_t LastSequenceOf(absl::string_view batch) {
  if (batch.size() < kBatchHeaderBytes) return 0;
  const uint64_t count = LittleEndian(batch.substr(8, 4));
  // An empty batch has the number of the next.
  return FirstSequenceOf(batch) + count - 1;
}

absl::StatusOr<LogExtent> ReadLogExtent(const std::string& path,
                                        LogChecksums checksums) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return FileError(path, "cannot open", errno);
  const auto closer = absl::MakeCleanup([fd] { close(fd); });
  std::vector<char> block(kBlockBytes);
  Follower follower(checksums);
  while (true) {
    size_t filled = 0;
    while (filled < kBlockBytes) {
      const ssize_t count =
          read(fd, block.data() + filled, kBlockBytes - filled);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return FileError(path, "cannot read", errno);
      if (count == 0) break;
      filled += static_cast<size_t>(count);
    }
    if (!follower.Take({block.data(), filled})) return follower.extent();
  }
}

}  // namespace rollcall::collector
