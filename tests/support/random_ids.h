// Random ids of rows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "common/id.h"
#include "tests/support/fake_random.h"

namespace rollcall::testing {

// `count` ids, ascending.
inline std::vector<RowId> DrawIds(FakeRandom& random, size_t count) {
  std::vector<RowId> ids;
  for (size_t i = 0; i < count; ++i) ids.push_back(RowId::Generate(random));
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace rollcall::testing
