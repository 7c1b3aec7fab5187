// Facts for tests of the agent.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "agent/uplink/facts.h"
#include "common/rows.h"

namespace rollcall::testing {

// Two sections: "os" with the host name, and "software" with a row for each
// package, if there is any. `machine` is the machine id of the evidence.
inline agent::Facts FactsWith(const std::vector<std::string>& packages,
                              const std::string& hostname = "host",
                              const std::string& machine = "machine") {
  std::map<std::string, std::map<RowId, std::string>> sections;
  const auto add = [&](const v1::Row& row) {
    const std::string& section = FindRowKind(row)->section;
    const std::string canonical = EncodeRow(row);
    sections[section][ComputeRowId(section, kRowLevel, canonical)] = canonical;
  };
  v1::Row os;
  os.mutable_os_instance()->set_hostname(hostname);
  add(os);
  for (const std::string& package : packages) {
    v1::Row row;
    row.mutable_software_package()->set_name(package);
    add(row);
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

}  // namespace rollcall::testing
