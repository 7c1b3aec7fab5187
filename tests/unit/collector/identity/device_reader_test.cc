// Listing the devices of a fleet page by page, beside reading them all.
#include "collector/identity/device_reader.h"

#include <vector>

#include "collector/identity/tables.h"
#include "tests/support/fake_random.h"
#include "tests/support/memory_store.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::FakeRandom;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DeviceReaderTest : public ::testing::Test {
 protected:
  // A subject of the device, known from `stamp` on.
  SubjectId Link(DeviceId device, uint64_t stamp) {
    const SubjectId subject = SubjectId::Generate(random_);
    kSubjectTable.Put(batch_, {subject}, stored::v1::Subject());
    SetEdge(device, subject, stamp, true);
    return subject;
  }
  void SetEdge(DeviceId device, SubjectId subject, uint64_t stamp,
               bool belongs) {
    stored::v1::DeviceEdge edge;
    edge.set_belongs(belongs);
    kDeviceEdgeTable.Put(batch_, {device, subject, KnownStamp::FromRaw(stamp)},
                         edge);
  }
  void WriteAll() { ASSERT_OK(engine_.Write(batch_, Durability::kBuffered)); }

  std::vector<DeviceId> All(KnownStamp as_of) {
    const auto devices = ReadDevices(engine_, KeyWriter(), as_of);
    EXPECT_OK(devices);
    return IdsOf(*devices);
  }
  std::vector<DeviceId> ByPages(size_t page, KnownStamp as_of) {
    std::vector<DeviceId> all;
    while (true) {
      const auto devices = ReadDevicesAfter(
          engine_, all.empty() ? DeviceId() : all.back(), page, as_of);
      EXPECT_OK(devices);
      EXPECT_LE(devices->size(), page);
      if (!devices.ok() || devices->empty()) return all;
      for (const DeviceId& id : IdsOf(*devices)) all.push_back(id);
    }
  }
  static std::vector<DeviceId> IdsOf(const std::vector<LinkedDevice>& devices) {
    std::vector<DeviceId> ids;
    ids.reserve(devices.size());
    for (const LinkedDevice& device : devices) ids.push_back(device.device);
    return ids;
  }

  Engine& engine_ = testing::EmptyStore();
  FakeRandom random_;
  Batch batch_;
};

TEST_F(DeviceReaderTest, PagesTogetherAreAllDevicesInOrder) {
  for (int i = 0; i < 3'000; ++i) {
    const DeviceId device = DeviceId::Generate(random_);
    for (uint64_t subjects = random_.Next64() % 3; subjects-- > 0;) {
      const uint64_t stamp = 1 + random_.Next64() % 10;
      const SubjectId subject = Link(device, stamp);
      // Some went to another device since.
      if (random_.Next64() % 4 == 0) SetEdge(device, subject, stamp + 3, false);
    }
  }
  WriteAll();
  for (const uint64_t stamp : {5, 10}) {
    const KnownStamp as_of = KnownStamp::FromRaw(stamp);
    const std::vector<DeviceId> all = All(as_of);
    EXPECT_THAT(all, SizeIs(::testing::Gt(500u)));
    for (const size_t page : {1'000, 37}) {
      EXPECT_THAT(ByPages(page, as_of), ElementsAreArray(all));
    }
  }
}

// Of a shard whose number is that of the first, the last, and some between.
TEST_F(DeviceReaderTest, DevicesAtTheEdgesOfShardsAreListedOnce) {
  for (const int first : {0, 0x03, 0x04, 0x7f, 0xfc, 0xff}) {
    for (const int second : {0, 1, 0xff}) {
      for (const int last : {1, 2, 0xff}) {
        std::string bytes(DeviceId::kSize, '\0');
        bytes[0] = static_cast<char>(first);
        bytes[1] = static_cast<char>(second);
        bytes[DeviceId::kSize - 1] = static_cast<char>(last);
        Link(*DeviceId::FromBytes(bytes), 1);
      }
    }
  }
  WriteAll();
  EXPECT_THAT(ByPages(1, KnownStamp::Max()),
              ElementsAreArray(All(KnownStamp::Max())));
  EXPECT_THAT(All(KnownStamp::Max()), SizeIs(54));
}

TEST_F(DeviceReaderTest, AFleetWithoutDevicesHasNoPage) {
  EXPECT_THAT(ByPages(100, KnownStamp::Max()), IsEmpty());
}

}  // namespace
}  // namespace rollcall::collector
