#include "collector/identity/evidence_pieces.h"

#include <set>

#include "tests/support/proto_matchers.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::FromText;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<EvidencePiece> Pieces(const std::string& text) {
  return PiecesOf(FromText<v1::Evidence>(text));
}

TEST(PiecesOf, TakesAllKindsTheWeightiestFirst) {
  const auto pieces = Pieces(R"pb(
    tpm_endorsement_key: "ab"
    cloud_instance_id: "aws/i-1"
    system_serial: "790H8D2"
    system_manufacturer: "Dell Inc."
    system_product: "Latitude"
    system_uuid: "00112233-4455-6677-8899-aabbccddeeff"
    disk_ids: "eui.2"
    disk_ids: "eui.1"
    permanent_macs: "00:11:22:33:44:55"
    machine_id: "m"
    hostname: "laptop"
  )pb");
  std::vector<EvidenceKind> kinds;
  kinds.reserve(pieces.size());
  for (const auto& piece : pieces) kinds.push_back(piece.kind);
  EXPECT_THAT(
      kinds,
      ElementsAre(EvidenceKind::kTpmKey, EvidenceKind::kCloudInstance,
                  EvidenceKind::kSerialNumber, EvidenceKind::kSystemUuid,
                  EvidenceKind::kDisk, EvidenceKind::kDisk, EvidenceKind::kMac,
                  EvidenceKind::kMachineId, EvidenceKind::kHostname));
  EXPECT_EQ(pieces[2].Text(), "dell inc. latitude 790h8d2");
}

TEST(PiecesOf, BothByteOrdersOfAUuidAreOneValue) {
  const auto one =
      Pieces("system_uuid: '00112233-4455-6677-8899-aabbccddeeff'");
  const auto other =
      Pieces("system_uuid: '33221100-5544-7766-8899-AABBCCDDEEFF'");
  ASSERT_THAT(one, SizeIs(1));
  EXPECT_EQ(one, other);
  EXPECT_NE(one, Pieces("system_uuid: '00112233-4455-6677-8899-aabbccddee00'"));
}

TEST(PiecesOf, AUuidThatSaysThereIsNoneIsNone) {
  EXPECT_THAT(Pieces("system_uuid: '00000000-0000-0000-0000-000000000000'"),
              IsEmpty());
  EXPECT_THAT(Pieces("system_uuid: 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF'"),
              IsEmpty());
  EXPECT_THAT(Pieces("system_uuid: 'Not Settable'"), IsEmpty());
  EXPECT_THAT(Pieces("system_uuid: '0011'"), IsEmpty());
}

TEST(PiecesOf, ASerialNumberCountsWithItsMakerAndModel) {
  const auto dell =
      Pieces("system_serial: '1' system_manufacturer: 'Dell Inc.'");
  EXPECT_EQ(dell, Pieces("system_serial: ' 1 ' "
                         "system_manufacturer: 'DELL Inc.'"));
  EXPECT_NE(dell, Pieces("system_serial: '1' system_manufacturer: 'HP'"));
  EXPECT_NE(dell, Pieces("system_serial: '1' system_product: 'Dell Inc.'"));
  EXPECT_THAT(Pieces("system_manufacturer: 'Dell Inc.'"), IsEmpty());
}

TEST(PiecesOf, OfAContainerOnlyTheInstallationCounts) {
  const auto pieces = Pieces(
      "in_container: true system_serial: '1' disk_ids: 'd' permanent_macs: 'm' "
      "system_uuid: '00112233-4455-6677-8899-aabbccddeeff' machine_id: 'i'");
  ASSERT_THAT(pieces, SizeIs(1));
  EXPECT_EQ(pieces[0].kind, EvidenceKind::kMachineId);
}

TEST(PiecesOf, ABlankValueIsNone) {
  EXPECT_THAT(Pieces("machine_id: ' ' hostname: '' disk_ids: '' "
                     "system_serial: '  ' system_manufacturer: 'x'"),
              IsEmpty());
}

TEST(PiecesOf, ValuesThatRepeatCountOnce) {
  EXPECT_THAT(Pieces("disk_ids: 'A' disk_ids: 'a '"), SizeIs(1));
}

TEST(EvidencePiece, HashesDifferByKindAndValue) {
  std::set<uint64_t> hashes;
  for (const EvidenceKindInfo& info : AllEvidenceKinds()) {
    hashes.insert(EvidencePiece{info.kind, "1"}.Hash());
    hashes.insert(EvidencePiece{info.kind, "2"}.Hash());
  }
  EXPECT_THAT(hashes, SizeIs(2 * AllEvidenceKinds().size()));
}

TEST(EvidencePiece, AHashIsStoredAndSoNeverChanges) {
  // SHA-256 of 00000003 followed by "abc".
  EXPECT_EQ((EvidencePiece{EvidenceKind::kSerialNumber, "abc"}.Hash()),
            0xd04b72a650ce0f8cu);
}

TEST(AllEvidenceKinds, AreFoundByTheirKindAndOrderedByWeight) {
  int before = 1'000;
  for (const EvidenceKindInfo& info : AllEvidenceKinds()) {
    EXPECT_EQ(&InfoOf(info.kind), &info);
    EXPECT_LE(info.weight, before);
    EXPECT_GT(info.weight, 0);
    before = info.weight;
  }
}

}  // namespace
}  // namespace rollcall::collector
