// One state folder on two hosts, each with files of its own.
#include "agent/app/host_evidence.h"

#include "absl/strings/str_cat.h"
#include "agent/state/host_binding.h"
#include "common/clock.h"
#include "gmock/gmock.h"
#include "tests/fixtures/fake_host.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace rollcall::agent {
namespace {

using ::rollcall::testing::EqualsProto;
using ::rollcall::testing::EqualsText;
using ::rollcall::testing::FakeHost;
using ::rollcall::testing::FakeHostProbe;
using ::rollcall::testing::TempDir;

// A guest made from an image: what the image holds, and what the hypervisor
// gave this one.
class Guest {
 public:
  explicit Guest(int number) {
    host_.File("/etc/hostname", "guest\n")
        .File("/etc/machine-id", "0123456789abcdef0123456789abcdef\n")
        .File("/sys/class/dmi/id/product_uuid",
              absl::StrCat("4c4c4544-0039-4410-8051-b4c04f57320", number, "\n"))
        .File("/sys/class/net/eth0/address",
              absl::StrCat("00:00:5e:00:53:0", number, "\n"))
        .File("/sys/class/net/eth0/addr_assign_type", "0\n")
        .File("/sys/class/net/eth0/type", "1\n")
        .File("/sys/class/net/eth0/device/uevent", "DRIVER=virtio_net\n")
        .File("/sys/block/vda/size", "1000\n")
        .File("/sys/block/vda/serial", "image\n")
        .File("/var/lib/dpkg/status", "Package: a\n\n");
  }

  v1::Evidence Evidence(const SourceSelection& selection = {}) const {
    return ReadHostEvidence(scanner_, selection);
  }
  v1::Evidence WholeScan() const {
    const auto scan = scanner_.Run({});
    EXPECT_OK(scan);
    return scan->evidence;
  }

 private:
  FakeHost host_;
  const FakeHostProbe probe_;
  const SystemClock clock_;
  const Scanner scanner_{host_.fs(), probe_, clock_};
};

AgentId Start(const v1::Evidence& evidence, const std::string& folder) {
  auto key = AgentKey::Open(folder);
  EXPECT_OK(key);
  EXPECT_OK(BindToHost(evidence, folder, *key));
  return key->agent();
}

TEST(HostEvidence, IsWhatAWholeScanWouldGive) {
  const Guest guest(1);
  EXPECT_THAT(guest.Evidence(), EqualsProto(guest.WholeScan()));
  EXPECT_TRUE(guest.Evidence().has_system_uuid());
  EXPECT_EQ(guest.Evidence().permanent_macs_size(), 1);
  EXPECT_EQ(guest.Evidence().disk_ids_size(), 1);
}

TEST(HostEvidence, ReadsNothingThatIsSwitchedOff) {
  const Guest guest(1);
  EXPECT_THAT(guest.Evidence({.only = {"os", "software"}}),
              EqualsText("hostname: 'guest' "
                         "machine_id: '0123456789abcdef0123456789abcdef'"));
  EXPECT_THAT(guest.Evidence({.only = {"software"}}), EqualsText(""));
}

TEST(HostEvidence, AKeyStaysOnItsHostAndIsReplacedOnACopy) {
  const Guest image(1);
  const Guest copy(2);
  const TempDir folder;
  const AgentId agent = Start(image.Evidence(), folder.path());
  EXPECT_EQ(Start(image.Evidence(), folder.path()), agent);
  const AgentId other = Start(copy.Evidence(), folder.path());
  EXPECT_NE(other, agent);
  EXPECT_EQ(Start(copy.Evidence(), folder.path()), other);
}

}  // namespace
}  // namespace rollcall::agent
