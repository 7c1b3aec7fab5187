// What a simulated machine states, in the form that is sent, so that sending it
// costs the simulation little.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/id.h"
#include "rollcall/v1/inventory.pb.h"
#include "rollcall/v1/sync.pb.h"

namespace rollcall::swarm {

// A row's id and its canonical bytes.
struct EncodedRow {
  RowId id;
  std::string canonical;
};

// `row` at kRowLevel, and the section that it belongs to.
struct SectionRow {
  std::string section;
  EncodedRow row;
};
SectionRow Encode(const v1::Row& row);

// One section. Never changes once made; thread-safe.
struct SectionReport {
  RootId root;
  // The ids of all rows, ascending, concatenated.
  std::string ids;
  // The rows in the same order; what owns them outlives this.
  std::vector<const EncodedRow*> rows;
  // Those of the rows that only this report has.
  std::deque<EncodedRow> own;
};

// All sections of one machine. Never changes once made; thread-safe. Sections
// that stay as they are are shared between the reports of a machine.
struct Report {
  std::map<std::string, std::shared_ptr<const SectionReport>> sections;
  RootId subject_root;
  v1::Evidence evidence;
  RootId evidence_hash;
};

// A section of these rows, in any order and without repetition.
std::shared_ptr<const SectionReport> MakeSection(
    std::vector<const EncodedRow*> rows, std::deque<EncodedRow> own = {});

// REQUIRES: as Report::sections.
std::shared_ptr<const Report> MakeReport(
    std::map<std::string, std::shared_ptr<const SectionReport>> sections,
    const v1::Evidence& evidence);

// What makes `to` of `from`, as a check-in brings it.
std::vector<v1::SectionChange> ChangesBetween(const Report& from,
                                              const Report& to);

}  // namespace rollcall::swarm
