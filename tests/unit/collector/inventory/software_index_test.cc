// The index of software rows follows the store: rows that come, and go.
#include "collector/inventory/software_index.h"

#include <optional>
#include <string>
#include <vector>

#include "collector/inventory/tables.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/collector/inventory/fleet_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::FleetFixture;
using ::rollcall::testing::PackageRow;
using ::testing::SizeIs;

// Every package is a product of its own name.
class Names final : public ProductLookup {
 public:
  std::optional<v1::RecognisedProduct> Lookup(
      const v1::SoftwarePackage& package) const override {
    v1::RecognisedProduct product;
    product.set_product(package.name());
    return product;
  }
  bool HasRuleFor(absl::string_view, absl::string_view) const override {
    return true;
  }
};

class SoftwareIndexTest : public FleetFixture {
 protected:
  void ReportPackages(int from, int to) {
    std::vector<v1::Row> rows;
    for (int i = from; i < to; ++i) {
      rows.push_back(PackageRow("p" + std::to_string(i), "1"));
    }
    Report(subject_, rows);
  }
  // As a collection does.
  void Collect(RowNumber from, RowNumber to) {
    Batch batch;
    for (RowNumber number = from; number < to; ++number) {
      const auto stored = kRowNumberTable.Get(engine_, {number});
      ASSERT_OK(stored);
      kRowTable.Delete(batch, {*RowId::FromBytes((*stored)->row_id())});
      kRowNumberTable.Delete(batch, {number});
    }
    ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  }

  static constexpr size_t kFewest = 20;
  const Names products_{};
  SoftwareIndex index_{products_, kFewest};
  const SubjectId subject_ = AddDevice();
};

TEST_F(SoftwareIndexTest, ForgetsRowsThatWereCollectedOnceThereAreMany) {
  ReportPackages(0, 10);
  ASSERT_OK_AND_ASSIGN(const SoftwareRows first, index_.All(engine_));
  EXPECT_THAT(first.rows, SizeIs(10));
  Collect(1, 11);
  ReportPackages(10, 19);
  ASSERT_OK_AND_ASSIGN(const SoftwareRows few, index_.All(engine_));
  EXPECT_THAT(few.rows, SizeIs(19));
  ReportPackages(10, 20);
  ASSERT_OK_AND_ASSIGN(const SoftwareRows rest, index_.All(engine_));
  EXPECT_THAT(rest.rows, SizeIs(10));
}

TEST_F(SoftwareIndexTest, WhatItKeptIsFoundAfterItForgot) {
  ReportPackages(0, 19);
  ASSERT_OK(index_.All(engine_).status());
  Collect(1, 6);
  ReportPackages(19, 25);
  int names = 0;
  for (int i = 0; i < 25; ++i) {
    const std::string name = "p" + std::to_string(i);
    ASSERT_OK_AND_ASSIGN(const SoftwareRows by_name,
                         index_.Candidates(engine_, name, ""));
    ASSERT_OK_AND_ASSIGN(const SoftwareRows by_product,
                         index_.Candidates(engine_, "", name));
    ASSERT_EQ(by_name.rows.size(), by_product.rows.size());
    if (by_name.rows.empty()) continue;
    ++names;
    for (const SoftwareRows& found : {by_name, by_product}) {
      const auto row = kRowTable.Get(engine_, {found.rows[0].id});
      ASSERT_OK(row);
      v1::Row decoded;
      ASSERT_TRUE(decoded.ParseFromString((*row)->canonical()));
      EXPECT_EQ(decoded.software_package().name(), name);
      EXPECT_EQ((*row)->number(), found.rows[0].number);
    }
  }
  EXPECT_EQ(names, 20);
}

}  // namespace
}  // namespace rollcall::collector
