// A store with contracts and devices, for tests of what alerts say of it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/alerts/acknowledgements.h"
#include "collector/alerts/alert_queries.h"
#include "collector/alerts/alert_reader.h"
#include "collector/catalog/catalog.h"
#include "collector/catalog/rule_files.h"
#include "gmock/gmock.h"
#include "tests/support/fake_device_directory.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/subject_report.h"
#include "tests/unit/collector/contracts/contract_store.h"

namespace rollcall::collector {

inline v1::Row Deb(absl::string_view name, absl::string_view version) {
  return testing::FromText<v1::Row>(
      absl::StrCat("software_package { ecosystem: 'deb' name: '", name,
                   "' version: '", version, "' architecture: 'amd64' }"));
}

inline v1::Row HostnameRow(absl::string_view name) {
  return testing::FromText<v1::Row>(
      absl::StrCat("os_instance { hostname: '", name, "' }"));
}

// It is 2026-02-02 there, at 02:40 UTC.
class AlertWorld : public ::testing::Test {
 protected:
  AlertWorld() : sources_{*engine_, shared_.content, devices_, last_seen_} {}

  // Proposed, and agreed to.
  void Agree(const std::vector<std::string>& changes) {
    std::vector<v1::ObjectChange> proposed;
    for (const std::string& change : changes) {
      proposed.push_back(testing::FromText<v1::ObjectChange>(
          absl::StrCat("action: ACTION_SET ", change)));
    }
    const auto change_set = people_.ProposeAs("ina", proposed);
    ASSERT_OK(change_set);
    if (change_set->state() == v1::ChangeSet::STATE_PROPOSED) {
      people_.AgreeTo(change_set->change_set_id());
    }
  }
  static std::string Vendor() { return "object { vendor { name: 'Acme' } }"; }
  static std::string Contract(absl::string_view number,
                              absl::string_view fields) {
    return absl::StrCat("object { contract { contract_number: '", number,
                        "' vendor: 'Acme' start_date: '2025-06-01' ", fields,
                        " } }");
  }
  static std::string Line(absl::string_view line, absl::string_view fields) {
    return absl::StrCat(
        "object { entitlement { contract_number: 'C-1' vendor: 'Acme' "
        "publisher: 'F5' product: 'nginx' metric: 'device' quantity { value { "
        "numerator: 5 denominator: 1 } } start_date: '2025-06-01' line: '",
        line, "' ", fields, " } }");
  }
  static std::string Audit(absl::string_view fields) {
    return absl::StrCat("object { audit { vendor: 'Acme' reference: 'A-1' ",
                        fields, " } }");
  }

  // A device whose software is these rows.
  SubjectId AddDevice(const std::string& hostname, std::vector<v1::Row> rows) {
    const SubjectId subject = SubjectId::Generate(random_);
    devices_.Add(DeviceId::Generate(random_), subject, clock_.Now());
    rows.push_back(HostnameRow(hostname));
    Report(subject, rows);
    return subject;
  }
  void Report(SubjectId subject, const std::vector<v1::Row>& rows) {
    clock_.Advance(absl::Seconds(1));
    EXPECT_OK(testing::Store(committer_, *engine_, shared_.content,
                             testing::UpdateOf(subject, rows)));
  }

  v1::ListAlertsResponse List(v1::ListAlertsRequest request = {}) const {
    const auto response = queries_.ListAlerts(request);
    EXPECT_OK(response);
    return response.value_or(v1::ListAlertsResponse());
  }
  v1::ListAlertsResponse ListOn(const std::string& day) const {
    v1::ListAlertsRequest request;
    request.set_effective_date(day);
    return List(request);
  }
  // "KIND subject due" of each.
  static std::vector<std::string> Words(
      const v1::ListAlertsResponse& response) {
    std::vector<std::string> words;
    for (const v1::Alert& alert : response.alerts()) {
      words.push_back(absl::StrCat(
          v1::Alert::Kind_Name(alert.kind()).substr(5), " ",
          absl::StrJoin(alert.subject().parts(), "/"), " ", alert.due_date()));
    }
    return words;
  }

  absl::StatusOr<v1::Alert> Acknowledge(const std::string& id,
                                        const std::string& until,
                                        const std::string& request_id = "") {
    v1::AcknowledgeAlertRequest request;
    request.set_alert_id(id);
    request.set_until_date(until);
    request.set_note("offer asked for");
    request.set_request_id(request_id);
    auto response = acknowledgements_.Acknowledge(request, "ina");
    if (!response.ok()) return response.status();
    return response->alert();
  }
  absl::StatusOr<v1::RevokeAcknowledgementResponse> Revoke(
      const std::string& id, const std::string& request_id = "") {
    v1::RevokeAcknowledgementRequest request;
    request.set_alert_id(id);
    request.set_request_id(request_id);
    return acknowledgements_.Revoke(request, "pat");
  }

  testing::FakeClock clock_;
  testing::FakeRandom random_;
  std::unique_ptr<Engine> engine_ =
      *OpenRocksDb({.path = "/store", .in_memory = true});
  std::unique_ptr<Catalog> catalog_ = *Catalog::Create(BuiltinRuleFiles());
  HybridClock stamps_{clock_};
  Committer committer_{*engine_, stamps_};
  testing::SharedContent shared_{*engine_};
  ContractPeople people_{*engine_, committer_, random_, clock_};
  testing::FakeDeviceDirectory devices_;
  LastSeenTracker last_seen_;
  const FleetSources sources_;
  const AlertReader reader_{{sources_, *catalog_}, 365};
  const AlertQueries queries_{reader_, clock_};
  Acknowledgements acknowledgements_{reader_, committer_, clock_};
};

}  // namespace rollcall::collector
