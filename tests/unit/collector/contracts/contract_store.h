// What contracts need, and four people: ina of ITAM, pat of procurement, ada
// who administers, and vic who only looks.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "collector/changes/change_queries.h"
#include "collector/changes/change_sets.h"
#include "collector/contracts/contract_content.h"
#include "collector/contracts/contract_proposer.h"
#include "collector/contracts/contract_queries.h"
#include "collector/contracts/exchange/entitlement_import.h"
#include "collector/contracts/exchange/quarantine_repair.h"
#include "collector/storage/committer.h"
#include "collector/storage/rocksdb_engine.h"
#include "gmock/gmock.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/fake_roles.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_ledger.h"

namespace rollcall::collector {

// Not thread-safe, but for proposals.
struct ContractPeople {
  ContractPeople(const Engine& the_engine, Committer& committer, Random& random,
                 const Clock& clock)
      : engine(the_engine),
        ledger(engine, committer),
        change_sets({engine, committer, ledger.writer(), random, roles},
                    {{v1::ChangeSet::KIND_CONTRACTS, &content},
                     {v1::ChangeSet::KIND_RECORDS, &content}}),
        changes(engine, roles, change_sets.contents()),
        importer(engine, committer, change_sets, clock,
                 {"core", "device", "pvu"}),
        repair(engine, committer, change_sets, importer),
        proposer(engine, change_sets, {"core", "device", "pvu"}),
        queries(engine, clock) {
    roles.Give("ina", {v1::ROLE_ITAM});
    roles.Give("pat", {v1::ROLE_PROCUREMENT});
    roles.Give("ada", {v1::ROLE_ADMIN});
    roles.Give("vic", {v1::ROLE_VIEWER});
  }

  const Engine& engine;
  const testing::TestLedger ledger;
  testing::FakeRoles roles;
  const ContractContent content;
  ChangeSets change_sets;
  const ChangeQueries changes;
  EntitlementImporter importer;
  QuarantineRepair repair;
  ContractProposer proposer;
  ContractQueries queries;

  // What ina imports, proposed only.
  v1::ImportEntitlementsResponse Propose(
      const v1::ImportEntitlementsRequest& request) {
    auto response = importer.Import(request, roles.CallBy("ina"));
    EXPECT_OK(response);
    return response.ok() ? *std::move(response)
                         : v1::ImportEntitlementsResponse();
  }
  // Imported and agreed to, with the contracts that its lines name.
  v1::ImportEntitlementsResponse Import(v1::ImportEntitlementsRequest request) {
    request.set_create_contracts(true);
    auto response = Propose(request);
    if (!response.change_set_id().empty() &&
        View(response.change_set_id()).change_set().state() ==
            v1::ChangeSet::STATE_PROPOSED) {
      AgreeTo(response.change_set_id());
    }
    return response;
  }
  v1::ImportEntitlementsResponse Import(absl::string_view file) {
    v1::ImportEntitlementsRequest request;
    request.set_content(std::string(file));
    return Import(request);
  }

  absl::StatusOr<v1::ChangeSet> ProposeAs(
      const std::string& who, const std::vector<v1::ObjectChange>& proposed) {
    v1::ProposeChangesRequest request;
    request.mutable_changes()->Assign(proposed.begin(), proposed.end());
    auto response = proposer.Propose(request, roles.CallBy(who));
    if (!response.ok()) return response.status();
    return response->change_set();
  }

  v1::GetChangeSetResponse View(const std::string& change_set_id) const {
    v1::GetChangeSetRequest request;
    request.set_change_set_id(change_set_id);
    const auto response = changes.Get(request);
    EXPECT_OK(response);
    return response.value_or(v1::GetChangeSetResponse());
  }

  absl::StatusOr<v1::ApproveChangeSetResponse> Approve(
      const std::string& change_set_id, const std::string& who,
      const std::string& digest) {
    v1::ApproveChangeSetRequest request;
    request.set_change_set_id(change_set_id);
    request.set_digest(digest);
    return change_sets.Approve(request, roles.CallBy(who));
  }
  absl::StatusOr<v1::ApproveChangeSetResponse> Approve(
      const std::string& change_set_id, const std::string& who) {
    return Approve(change_set_id, who, View(change_set_id).digest());
  }

  // Puts it into effect.
  void AgreeTo(const std::string& change_set_id) {
    EXPECT_OK(Approve(change_set_id, "pat"));
    EXPECT_OK(Approve(change_set_id, "ina"));
  }

  std::vector<v1::ChangeSet> ChangeSetList() const {
    const auto list = changes.List({});
    EXPECT_OK(list);
    if (!list.ok()) return {};
    return {list->change_sets().begin(), list->change_sets().end()};
  }

  // Of the last of days.
  std::vector<v1::Entitlement> All(KnownStamp as_of = KnownStamp::Max()) {
    auto all = AllEntitlements(engine, {kAtLast.effective, as_of});
    EXPECT_OK(all);
    return all.ok() ? *std::move(all) : std::vector<v1::Entitlement>();
  }
};

// A store in memory with them.
struct ContractMemory {
  testing::FakeClock clock;
  testing::FakeRandom random;
  std::unique_ptr<Engine> engine =
      *OpenRocksDb({.path = "/store", .in_memory = true});
  HybridClock stamps{clock};
  Committer committer{*engine, stamps};
};
struct ContractStore : ContractMemory, ContractPeople {
  ContractStore()
      : ContractPeople(*ContractMemory::engine, committer, random, clock) {}

  using ContractMemory::engine;
};

// A header, and lines under it that differ in purchase order and quantity.
inline constexpr char kHeader[] =
    "contract_number,vendor,publisher,product,metric,quantity,start_date,"
    "purchase_order,line\n";

inline std::string Line(absl::string_view order, absl::string_view quantity,
                        absl::string_view product = "Redis",
                        absl::string_view contract = "C-1") {
  return absl::StrCat(contract, ",Acme,Redis,", product, ",core,", quantity,
                      ",2026-01-01,", order, ",1\n");
}

}  // namespace rollcall::collector
