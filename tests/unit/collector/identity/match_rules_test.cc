#include "collector/identity/match_rules.h"

#include <algorithm>
#include <set>

#include "tests/support/proto_matchers.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::FromText;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Outcome = KindFinding::Outcome;

const char kLaptop[] = R"pb(
  system_serial: "790H8D2"
  system_manufacturer: "Dell Inc."
  system_product: "Latitude"
  system_uuid: "4c4c4544-0039-3010-8048-b7c04f384432"
  disk_ids: "eui.1"
  permanent_macs: "00:11:22:33:44:55"
  permanent_macs: "00:11:22:33:44:66"
  machine_id: "0123456789abcdef0123456789abcdef"
  hostname: "laptop"
)pb";

v1::Evidence TypicalLaptop() { return FromText<v1::Evidence>(kLaptop); }

MatchDecision Compare(const v1::Evidence& a, const v1::Evidence& b,
                      const std::vector<std::string>& worthless = {}) {
  return CompareMachines(
      PiecesOf(a), PiecesOf(b), [&](const EvidencePiece& piece) {
        return std::count(worthless.begin(), worthless.end(), piece.value) > 0;
      });
}

MatchVerdict Verdict(const v1::Evidence& a, const v1::Evidence& b,
                     const std::vector<std::string>& worthless = {}) {
  const MatchVerdict verdict = Compare(a, b, worthless).verdict;
  EXPECT_EQ(verdict, Compare(b, a, worthless).verdict) << "not symmetric";
  return verdict;
}

void Reinstall(v1::Evidence& evidence) {
  evidence.set_machine_id("feed");
  evidence.set_hostname("renamed");
}
void ReplaceDisk(v1::Evidence& evidence) {
  evidence.mutable_disk_ids()->Clear();
  evidence.add_disk_ids("eui.new");
}
void ReplaceBoard(v1::Evidence& evidence) {
  evidence.set_system_uuid("00000000-1111-2222-3333-444444444444");
  evidence.mutable_permanent_macs()->Clear();
  evidence.add_permanent_macs("66:77:88:99:aa:bb");
}

TEST(CompareMachines, ANewSystemOnTheSameHardwareMatches) {
  v1::Evidence other = TypicalLaptop();
  Reinstall(other);
  EXPECT_EQ(Verdict(TypicalLaptop(), other), MatchVerdict::kMatch);
}

TEST(CompareMachines, ANewDiskWithANewSystemMatches) {
  v1::Evidence other = TypicalLaptop();
  Reinstall(other);
  ReplaceDisk(other);
  EXPECT_EQ(Verdict(TypicalLaptop(), other), MatchVerdict::kMatch);
}

TEST(CompareMachines, ASwappedBoardMatchesWhereSerialNumberAndDiskStayed) {
  v1::Evidence other = TypicalLaptop();
  ReplaceBoard(other);
  EXPECT_EQ(Verdict(TypicalLaptop(), other), MatchVerdict::kMatch);
}

TEST(CompareMachines, ASwappedBoardWithAnotherSerialNumberIsNoMatch) {
  v1::Evidence other = TypicalLaptop();
  ReplaceBoard(other);
  other.set_system_serial("NEW");
  EXPECT_EQ(Verdict(TypicalLaptop(), other), MatchVerdict::kNone);
}

TEST(CompareMachines, OnlyTheSerialNumberLeftIsNoMatch) {
  v1::Evidence other = TypicalLaptop();
  ReplaceBoard(other);
  ReplaceDisk(other);
  EXPECT_EQ(Verdict(TypicalLaptop(), other), MatchVerdict::kNone);
}

TEST(CompareMachines, AGoldenImageOnOtherHardwareIsNoMatch) {
  v1::Evidence other = TypicalLaptop();
  ReplaceBoard(other);
  ReplaceDisk(other);
  other.set_system_serial("OTHER");
  const MatchDecision decision = Compare(TypicalLaptop(), other);
  EXPECT_EQ(decision.verdict, MatchVerdict::kNone);
  EXPECT_EQ(decision.weight_for, 15);
}

