// Order-preserving keys: the bytes of two keys compare as their parts do.
//
//   U16, U32, U64  big-endian
//   id           16 bytes
//   text         0x00 as 0x00 0xff, then 0x00 0x01 at the end, so that no text
//   is
//                a prefix of another and order is that of the bytes
//   descending   U64 with all bits flipped, so that later comes first
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "collector/storage/known_stamp.h"
#include "common/id.h"

namespace rollcall::collector {

// Builds a key part by part. Not thread-safe.
class KeyWriter {
 public:
  KeyWriter& U16(uint16_t value);
  KeyWriter& U32(uint32_t value);
  KeyWriter& U64(uint64_t value);
  KeyWriter& Stamp(KnownStamp stamp) { return U64(stamp.raw()); }
  KeyWriter& DescendingStamp(KnownStamp stamp) { return U64(~stamp.raw()); }
  KeyWriter& Text(absl::string_view text);
  // Bytes as they are: the begin of a key that is not known whole.
  KeyWriter& Raw(absl::string_view bytes) {
    bytes_.append(bytes.data(), bytes.size());
    return *this;
  }
  template <typename Tag>
  KeyWriter& AddId(const Id<Tag>& id) {
    bytes_.append(id.bytes().data(), id.bytes().size());
    return *this;
  }

  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Takes a key apart in the same order. A malformed key makes ok() false and all
// later parts zero. Not thread-safe; `bytes` outlives it.
class KeyReader {
 public:
  explicit KeyReader(absl::string_view bytes) : rest_(bytes) {}

  uint16_t U16();
  uint32_t U32();
  uint64_t U64();
  KnownStamp Stamp() { return KnownStamp::FromRaw(U64()); }
  KnownStamp DescendingStamp() { return KnownStamp::FromRaw(~U64()); }
  std::string Text();
  template <typename IdType>
  IdType TakeId() {
    const auto id = IdType::FromBytes(rest_.substr(0, IdType::kSize));
    if (!id.has_value()) return Fail<IdType>();
    rest_.remove_prefix(IdType::kSize);
    return *id;
  }

  // Whether every part was there and nothing is left.
  bool Done() const { return ok_ && rest_.empty(); }

 private:
  template <typename T>
  T Fail() {
    ok_ = false;
    rest_ = absl::string_view();
    return T();
  }

  absl::string_view rest_;
  bool ok_ = true;
};

// The first key after all keys that start with `prefix`; empty: the table's
// end.
std::string PrefixEnd(absl::string_view prefix);

}  // namespace rollcall::collector
