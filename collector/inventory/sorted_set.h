// Sets as sorted vectors. Pure; thread-safe.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <tuple>
#include <vector>

namespace rollcall::collector {

// Values that are spread evenly, as hashes are: how far up one of them stands
// is told by its first bits.
template <typename T>
concept EvenlySpread = requires(const T& value) {
  { value.FirstBits() } -> std::same_as<std::uint64_t>;
};

// The first of [begin, end) that is not below `value`, looked for from `begin`
// up: takes about the logarithm of how far that is.
template <typename Iterator, typename T>
Iterator FindUp(Iterator begin, Iterator end, const T& value) {
  std::ptrdiff_t step = 1;
  while (end - begin >= step && *(begin + (step - 1)) < value) {
    begin += step;
    step *= 2;
  }
  return std::lower_bound(begin, begin + std::min(step, end - begin), value);
}

// The same, looked for from `end` down.
template <typename Iterator, typename T>
Iterator FindDown(Iterator begin, Iterator end, const T& value) {
  std::ptrdiff_t step = 1;
  while (end - begin >= step && !(*(end - step) < value)) {
    end -= step;
    step *= 2;
  }
  return std::lower_bound(end - std::min(step, end - begin), end, value);
}

// The same, of evenly spread values: from where it should stand.
template <typename Iterator, EvenlySpread T>
Iterator FindSpread(Iterator begin, Iterator end, const T& value) {
  if (begin == end || !(*begin < value)) return begin;
  // Half of the bits is enough for a guess, and multiplies without overflow.
  constexpr int kDropped = 32;
  const std::uint64_t lowest = begin->FirstBits();
  const std::uint64_t span = ((end - 1)->FirstBits() - lowest) >> kDropped;
  const std::uint64_t above = (value.FirstBits() - lowest) >> kDropped;
  const auto size = static_cast<std::uint64_t>(end - begin);
  const auto place = std::min(above, span) * size / (span + 1);
  const Iterator guess = begin + static_cast<std::ptrdiff_t>(place);
  return *guess < value ? FindUp(guess, end, value)
                        : FindDown(begin, guess, value);
}

// The first of [begin, end) that is not below `value`. Takes little where that
// is near `begin`, or values are spread evenly.
template <typename Iterator, typename T>
Iterator FindNear(Iterator begin, Iterator end, const T& value) {
  if constexpr (EvenlySpread<T>) {
    return FindSpread(begin, end, value);
  } else {
    return FindUp(begin, end, value);
  }
}

// Whether it is faster to look for each element of the smaller of two sets in
// the larger than to go through both.
inline bool IsMuchSmaller(std::size_t small, std::size_t large) {
  constexpr std::size_t kTimes = 8;
  return small < large / kTimes;
}

// `a` without the elements of `b`. Both ascend without repetition. As fast as
// copying where `b` is much smaller than `a`.
template <typename T>
std::vector<T> Minus(const std::vector<T>& a, const std::vector<T>& b) {
  std::vector<T> result;
  if (IsMuchSmaller(a.size(), b.size())) {
    auto other = b.begin();
    for (const T& one : a) {
      other = FindNear(other, b.end(), one);
      if (other == b.end() || one < *other) result.push_back(one);
    }
    return result;
  }
  if (!IsMuchSmaller(b.size(), a.size())) {
    std::set_difference(a.begin(), a.end(), b.begin(), b.end(),
                        std::back_inserter(result));
    return result;
  }
  result.reserve(a.size());
  auto from = a.begin();
  for (const T& one : b) {
    const auto at = FindNear(from, a.end(), one);
    result.insert(result.end(), from, at);
    from = at != a.end() && *at == one ? at + 1 : at;
  }
  result.insert(result.end(), from, a.end());
  return result;
}

// The elements of both, each of which ascends without repetition. As fast as
// copying where one of them is much smaller.
template <typename T>
std::vector<T> Union(const std::vector<T>& a, const std::vector<T>& b) {
  if (a.size() < b.size()) return Union(b, a);
  std::vector<T> result;
  result.reserve(a.size() + b.size());
  if (!IsMuchSmaller(b.size(), a.size())) {
    std::set_union(a.begin(), a.end(), b.begin(), b.end(),
                   std::back_inserter(result));
    return result;
  }
  auto from = a.begin();
  for (const T& one : b) {
    const auto at = FindNear(from, a.end(), one);
    result.insert(result.end(), from, at);
    result.push_back(one);
    from = at != a.end() && *at == one ? at + 1 : at;
  }
  result.insert(result.end(), from, a.end());
  return result;
}

// The elements of `a` that `b` has too. Both ascend without repetition. Takes
// little more than what is in `a` where that is much smaller than `b`.
template <typename T>
std::vector<T> Common(const std::vector<T>& a, const std::vector<T>& b) {
  std::vector<T> result;
  auto other = b.begin();
  for (const T& one : a) {
    other = FindNear(other, b.end(), one);
    if (other == b.end()) break;
    if (*other == one) result.push_back(one);
  }
  return result;
}

// What came to a set and what went from it.
template <typename T>
struct SetChange {
  std::vector<T> added;
  std::vector<T> removed;
};

// How `after` differs from `before`. Both ascend without repetition. Little
// more than going through them side by side where they are nearly the same.
template <typename T>
SetChange<T> ChangeBetween(const std::vector<T>& before,
                           const std::vector<T>& after) {
  SetChange<T> change;
  auto old = before.begin();
  auto now = after.begin();
  while (true) {
    std::tie(old, now) = std::mismatch(old, before.end(), now, after.end());
    if (old == before.end() || now == after.end()) break;
    if (*old < *now) {
      change.removed.push_back(*old++);
    } else {
      change.added.push_back(*now++);
    }
  }
  change.removed.insert(change.removed.end(), old, before.end());
  change.added.insert(change.added.end(), now, after.end());
  return change;
}

}  // namespace rollcall::collector