TEST(CompareMachines, FillersThatNobodyLearntYetAreForAPerson) {
  v1::Evidence one = TypicalLaptop();
  one.set_system_serial("To be filled by O.E.M.");
  one.set_system_uuid("03000200-0400-0500-0006-000700080009");
  v1::Evidence two = one;
  ReplaceDisk(two);
  two.mutable_permanent_macs()->Clear();
  two.add_permanent_macs("66:77:88:99:aa:bb");
  EXPECT_EQ(Verdict(one, two), MatchVerdict::kPossible);
  EXPECT_EQ(Verdict(one, two,
                    {"dell inc.\x1flatitude\x1fto be filled by o.e.m.",
                     PiecesOf(one)[1].value}),
            MatchVerdict::kNone);
}

TEST(CompareMachines, FillersAndADockThatMovedAreNoMatch) {
  v1::Evidence one = TypicalLaptop();
  one.set_system_serial("To be filled by O.E.M.");
  one.set_system_uuid("03000200-0400-0500-0006-000700080009");
  one.mutable_permanent_macs()->Clear();
  one.add_permanent_macs("dock");
  v1::Evidence two = one;
  ReplaceDisk(two);
  one.add_permanent_macs("own-1");
  two.add_permanent_macs("own-2");
  EXPECT_EQ(Verdict(one, two), MatchVerdict::kPossible);
}

TEST(CompareMachines, ADockThatMovedMakesNoMatchOfLaptops) {
  v1::Evidence one = TypicalLaptop();
  one.add_permanent_macs("dock");
  const auto two = FromText<v1::Evidence>(R"pb(
    system_serial: "OTHER"
    system_manufacturer: "Dell Inc."
    system_product: "Latitude"
    system_uuid: "4c4c4544-0039-3010-8048-b7c04f384433"
    disk_ids: "eui.2"
    permanent_macs: "dock"
  )pb");
  EXPECT_EQ(Verdict(one, two), MatchVerdict::kNone);
}

TEST(CompareMachines, AnotherDockLeavesTheLaptopWhatItIs) {
  v1::Evidence one = TypicalLaptop();
  one.add_permanent_macs("dock-1");
  v1::Evidence two = TypicalLaptop();
  two.add_permanent_macs("dock-2");
  Reinstall(two);
  ReplaceDisk(two);
  EXPECT_EQ(Verdict(one, two), MatchVerdict::kMatch);
}

TEST(CompareMachines, AVirtualMachineMatchesByUuidAndMac) {
  const auto guest = FromText<v1::Evidence>(R"pb(
    system_uuid: "4c4c4544-0039-3010-8048-b7c04f384432"
    permanent_macs: "52:54:00:00:00:01"
  )pb");
  EXPECT_EQ(Verdict(guest, guest), MatchVerdict::kMatch);
  v1::Evidence other_disk = guest;
  other_disk.add_disk_ids("b");
  v1::Evidence disk = guest;
  disk.add_disk_ids("a");
  EXPECT_EQ(Verdict(disk, other_disk), MatchVerdict::kPossible);
}

TEST(CompareMachines, ACloudInstanceIsItselfAndNoOther) {
  const auto one = FromText<v1::Evidence>("cloud_instance_id: 'aws/i-1'");
  EXPECT_EQ(Verdict(one, one), MatchVerdict::kMatch);
  v1::Evidence two = TypicalLaptop();
  two.set_cloud_instance_id("aws/i-2");
  v1::Evidence three = TypicalLaptop();
  three.set_cloud_instance_id("aws/i-3");
  EXPECT_EQ(Verdict(two, three), MatchVerdict::kPossible);
}

TEST(CompareMachines, ATpmKeyIsEnough) {
  const auto one = FromText<v1::Evidence>("tpm_endorsement_key: 'ab'");
  EXPECT_EQ(Verdict(one, one), MatchVerdict::kMatch);
  EXPECT_EQ(Verdict(one, one, {"ab"}), MatchVerdict::kNone);
}

TEST(CompareMachines, OneOfManyDisksMayBeReplaced) {
  v1::Evidence one = TypicalLaptop();
  ReplaceBoard(one);
  one.add_disk_ids("eui.3");
  one.add_disk_ids("eui.4");
  v1::Evidence two = TypicalLaptop();
  two.add_disk_ids("eui.3");
  two.add_disk_ids("eui.5");
  EXPECT_EQ(Compare(one, two).findings[2].outcome, Outcome::kAgrees);
  EXPECT_EQ(Verdict(one, two), MatchVerdict::kMatch);
}

