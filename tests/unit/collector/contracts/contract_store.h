// A store in memory with what imports need.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "collector/contracts/contract_queries.h"
#include "collector/contracts/entitlement_import.h"
#include "collector/storage/committer.h"
#include "collector/storage/rocksdb_engine.h"
#include "gmock/gmock.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {

struct ContractStore {
  testing::FakeClock clock;
  testing::FakeRandom random;
  std::unique_ptr<Engine> engine =
      *OpenRocksDb({.path = "/store", .in_memory = true});
  HybridClock stamps{clock};
  Committer committer{*engine, stamps};
  EntitlementImporter importer{*engine, committer, random, {"core", "device"}};
  ContractQueries queries{*engine};

  // Imports as "ina"; fails the test on an error.
  v1::ImportEntitlementsResponse Import(
      const v1::ImportEntitlementsRequest& request) {
    auto response = importer.Import(request, "ina");
    EXPECT_OK(response);
    return response.ok() ? *std::move(response)
                         : v1::ImportEntitlementsResponse();
  }
  v1::ImportEntitlementsResponse Import(absl::string_view content) {
    v1::ImportEntitlementsRequest request;
    request.set_content(std::string(content));
    return Import(request);
  }

  std::vector<v1::Entitlement> All(KnownStamp as_of = KnownStamp::Max()) {
    auto all = AllEntitlements(*engine, as_of);
    EXPECT_OK(all);
    return all.ok() ? *std::move(all) : std::vector<v1::Entitlement>();
  }
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
