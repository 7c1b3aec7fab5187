#include "collector/contracts/migration.h"

#include <memory>
#include <string>
#include <vector>

#include "collector/changes/change_set_table.h"
#include "collector/contracts/contract_queries.h"
#include "collector/contracts/entitlement_table.h"
#include "collector/storage/rocksdb_engine.h"
#include "gmock/gmock.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

const ChangeSetId kFirst = *ChangeSetId::FromHex(std::string(32, '1'));
const ChangeSetId kSecond = *ChangeSetId::FromHex(std::string(32, '2'));

v1::Entitlement LineOf(ChangeSetId by, int quantity, const char* start) {
  v1::Entitlement line;
  line.set_entitlement_id("5d0c");
  line.set_contract_number("C-1");
  line.set_vendor("Acme");
  line.set_publisher("Redis");
  line.set_product("Redis");
  line.set_metric("core");
  line.set_purchase_order("PO-1");
  line.set_line("1");
  line.set_start_date(start);
  line.mutable_quantity()->mutable_value()->set_numerator(quantity);
  line.mutable_quantity()->mutable_value()->set_denominator(1);
  line.set_change_set_id(by.ToHex());
  return line;
}

class MigrationTest : public ::testing::Test {
 protected:
  // As schema version 4 kept them.
  void SetUp() override {
    Batch batch;
    PutState(10, LineOf(kFirst, 4, "2026-01-01"), batch);
    PutState(20, LineOf(kSecond, 6, "2025-01-01"), batch);
    stored::v1::ChangeSetRecord record;
    record.mutable_change_set()->set_change_set_id(kFirst.ToHex());
    record.mutable_change_set()->set_state(v1::ChangeSet::STATE_APPLIED);
    kChangeSetTable.Put(batch, {KnownStamp::FromRaw(10), kFirst}, record);
    ASSERT_OK(engine_->Write(batch, Durability::kSynced));
  }

  static void PutState(uint64_t stamp, const v1::Entitlement& line,
                       Batch& batch) {
    stored::v1::EntitlementRecord record;
    *record.mutable_entitlement() = line;
    kEntitlementTable.Put(
        batch, {"c-1", "po-1", "1", KnownStamp::FromRaw(stamp)}, record);
  }

  std::vector<v1::Entitlement> Lines(uint64_t stamp) {
    const auto all = AllEntitlements(
        *engine_, {kAtLast.effective, KnownStamp::FromRaw(stamp)});
    EXPECT_OK(all);
    return all.value_or(std::vector<v1::Entitlement>());
  }

  std::unique_ptr<Engine> engine_ =
      *OpenRocksDb({.path = "/store", .in_memory = true});
};

TEST_F(MigrationTest, KeepsThePastOfEntitlements) {
  ASSERT_OK(MigrateToVersion5(*engine_));
  EXPECT_THAT(Lines(9), IsEmpty());
  ASSERT_THAT(Lines(10), SizeIs(1));
  EXPECT_EQ(Lines(10)[0].quantity().value().numerator(), 4);
  EXPECT_EQ(Lines(10)[0].change_set_id(), kFirst.ToHex());
  ASSERT_THAT(Lines(20), SizeIs(1));
  EXPECT_EQ(Lines(20)[0].quantity().value().numerator(), 6);
  auto left = kEntitlementTable.ScanPrefix(*engine_, KeyWriter());
  EXPECT_FALSE((*left.Next()).has_value());
}

TEST_F(MigrationTest, MakesTheContractsAndVendorsThatLinesName) {
  ASSERT_OK(MigrateToVersion5(*engine_));
  ObjectName name;
  name.parts[0] = "c-1";
  ASSERT_OK_AND_ASSIGN(
      const auto contract,
      FindObject(*engine_, ObjectNumber::kContract, name,
                 {kAtLast.effective, KnownStamp::FromRaw(10)}));
  ASSERT_TRUE(contract.has_value());
  EXPECT_EQ(contract->object.contract().vendor(), "Acme");
  EXPECT_EQ(contract->object.contract().start_date(), "2025-01-01");
  name.parts[0] = "acme";
  ASSERT_OK_AND_ASSIGN(
      const auto vendor,
      FindObject(*engine_, ObjectNumber::kVendor, name, kAtLast));
  EXPECT_TRUE(vendor.has_value());
}

TEST_F(MigrationTest, FindsChangeSetsByTheirIds) {
  ASSERT_OK(MigrateToVersion5(*engine_));
  ASSERT_OK_AND_ASSIGN(const KeptChangeSet kept,
                       FindChangeSet(*engine_, "111111"));
  EXPECT_EQ(kept.key.stamp, KnownStamp::FromRaw(10));
}

TEST_F(MigrationTest, MayBeStoppedAndStartedAgain) {
  ASSERT_OK(MigrateToVersion5(*engine_));
  const auto lines = Lines(20);
  // As if it had stopped before the last of the old entries was gone.
  Batch batch;
  PutState(10, LineOf(kFirst, 4, "2026-01-01"), batch);
  ASSERT_OK(engine_->Write(batch, Durability::kSynced));
  ASSERT_OK(MigrateToVersion5(*engine_));
  ASSERT_THAT(Lines(20), SizeIs(1));
  EXPECT_THAT(Lines(20)[0], testing::EqualsProto(lines[0]));
}

}  // namespace
}  // namespace rollcall::collector