TEST(CompareMachines, NothingIsNothing) {
  const MatchDecision decision = Compare(v1::Evidence(), v1::Evidence());
  EXPECT_EQ(decision.verdict, MatchVerdict::kNone);
  EXPECT_THAT(decision.findings, IsEmpty());
}

TEST(CompareMachines, EveryKindIsExplained) {
  v1::Evidence other = TypicalLaptop();
  ReplaceDisk(other);
  other.clear_hostname();
  const MatchDecision decision =
      Compare(TypicalLaptop(), other, {"0123456789abcdef0123456789abcdef"});
  std::vector<std::string> texts;
  for (const auto& finding : decision.findings) {
    texts.push_back(FindingText(finding));
  }
  EXPECT_THAT(texts, Contains("serial number agrees (80): dell inc. latitude "
                              "790h8d2"));
  EXPECT_THAT(texts, Contains("disk differs (50): eui.1 / eui.new"));
  EXPECT_THAT(texts, Contains("host name is known of one only: laptop"));
  EXPECT_THAT(texts, Contains(HasSubstr("machine id is on several live")));
}

// Every combination of agreeing, differing and missing over the kinds that can
// decide.
TEST(CompareMachines, NoCombinationMatchesAgainstStrongEvidence) {
  constexpr EvidenceKind kStrong[] = {
      EvidenceKind::kTpmKey,       EvidenceKind::kCloudInstance,
      EvidenceKind::kSerialNumber, EvidenceKind::kSystemUuid,
      EvidenceKind::kDisk,         EvidenceKind::kMac};
  int matches = 0;
  for (int combination = 0; combination < 729; ++combination) {
    std::vector<EvidencePiece> a;
    std::vector<EvidencePiece> b;
    std::set<EvidenceKind> agrees;
    std::set<EvidenceKind> differs;
    int weight = 0;
    int rest = combination;
    for (const EvidenceKind kind : kStrong) {
      const int choice = rest % 3;
      rest /= 3;
      if (choice == 0) continue;
      a.push_back({kind, "x"});
      b.push_back({kind, choice == 1 ? "x" : "y"});
      (choice == 1 ? agrees : differs).insert(kind);
      if (choice == 1) weight += InfoOf(kind).weight;
    }
    const auto all_worth = [](const EvidencePiece&) { return false; };
    const MatchDecision decision = CompareMachines(a, b, all_worth);
    EXPECT_EQ(decision.verdict, CompareMachines(b, a, all_worth).verdict);
    EXPECT_EQ(decision.weight_for, weight);
    const auto none = [](const EvidencePiece&) { return true; };
    EXPECT_EQ(CompareMachines(a, b, none).verdict, MatchVerdict::kNone);
    if (decision.verdict != MatchVerdict::kMatch) {
      EXPECT_EQ(decision.verdict == MatchVerdict::kPossible,
                weight >= kMatchWeight)
          << combination;
      continue;
    }
    ++matches;
    EXPECT_GE(weight, kMatchWeight);
    EXPECT_FALSE(differs.contains(EvidenceKind::kSerialNumber));
    EXPECT_FALSE(differs.contains(EvidenceKind::kCloudInstance));
    EXPECT_TRUE(agrees.contains(EvidenceKind::kTpmKey) ||
                agrees.contains(EvidenceKind::kCloudInstance) ||
                agrees.contains(EvidenceKind::kDisk) ||
                agrees.contains(EvidenceKind::kMac));
  }
  EXPECT_GT(matches, 50);
  EXPECT_LT(matches, 365);
}

TEST(LivedAtOnce, IsThatEachSpokeAfterTheOtherBegan) {
  const auto span = [](int first, int last) {
    return LifeSpan{absl::FromUnixSeconds(first), absl::FromUnixSeconds(last)};
  };
  EXPECT_TRUE(LivedAtOnce(span(1, 10), span(5, 20)));
  EXPECT_TRUE(LivedAtOnce(span(5, 20), span(1, 10)));
  EXPECT_TRUE(LivedAtOnce(span(1, 20), span(5, 6)));
  EXPECT_FALSE(LivedAtOnce(span(1, 5), span(5, 20)));
  EXPECT_FALSE(LivedAtOnce(span(1, 4), span(5, 20)));
  EXPECT_FALSE(LivedAtOnce(span(1, 10), span(5, 5)));
}

}  // namespace
}  // namespace rollcall::collector
