// Facts of devices for tests.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "collector/reconcile/metric.h"
#include "common/rows.h"
#include "tests/support/proto_matchers.h"

namespace rollcall::collector {

// The facts that these rows state, each in text format.
inline DeviceFacts Facts(const std::vector<std::string>& rows) {
  DeviceFacts facts;
  for (const std::string& text : rows) {
    auto row =
        std::make_shared<const v1::Row>(testing::FromText<v1::Row>(text));
    const std::string section = FindRowKind(*row)->section;
    facts.rows.push_back(
        {section, ComputeRowId(section, kRowLevel, EncodeRow(*row)), row});
  }
  return facts;
}

// The virtualization source saw all there is to see.
inline constexpr char kSeen[] = R"pb(source_status {
                                       source: "virtualization"
                                       outcome: OUTCOME_COMPLETE
                                     })pb";
inline constexpr char kKvmGuest[] = R"pb(virtualization_layer {
                                           kind: KIND_HYPERVISOR_GUEST
                                           technology: "kvm"
                                         })pb";
inline constexpr char kContainer[] =
    R"pb(virtualization_layer { kind: KIND_CONTAINER technology: "docker" })pb";

}  // namespace rollcall::collector
