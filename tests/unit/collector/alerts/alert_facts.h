// What contracts say, for tests of the rules of alerts.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "collector/alerts/alert_rules.h"
#include "collector/contracts/object_kind.h"
#include "gmock/gmock.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {

inline CivilDate Day(absl::string_view text) {
  const auto day = CivilDate::Parse(text);
  EXPECT_OK(day);
  return *day;
}

// The object that the text describes, with its ids.
template <typename Object>
Object WithIds(Object object, Object* (v1::ContractObject::*of)()) {
  v1::ContractObject whole;
  *(whole.*of)() = std::move(object);
  FindObjectKind(whole.object_case())->SetIds(whole);
  return *(whole.*of)();
}

// A contract C-1 of Acme that began in 2020, with these fields.
inline v1::Contract ContractOf(absl::string_view fields) {
  return WithIds(testing::FromText<v1::Contract>(absl::StrCat(
                     "contract_number: 'C-1' vendor: 'Acme' start_date: "
                     "'2020-01-01' sign_date: '2026-06-01' ",
                     fields)),
                 &v1::ContractObject::mutable_contract);
}

// A line of C-1 for nginx, with these fields.
inline v1::Entitlement LineOf(absl::string_view line,
                              absl::string_view fields) {
  return WithIds(
      testing::FromText<v1::Entitlement>(absl::StrCat(
          "contract_number: 'C-1' vendor: 'Acme' publisher: 'F5' product: "
          "'nginx' start_date: '2020-01-01' line: '",
          line, "' ", fields)),
      &v1::ContractObject::mutable_entitlement);
}

// An audit A-1 by Acme under C-1, with these fields.
inline v1::Audit AuditOf(absl::string_view fields,
                         absl::string_view reference = "A-1") {
  return WithIds(testing::FromText<v1::Audit>(absl::StrCat(
                     "vendor: 'Acme' reference: '", reference, "' ", fields)),
                 &v1::ContractObject::mutable_audit);
}

inline v1::Review ReviewOf(absl::string_view day) {
  return WithIds(testing::FromText<v1::Review>(
                     absl::StrCat("contract_number: 'C-1' reviewer: 'ina' "
                                  "review_date: '",
                                  day, "'")),
                 &v1::ContractObject::mutable_review);
}

inline std::vector<v1::Alert> Alerts(absl::string_view on,
                                     const ContractFacts& facts,
                                     const AlertSettings& settings = {},
                                     const FleetFacts& fleet = {}) {
  const auto alerts = AlertsOn(Day(on), facts, fleet, settings);
  EXPECT_OK(alerts);
  return alerts.value_or(std::vector<v1::Alert>());
}

// "KIND due days-left" of each.
inline std::vector<std::string> Short(const std::vector<v1::Alert>& alerts) {
  std::vector<std::string> texts;
  for (const v1::Alert& alert : alerts) {
    texts.push_back(absl::StrCat(v1::Alert::Kind_Name(alert.kind()).substr(5),
                                 " ", alert.due_date(), " ",
                                 alert.days_left()));
  }
  return texts;
}

}  // namespace rollcall::collector
