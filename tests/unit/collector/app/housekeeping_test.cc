// What one step of tidying leaves does the next no harm.
#include "collector/app/housekeeping.h"

#include "collector/storage/shard.h"
#include "tests/unit/collector/app/device_fixture.h"

namespace rollcall::collector {
namespace {

class HousekeepingTest : public DeviceFixture {
 protected:
  // As if the disk had changed what is stored of the subject.
  void Damage(SubjectId subject) {
    KeyWriter key;
    SubjectKey{subject}.Encode(key);
    Batch batch;
    batch.Put(TableId::kSubject, key.Take(), "\xff");
    ASSERT_OK(engine_.Write(batch, Durability::kBuffered));
  }
};

TEST_F(HousekeepingTest, ADamagedDeviceHoldsUpNoCollection) {
  const std::string gone = Report(agent_, {PackageText(1)});
  Report(other_, {PackageText(2)});
  Report(other_, {PackageText(3)});
  Report(other_, {PackageText(4)});
  Damage(SubjectOf(other_));
  ASSERT_OK(Delete(gone));
  clock_.Advance(absl::Hours(72));
  Deletions deletions(engine_, *committer_, clock_);
  HousekeepingOptions options;
  options.keep_history.usual = absl::Hours(24);
  options.pause = absl::ZeroDuration();
  Housekeeping housekeeping(
      {engine_, shared_.content, directory_, *committer_, deletions, clock_},
      options);
  for (int i = 0; i < 3; ++i) housekeeping.Run();
  EXPECT_EQ(housekeeping.stats().runs, 3);
  EXPECT_EQ(housekeeping.stats().failures, 3) << "what is damaged is said";
  EXPECT_EQ(housekeeping.stats().history_dropped, 0);
  EXPECT_EQ(housekeeping.stats().rows_collected, 1);
}

}  // namespace
}  // namespace rollcall::collector
