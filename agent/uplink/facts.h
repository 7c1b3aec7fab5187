// What an agent holds of its machine, in the form that is sent.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "common/id.h"
#include "rollcall/v1/inventory.pb.h"

namespace rollcall::agent {

// One row: its id and its canonical bytes at kRowLevel.
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
  std::map<std::string, FactSection> sections;
  RootId subject_root;
  v1::Evidence evidence;
  RootId evidence_hash;
  // The machine's boot id, 16 bytes; empty if it has none.
  std::string boot_id;
};

}  // namespace rollcall::agent
