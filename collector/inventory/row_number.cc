#include "collector/inventory/row_number.h"

#include <algorithm>

#include "absl/status/status.h"

namespace rollcall::collector {
namespace {

constexpr uint32_t kPayload = 0x7f;
constexpr uint32_t kMore = 0x80;
constexpr int kPayloadBits = 7;
constexpr int kMaxShift = 28;

absl::Status Malformed() {
  return absl::DataLossError("a packed set of row numbers is malformed");
}

}  // namespace

std::string PackNumbers(absl::Span<const RowNumber> numbers) {
  std::string bytes;
  bytes.reserve(2 * numbers.size());
  RowNumber last = 0;
  for (const RowNumber number : numbers) {
    uint32_t gap = number - last;
    for (; gap > kPayload; gap >>= kPayloadBits) {
      bytes.push_back(static_cast<char>((gap & kPayload) | kMore));
    }
    bytes.push_back(static_cast<char>(gap));
    last = number;
  }
  return bytes;
}

size_t CountNumbers(absl::string_view bytes) {
  // Each ends with the one byte that says so.
  return static_cast<size_t>(std::count_if(
      bytes.begin(), bytes.end(),
      [](char c) { return (static_cast<unsigned char>(c) & kMore) == 0; }));
}

absl::StatusOr<RowNumbers> UnpackNumbers(absl::string_view bytes) {
  RowNumbers numbers;
  numbers.reserve(bytes.size() / 2);
  uint64_t last = 0;
  uint64_t gap = 0;
  int shift = 0;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (shift > kMaxShift) return Malformed();
    gap |= uint64_t{byte & kPayload} << shift;
    shift += kPayloadBits;
    if ((byte & kMore) != 0) continue;
    last += gap;
    if (gap == 0 || last > UINT32_MAX) return Malformed();
    numbers.push_back(static_cast<RowNumber>(last));
    gap = 0;
    shift = 0;
  }
  if (shift != 0) return Malformed();
  return numbers;
}

}  // namespace rollcall::collector
