#include "collector/storage/key.h"

namespace rollcall::collector {

KeyWriter& KeyWriter::U16(uint16_t value) {
  bytes_.push_back(static_cast<char>(value >> 8));
  bytes_.push_back(static_cast<char>(value));
  return *this;
}

KeyWriter& KeyWriter::U32(uint32_t value) {
  return U16(static_cast<uint16_t>(value >> 16))
      .U16(static_cast<uint16_t>(value));
}

KeyWriter& KeyWriter::U64(uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes_.push_back(static_cast<char>(value >> shift));
  }
  return *this;
}

KeyWriter& KeyWriter::Text(absl::string_view text) {
  for (const char c : text) {
    bytes_.push_back(c);
    if (c == '\0') bytes_.push_back('\xff');
  }
  bytes_.append("\0\x01", 2);
  return *this;
}

uint16_t KeyReader::U16() {
  if (rest_.size() < 2) return Fail<uint16_t>();
  const auto value =
      static_cast<uint16_t>(static_cast<unsigned char>(rest_[0]) << 8 |
                            static_cast<unsigned char>(rest_[1]));
  rest_.remove_prefix(2);
  return value;
}

uint32_t KeyReader::U32() {
  const uint32_t high = U16();
  return high << 16 | U16();
}

uint64_t KeyReader::U64() {
  if (rest_.size() < 8) return Fail<uint64_t>();
  uint64_t value = 0;
  for (int i = 0; i < 8; ++i) {
    value = value << 8 | static_cast<unsigned char>(rest_[i]);
  }
  rest_.remove_prefix(8);
  return value;
}

std::string KeyReader::Text() {
  std::string text;
  while (rest_.size() >= 2) {
    if (rest_[0] != '\0') {
      text.push_back(rest_[0]);
      rest_.remove_prefix(1);
      continue;
    }
    const char mark = rest_[1];
    rest_.remove_prefix(2);
    if (mark == '\x01') return text;
    if (mark != '\xff') break;
    text.push_back('\0');
  }
  return Fail<std::string>();
}

std::string PrefixEnd(absl::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (!end.empty()) end.back() = static_cast<char>(end.back() + 1);
  return end;
}

}  // namespace rollcall::collector
