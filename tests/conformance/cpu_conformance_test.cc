// Every captured machine's processors, counted right.
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "tests/conformance/captures.h"
#include "tests/support/temp_dir.h"

namespace rollcall {
namespace {

using ::google::protobuf::Struct;
using ::google::protobuf::Value;

// A value in words, "-" for null and for what is missing.
std::string Expected(const Struct& json, const std::string& key) {
  const auto field = json.fields().find(key);
  if (field == json.fields().end()) return "-";
  const Value& value = field->second;
  switch (value.kind_case()) {
    case Value::kNumberValue:
      return absl::StrCat(static_cast<int64_t>(value.number_value()));
    case Value::kStringValue:
      return value.string_value();
    case Value::kListValue: {
      std::vector<std::string> parts;
      for (const Value& part : value.list_value().values()) {
        parts.push_back(part.string_value());
      }
      std::sort(parts.begin(), parts.end());
      return absl::StrJoin(parts, "|");
    }
    default:
      return "-";
  }
}

// What the row says under the same keys.
std::map<std::string, std::string> Stated(const v1::CpuTopology& topology) {
  std::map<std::string, std::string> stated;
  const auto number = [](bool has, int value) {
    return has ? absl::StrCat(value) : std::string("-");
  };
  stated["sockets"] = number(topology.has_sockets(), topology.sockets());
  stated["cores_online"] =
      number(topology.has_online_cores(), topology.online_cores());
  stated["cpus_online"] =
      number(topology.has_online_cpus(), topology.online_cpus());
  stated["cpus_configured"] =
      number(topology.has_configured_cpus(), topology.configured_cpus());
  stated["threads_per_core"] =
      number(topology.has_threads_per_core(), topology.threads_per_core());
  stated["vendor"] = topology.has_vendor() ? topology.vendor() : "-";
  stated["hypervisor_vendor"] =
      topology.has_hypervisor() ? topology.hypervisor() : "-";
  stated["models"] = absl::StrJoin(topology.models(), "|");
  return stated;
}

// The differences, one a line; empty if there are none.
std::string Differences(const std::string& root, const Struct& expected) {
  std::string differences;
  v1::CpuTopology topology;
  for (const v1::Row& row : testing::Collect(root, "hardware.cpu")) {
    if (row.has_cpu_topology()) topology = row.cpu_topology();
  }
  for (const auto& [key, stated] : Stated(topology)) {
    if (expected.fields().count(key) == 0) continue;
    const std::string wanted = Expected(expected, key);
    if (stated != wanted) {
      absl::StrAppend(&differences, "  ", key, ": stated ", stated,
                      ", known to be ", wanted, "\n");
    }
  }
  return differences;
}

TEST(CpuConformance, EveryCapturedMachineIsCountedRight) {
  const auto folder = testing::FindCaptures("cpu");
  if (!folder) return;
  int correct = 0;
  int total = 0;
  for (const std::string& name : testing::ListFolder(*folder)) {
    absl::string_view machine = name;
    if (!absl::ConsumeSuffix(&machine, ".tar.gz")) continue;
    ++total;
    const testing::TempDir dir;
    testing::Unpack(absl::StrCat(*folder, "/", name), dir.path());
    const std::string differences =
        Differences(dir.path(), testing::ReadJson(absl::StrCat(
                                    *folder, "/", machine, ".expected.json")));
    EXPECT_EQ(differences, "") << machine;
    if (differences.empty()) ++correct;
  }
  EXPECT_GT(total, 0) << "no captures in " << *folder;
  std::cout << "CPU captures: " << correct << " of " << total << " correct"
            << std::endl;
}

}  // namespace
}  // namespace rollcall
