// A set of row numbers as one bit a number.
#pragma once

#include <cstdint>
#include <vector>

#include "collector/inventory/row_number.h"

namespace rollcall::collector {

// Takes memory up to the greatest number in it: numbers are given one after
// another, so that 100 million rows take 12.5 MB. Not thread-safe.
class NumberSet {
 public:
  void Add(RowNumber number) {
    const size_t word = number / kBits;
    if (word >= words_.size()) words_.resize(word + 1 + word / 4);
    words_[word] |= uint64_t{1} << number % kBits;
  }
  bool Has(RowNumber number) const {
    const size_t word = number / kBits;
    return word < words_.size() && (words_[word] >> number % kBits & 1) != 0;
  }

 private:
  static constexpr uint32_t kBits = 64;
  std::vector<uint64_t> words_;
};

}  // namespace rollcall::collector
