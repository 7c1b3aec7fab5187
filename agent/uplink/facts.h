// What an agent holds of its machine, in the form that is sent.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/id.h"
#include "common/rows.h"
#include "rollcall/v1/inventory.pb.h"

namespace rollcall::agent {

// One row: its id and its canonical bytes, at the level of its facts.
struct FactRow {
  RowId id;
  std::string canonical;
};

// One section: its rows in ascending order of id, without repetition.
struct FactSection {
  RootId root;
  std::vector<FactRow> rows;
};

// Everything of one scan.
struct Facts {
  // The row schema level that they are encoded at.
  int row_level = kRowLevel;
  std::map<std::string, FactSection> sections;
  RootId subject_root;
  v1::Evidence evidence;
  RootId evidence_hash;
  // The machine's boot id, 16 bytes; empty if it has none.
  std::string boot_id;
};

// The facts as one would state them who knows no more than `level`.
// REQUIRES: `facts` are at kRowLevel, and 1 <= level <= kRowLevel. Pure.
Facts FactsAtLevel(const Facts& facts, int level);

}  // namespace rollcall::agent
