#include "collector/identity/evidence.h"

#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::FromText;
using ::rollcall::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

v1::Evidence PlainLaptop() {
  return FromText<v1::Evidence>(R"pb(
    machine_id: "0123456789abcdef0123456789abcdef"
    system_uuid: "4c4c4544-0039-3010-8048-b7c04f384432"
    system_serial: "790H8D2"
    system_manufacturer: "Dell Inc."
    system_product: "Latitude"
    permanent_macs: "00:11:22:33:44:55"
    disk_ids: "eui.1"
  )pb");
}

TEST(CompareEvidence, AMachineIsItself) {
  EXPECT_FALSE(CompareEvidence(PlainLaptop(), PlainLaptop()).IsAnotherDevice());
}

TEST(CompareEvidence, ANewDiskAndANewSystemLeaveTheMachineWhatItIs) {
  v1::Evidence reinstalled = PlainLaptop();
  reinstalled.set_machine_id("fedcba98765432100123456789abcdef");
  reinstalled.set_disk_ids(0, "eui.2");
  EXPECT_FALSE(CompareEvidence(PlainLaptop(), reinstalled).IsAnotherDevice());
}

TEST(CompareEvidence, ASwappedBoardLeavesTheMachineWhatItIs) {
  v1::Evidence swapped = PlainLaptop();
  swapped.set_system_uuid("00000000-1111-2222-3333-444444444444");
  swapped.set_system_serial("OTHER");
  swapped.set_permanent_macs(0, "66:77:88:99:aa:bb");
  EXPECT_FALSE(CompareEvidence(PlainLaptop(), swapped).IsAnotherDevice());
}

TEST(CompareEvidence, WhereNothingAgreesItIsAnotherDevice) {
  const auto other = FromText<v1::Evidence>(R"pb(
    machine_id: "ffffffffffffffffffffffffffffffff"
    permanent_macs: "66:77:88:99:aa:bb"
  )pb");
  const EvidenceComparison comparison = CompareEvidence(PlainLaptop(), other);
  EXPECT_TRUE(comparison.IsAnotherDevice());
  EXPECT_THAT(comparison.differing,
              ElementsAre("machine id", "permanent MACs"));
}

TEST(CompareEvidence, OneDifferenceAloneProvesNothing) {
  const auto only_id = FromText<v1::Evidence>("machine_id: 'aa'");
  EXPECT_FALSE(CompareEvidence(PlainLaptop(), only_id).IsAnotherDevice());
  EXPECT_FALSE(
      CompareEvidence(v1::Evidence(), v1::Evidence()).IsAnotherDevice());
}

TEST(CompareEvidence, ASerialNumberCountsWithItsMakerAndModelOnly) {
  v1::Evidence other_maker = PlainLaptop();
  other_maker.set_system_manufacturer("Other");
  EXPECT_THAT(CompareEvidence(PlainLaptop(), other_maker).differing,
              ElementsAre("serial number"));
}

TEST(ValidateEvidence, BoundsWhatItDoesNotKnow) {
  v1::Evidence evidence = PlainLaptop();
  evidence.GetReflection()->MutableUnknownFields(&evidence)->AddLengthDelimited(
      1'000, std::string(200'000, 'x'));
  EXPECT_THAT(ValidateEvidence(evidence),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("at most 163840")));
}

TEST(ValidateEvidence, NamesTheFieldThatIsTooLong) {
  v1::Evidence evidence = PlainLaptop();
  evidence.set_hostname(std::string(257, 'h'));
  EXPECT_THAT(ValidateEvidence(evidence),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("evidence.hostname has 257 bytes")));
}

}  // namespace
}  // namespace rollcall::collector
