// A store in memory with what imports of registers need.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "collector/changes/change_sets.h"
#include "collector/registers/expected_device_table.h"
#include "collector/registers/register_import.h"
#include "collector/registers/register_queries.h"
#include "collector/storage/committer.h"
#include "collector/storage/rocksdb_engine.h"
#include "gmock/gmock.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_random.h"
#include "tests/support/fake_roles.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_ledger.h"

namespace rollcall::collector {

struct RegisterStore {
  testing::FakeClock clock;
  testing::FakeRandom random;
  std::unique_ptr<Engine> engine =
      *OpenRocksDb({.path = "/store", .in_memory = true});
  HybridClock stamps{clock};
  Committer committer{*engine, stamps};
  const testing::TestLedger ledger{*engine, committer};
  testing::FakeRoles roles;
  ChangeSets change_sets{{*engine, committer, ledger.writer(), random, roles},
                         {}};
  RegisterImporter importer{*engine, committer, change_sets};
  RegisterQueries queries{*engine};

  // Imports as "ina"; fails the test on an error.
  v1::ImportExpectedDevicesResponse Import(
      const v1::ImportExpectedDevicesRequest& request) {
    auto response = importer.Import(request, roles.CallBy("ina"));
    EXPECT_OK(response);
    return response.ok() ? *std::move(response)
                         : v1::ImportExpectedDevicesResponse();
  }
  v1::ImportExpectedDevicesResponse Import(absl::string_view content) {
    return Import(RequestFor(content));
  }

  static v1::ImportExpectedDevicesRequest RequestFor(
      absl::string_view content) {
    v1::ImportExpectedDevicesRequest request;
    request.set_content(std::string(content));
    return request;
  }

  std::vector<v1::ExpectedDevice> All(KnownStamp as_of = KnownStamp::Max()) {
    auto all = AllExpectedDevices(*engine, as_of, "");
    EXPECT_OK(all);
    return all.ok() ? *std::move(all) : std::vector<v1::ExpectedDevice>();
  }
  // "register/TAG=serial", in order.
  std::vector<std::string> Tags(KnownStamp as_of = KnownStamp::Max()) {
    std::vector<std::string> tags;
    for (const v1::ExpectedDevice& device : All(as_of)) {
      tags.push_back(absl::StrCat(device.register_(), "/", device.asset_tag(),
                                  "=", device.serial_number()));
    }
    return tags;
  }
};

}  // namespace rollcall::collector
