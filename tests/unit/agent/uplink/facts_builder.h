// Facts for tests of the agent.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "agent/uplink/facts.h"
#include "common/rows.h"

namespace rollcall::testing {

// Exactly these rows. `machine` is the machine id of the evidence.
inline agent::Facts FactsOf(const std::vector<v1::Row>& facts_as_rows,
                            const std::string& machine = "machine") {
  std::map<std::string, std::map<RowId, std::string>> sections;
  for (const v1::Row& row : facts_as_rows) {
    const std::string& section = FindRowKind(row)->section;
    const std::string canonical = EncodeRow(row);
    sections[section][ComputeRowId(section, kRowLevel, canonical)] = canonical;
  }
  agent::Facts facts;
  std::map<std::string, RootId> roots;
  for (const auto& [name, rows] : sections) {
    std::vector<RowId> ids;
    for (const auto& [id, canonical] : rows) {
      facts.sections[name].rows.push_back({id, canonical});
      ids.push_back(id);
    }
    roots[name] = facts.sections[name].root = ComputeSectionRoot(ids);
  }
  facts.subject_root = ComputeSubjectRoot(roots);
  facts.evidence.set_machine_id(machine);
  facts.evidence_hash = ComputeEvidenceHash(facts.evidence);
  facts.boot_id = std::string(16, 'b');
  return facts;
}

// Two sections: "os" with the host name, and "software" with a row for each
// package, if there is any. `machine` is the machine id of the evidence.
inline agent::Facts FactsWith(const std::vector<std::string>& packages,
                              const std::string& hostname = "host",
                              const std::string& machine = "machine") {
  std::vector<v1::Row> rows(1);
  rows[0].mutable_os_instance()->set_hostname(hostname);
  for (const std::string& package : packages) {
    rows.emplace_back().mutable_software_package()->set_name(package);
  }
  return FactsOf(rows, machine);
}

}  // namespace rollcall::testing
