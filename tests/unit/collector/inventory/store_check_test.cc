// A store that agrees with itself is found to; a planted difference is named.
#include "collector/inventory/store_check.h"

#include <string>
#include <vector>

#include "collector/inventory/tables.h"
#include "common/rows.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/collector/inventory/fleet_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::FleetFixture;
using ::rollcall::testing::HostRow;
using ::rollcall::testing::PackageRow;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::StatusIs;

class StoreCheckTest : public FleetFixture {
 protected:
  void SetUp() override {
    FleetFixture::SetUp();
    for (int host = 0; host < 3; ++host) {
      std::vector<v1::Row> rows = {HostRow("host" + std::to_string(host))};
      for (int i = 0; i < 30 + host; ++i) {
        rows.push_back(PackageRow("p" + std::to_string(i), "1"));
      }
      subject_ = AddDevice();
      Report(subject_, rows);
    }
  }
  std::vector<v1::StoreCheck> Check() {
    auto checks = CheckStore(engine_, keeper_, others_, [] { return false; });
    EXPECT_OK(checks);
    return std::move(checks).value_or(std::vector<v1::StoreCheck>(5));
  }
  template <typename TableType, typename Key, typename Edit>
  void Change(const TableType& table, const Key& key, Edit edit) {
    auto value = table.Get(engine_, key);
    ASSERT_OK(value);
    ASSERT_TRUE(value->has_value());
    edit(**value);
    Batch batch;
    table.Put(batch, key, **value);
    ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  }

  SubjectId subject_;
  PostingKeeper keeper_{engine_};
  std::vector<PartCheck> others_;
};

TEST_F(StoreCheckTest, AStoreAgreesWithItself) {
  const std::vector<std::string> parts = {"rows", "row numbers", "bases",
                                          "heads", "postings"};
  const auto checks = Check();
  ASSERT_EQ(checks.size(), parts.size());
  for (size_t i = 0; i < parts.size(); ++i) {
    EXPECT_EQ(checks[i].part(), parts[i]);
    EXPECT_GT(checks[i].compared_count(), 0) << parts[i];
    EXPECT_EQ(checks[i].difference_count(), 0) << checks[i].first_difference();
  }
}

TEST_F(StoreCheckTest, ARowWhoseBytesChangedIsNamed) {
  auto rows = kRowTable.ScanPrefix(engine_, KeyWriter());
  const RowId id = (*rows.Next())->key.row;
  Change(kRowTable, RowKey{id}, [](stored::v1::FleetRow& row) {
    row.set_canonical(row.canonical() + "x");
  });
  const v1::StoreCheck check = Check()[0];
  EXPECT_EQ(check.difference_count(), 1);
  EXPECT_THAT(check.first_difference(),
              AllOf(HasSubstr(id.ToHex()), HasSubstr("another id")));
}

TEST_F(StoreCheckTest, ANumberOfAnotherRowIsNamed) {
  Change(kRowNumberTable, RowNumberKey{2}, [&](stored::v1::NumberedRow& row) {
    row.set_row_id((*kRowNumberTable.Get(engine_, {1}))->row_id());
  });
  const auto checks = Check();
  EXPECT_THAT(checks[0].first_difference(),
              HasSubstr("its number 2 is another row's"));
  EXPECT_THAT(checks[2].first_difference(),
              HasSubstr("row number 2 stands for no row"));
}

TEST_F(StoreCheckTest, ARowThatIsGoneIsNamedByWhatNeedsIt) {
  const auto numbered = kRowNumberTable.Get(engine_, {2});
  Batch batch;
  kRowTable.Delete(batch, {*RowId::FromBytes((*numbered)->row_id())});
  ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  EXPECT_THAT(Check()[2].first_difference(),
              HasSubstr("row number 2 stands for no row"));
}

TEST_F(StoreCheckTest, ABaseThatLostARowIsNamed) {
  auto bases = kBaseTable.ScanPrefix(engine_, KeyWriter());
  const RootId root = (*bases.Next())->key.root;
  Change(kBaseTable, BaseKey{root}, [](stored::v1::BaseSet& base) {
    auto rows = *UnpackNumbers(base.rows());
    rows.pop_back();
    base.set_rows(PackNumbers(rows));
  });
  const auto checks = Check();
  EXPECT_THAT(checks[2].first_difference(),
              AllOf(HasSubstr(root.ToHex()), HasSubstr("another root")));
  EXPECT_GT(checks[3].difference_count(), 0);
}

TEST_F(StoreCheckTest, AHeadThatForgotARowIsNamed) {
  Change(kHeadTable, SubjectKey{subject_}, [](stored::v1::Head& head) {
    for (auto& section : *head.mutable_sections()) {
      if (section.section() == "software") section.clear_added_rows();
    }
  });
  const v1::StoreCheck check = Check()[3];
  EXPECT_EQ(check.difference_count(), 1);
  EXPECT_THAT(check.first_difference(),
              AllOf(HasSubstr(subject_.ToHex()), HasSubstr("software")));
}

TEST_F(StoreCheckTest, WhatOthersCheckComesLast) {
  others_ = {[](const Reader&, const std::function<bool()>&) {
    v1::StoreCheck check;
    check.set_part("another's");
    check.set_difference_count(3);
    return check;
  }};
  const auto checks = Check();
  ASSERT_EQ(checks.size(), 6);
  EXPECT_EQ(checks[5].part(), "another's");
  EXPECT_EQ(checks[5].difference_count(), 3);
  others_ = {[](const Reader&, const std::function<bool()>&) {
    return absl::CancelledError("stopped there");
  }};
  EXPECT_THAT(CheckStore(engine_, keeper_, others_, [] { return false; }),
              StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(StoreCheckTest, ItEndsWhenItIsTold) {
  EXPECT_THAT(CheckStore(engine_, keeper_, {}, [] { return true; }),
              StatusIs(absl::StatusCode::kCancelled));
}

}  // namespace
}  // namespace rollcall::collector
