// Any course of reports, deletions, restarts and collections: every answer is
// what it was, and nothing is left over.
#include "tests/unit/collector/inventory/collection_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::CollectionFixture;
using ::rollcall::testing::FakeRandom;
using ::rollcall::testing::PackageRow;

class CollectionCourse : public CollectionFixture,
                         public ::testing::WithParamInterface<uint64_t> {
 protected:
  size_t Below(size_t bound) { return chance_.Next64() % bound; }

  std::vector<v1::Row> AnyRows() {
    const int first = static_cast<int>(Below(60));
    std::vector<v1::Row> rows =
        Packages(first, first + 1 + static_cast<int>(Below(80)));
    if (Below(4) == 0) rows.push_back(testing::HostRow("h"));
    return rows;
  }
  void ReportAny() {
    const SubjectId subject = subjects_[Below(subjects_.size())];
    const auto rows = AnyRows();
    const auto at = Put(subject, rows);
    ASSERT_OK(at);
    const auto head = kHeadTable.Get(engine_, {subject});
    ASSERT_OK(head);
    // Not where the report was what is held already.
    if ((*head)->changed_stamp() == at->raw()) {
      past_[{subject, *at}] = BytesOf(rows);
    }
  }
  void DropAny() {
    const SubjectId subject = subjects_[Below(subjects_.size())];
    Drop(subject);
    std::erase_if(
        past_, [&](const auto& entry) { return entry.first.first == subject; });
  }
  void Step() {
    switch (Below(10)) {
      case 0:
        return DropAny();
      case 1:
        return Follow();
      case 2:
        ASSERT_OK(content().rows.Keep({NewPackage(1'000 + int(Below(50)))}));
        return;
      default:
        return ReportAny();
    }
  }
  // The packages that any answer needs.
  size_t NeededRows() const {
    Rows needed;
    for (const auto& [when, rows] : past_) {
      needed.insert(rows.begin(), rows.end());
    }
    const std::string own = EncodeRow(testing::HostRow("h"));
    return needed.size() - needed.count(own);
  }

  FakeRandom chance_{GetParam()};
  std::vector<SubjectId> subjects_;
  Past past_;
};

TEST_P(CollectionCourse, ChangesNoAnswerAndLeavesNothingOver) {
  for (int i = 0; i < 4; ++i) subjects_.push_back(AddDevice());
  keys_per_step_ = 1 + Below(40);
  Restart();
  for (int round = 0; round < 6; ++round) {
    for (int i = 0; i < 10; ++i) Step();
    between_ = [this] {
      if (Below(8) == 0) Step();
      return Below(50) == 0 ? absl::CancelledError("") : absl::OkStatus();
    };
    const auto run = collecting_->Run();
    EXPECT_TRUE(run.ok() || absl::IsCancelled(run.status())) << run.status();
    between_ = [] { return absl::OkStatus(); };
    ExpectPast(past_);
    if (Below(4) == 0) Restart();
  }
  Follow();
  CollectAll();
  ExpectPast(past_);
  // What a base holds beyond what its subjects do is needed to read them.
  std::set<RootId> bases;
  size_t beyond = 0;
  Rows in_bases;
  for (auto at = engine_.Scan(TableId::kBase, "", ""); at->Valid();
       at->Next()) {
    const auto root = *RootId::FromBytes(at->key());
    const auto base = content().bases.Find(root);
    ASSERT_OK(base);
    for (const RowId& id : (*base)->ids) {
      const auto row = kRowTable.Get(engine_, {id});
      ASSERT_OK(row);
      in_bases.insert((*row)->canonical());
    }
  }
  for (const auto& [when, rows] : past_) {
    for (const std::string& row : rows) in_bases.erase(row);
  }
  beyond = in_bases.size();
  EXPECT_EQ(Count(TableId::kRow), NeededRows() + beyond);
}

INSTANTIATE_TEST_SUITE_P(Seeds, CollectionCourse,
                         ::testing::Range<uint64_t>(1, 21));

}  // namespace
}  // namespace rollcall::collector
