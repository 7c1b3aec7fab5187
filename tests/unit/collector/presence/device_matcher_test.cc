#include "collector/presence/device_matcher.h"

#include <algorithm>
#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"

namespace rollcall::collector {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

MachineTraits Machine(const std::string& id, const std::string& serial = "",
                      const std::string& hostname = "",
                      std::vector<std::string> macs = {}) {
  MachineTraits traits;
  traits.id = id;
  if (!serial.empty()) traits.serial = serial;
  if (!hostname.empty()) traits.hostname = hostname;
  traits.macs = std::move(macs);
  return traits;
}

std::string Mac(int n) {
  return absl::StrFormat("00:1a:00:%02x:%02x:%02x", n >> 16 & 0xff,
                         n >> 8 & 0xff, n & 0xff);
}

std::string Word(MatchOutcome::Kind kind) {
  switch (kind) {
    case MatchOutcome::Kind::kMatched:
      return "=";
    case MatchOutcome::Kind::kAmbiguous:
      return "?";
    case MatchOutcome::Kind::kAlone:
      return "~";
  }
  return "";
}

// What became of each line: "A=d1", "A?d1,d2" or "A~d1" (nearest) or "A~".
std::vector<std::string> Outcomes(const std::vector<MachineTraits>& lines,
                                  const std::vector<MachineTraits>& devices) {
  const DeviceMatcher matcher(lines, devices);
  std::vector<std::string> outcomes;
  for (size_t i = 0; i < lines.size(); ++i) {
    std::vector<std::string> others;
    for (const uint32_t device : matcher.line(i).others) {
      others.push_back(devices[device].id);
    }
    outcomes.push_back(absl::StrCat(lines[i].id, Word(matcher.line(i).kind),
                                    absl::StrJoin(others, ",")));
  }
  return outcomes;
}

TEST(DeviceMatcher, MatchesByEachField) {
  EXPECT_THAT(Outcomes({Machine("A", "s-10001"), Machine("B", "", "pc-2"),
                        Machine("C", "", "", {Mac(3)})},
                       {Machine("d1", "S10001"), Machine("d2", "", "PC-2"),
                        Machine("d3", "", "", {Mac(3), Mac(4)})}),
              ElementsAre("A=d1", "B=d2", "C=d3"));
}

TEST(DeviceMatcher, TheStrongerFieldWins) {
  EXPECT_THAT(Outcomes({Machine("A", "S10001", "pc-2", {Mac(3)})},
                       {Machine("d1", "S10001"), Machine("d2", "", "pc-2"),
                        Machine("d3", "", "", {Mac(3)})}),
              ElementsAre("A=d1"));
  EXPECT_THAT(
      Outcomes({Machine("A", "", "pc-2", {Mac(3)})},
               {Machine("d2", "", "pc-2"), Machine("d3", "", "", {Mac(3)})}),
      ElementsAre("A=d3"));
}

TEST(DeviceMatcher, ARenamedDeviceIsFoundByItsSerial) {
  EXPECT_THAT(Outcomes({Machine("A", "S10001", "old-name", {Mac(1)})},
                       {Machine("d1", "S10001", "new-name", {Mac(2)})}),
              ElementsAre("A=d1"));
}

TEST(DeviceMatcher, DifferentSerialsKeepApartWhateverElseAgrees) {
  const std::vector<MachineTraits> lines = {
      Machine("A", "S10001", "pc-1", {Mac(1)})};
  const std::vector<MachineTraits> devices = {
      Machine("d1", "S10002", "pc-1", {Mac(1)})};
  EXPECT_THAT(Outcomes(lines, devices), ElementsAre("A~d1"));
  const DeviceMatcher matcher(lines, devices);
  EXPECT_TRUE(matcher.values().Blocked(0, 0));
  EXPECT_THAT(matcher.values().Compare(0, 0).agreeing,
              ElementsAre(MatchField::kMac, MatchField::kHostname));
  EXPECT_THAT(matcher.values().Compare(0, 0).differing,
              ElementsAre(MatchField::kSerial));
}

TEST(DeviceMatcher, FillerTextsAreNoSerialNumbers) {
  EXPECT_THAT(Outcomes({Machine("A", "S10001", "pc-1")},
                       {Machine("d1", "To be filled by O.E.M.", "pc-1")}),
              ElementsAre("A=d1"));
}

TEST(DeviceMatcher, AValueOfManyLosesItsWeightByItself) {
  std::vector<MachineTraits> lines;
  std::vector<MachineTraits> devices;
  for (int i = 0; i < 10; ++i) {
    lines.push_back(
        Machine(absl::StrCat("A", i), "123456789", absl::StrCat("pc-", i)));
    devices.push_back(
        Machine(absl::StrCat("d", i), "123456789", absl::StrCat("pc-", i)));
  }
  lines.push_back(Machine("B", "123456789", "pc-99"));
  const auto outcomes = Outcomes(lines, devices);
  EXPECT_EQ(outcomes[3], "A3=d3");
  EXPECT_EQ(outcomes[10], "B~");
}

TEST(DeviceMatcher, ASerialThatIsNotItsOwnBlocksNothing) {
  EXPECT_THAT(Outcomes({Machine("A", "S10001", "pc-1")},
                       {Machine("d1", "123456789", "pc-1"),
                        Machine("d2", "123456789", "pc-2")}),
              ElementsAre("A=d1"));
}

TEST(DeviceMatcher, AFewCarriersAreToldApartByAWeakerField) {
  EXPECT_THAT(Outcomes({Machine("A", "S10001", "pc-1")},
                       {Machine("d1", "S10001", "pc-1"),
                        Machine("d2", "S10001", "pc-2")}),
              ElementsAre("A=d1"));
}

TEST(DeviceMatcher, AFewCarriersThatNothingTellsApartAreAmbiguous) {
  EXPECT_THAT(Outcomes({Machine("A", "S10001")},
                       {Machine("d2", "S10001"), Machine("d1", "S10001")}),
              ElementsAre("A?d1,d2"));
}

TEST(DeviceMatcher, TwoLinesForOneDeviceAreAmbiguous) {
  EXPECT_THAT(Outcomes({Machine("A", "S10001"), Machine("B", "S10001")},
                       {Machine("d1", "S10001")}),
              ElementsAre("A?d1", "B?d1"));
}

TEST(DeviceMatcher, ALineThatFitsTwoDevicesByTwoAddressesIsAmbiguous) {
  EXPECT_THAT(Outcomes({Machine("A", "", "", {Mac(1), Mac(2)})},
                       {Machine("d1", "", "", {Mac(1)}),
                        Machine("d2", "", "", {Mac(2)})}),
              ElementsAre("A?d1,d2"));
}

TEST(DeviceMatcher, ASharedDockAddressDoesNotHideTheOwnOne) {
  EXPECT_THAT(Outcomes({Machine("A", "", "", {Mac(1), Mac(9)}),
                        Machine("B", "", "", {Mac(2), Mac(9)})},
                       {Machine("d1", "", "", {Mac(1), Mac(9)}),
                        Machine("d2", "", "", {Mac(2), Mac(9)})}),
              ElementsAre("A=d1", "B=d2"));
}

TEST(DeviceMatcher, NothingIsDecidedByElimination) {
  // d1 is B's; that leaves d2 alone with the serial of two.
  EXPECT_THAT(Outcomes({Machine("A", "S10001"), Machine("B", "", "pc-1")},
                       {Machine("d1", "S10001", "pc-1"),
                        Machine("d2", "S10001", "pc-2")}),
              ElementsAre("A?d2", "B=d1"));
}

TEST(DeviceMatcher, NamesTheNearestWhereTheCounterpartIsTaken) {
  EXPECT_THAT(
      Outcomes({Machine("A", "S10001", "", {}), Machine("B", "", "", {Mac(1)})},
               {Machine("d1", "S10001", "", {Mac(1)})}),
      ElementsAre("A=d1", "B~d1"));
}

TEST(DeviceMatcher, OfEquallyNearOnesNamesTheOneWithTheLeastId) {
  EXPECT_THAT(Outcomes({Machine("A", "S10001", "", {Mac(1), Mac(2)})},
                       {Machine("d2", "S10002", "", {Mac(1)}),
                        Machine("d1", "S10003", "", {Mac(2)})}),
              ElementsAre("A~d1"));
}

TEST(DeviceMatcher, ABareNameFitsAQualifiedOne) {
  EXPECT_THAT(Outcomes({Machine("A", "", "pc-1")},
                       {Machine("d1", "", "pc-1.corp.example")}),
              ElementsAre("A=d1"));
  EXPECT_THAT(Outcomes({Machine("A", "", "pc-1.corp.example")},
                       {Machine("d1", "", "pc-1")}),
              ElementsAre("A=d1"));
}

TEST(DeviceMatcher, OneNameInTwoDomainsIsTwoHosts) {
  EXPECT_THAT(Outcomes({Machine("A", "", "web.a.example"),
                        Machine("B", "", "web.b.example")},
                       {Machine("d1", "", "web.b.example"),
                        Machine("d2", "", "web.a.example")}),
              ElementsAre("A=d2", "B=d1"));
  EXPECT_THAT(
      Outcomes({Machine("A", "", "web")}, {Machine("d1", "", "web.b.example"),
                                           Machine("d2", "", "web.a.example")}),
      ElementsAre("A?d1,d2"));
}

TEST(DeviceMatcher, AnExactNameIsNotHeldUpByABareOne) {
  EXPECT_THAT(
      Outcomes({Machine("A", "", "web.a.example")},
               {Machine("d1", "", "web.a.example"), Machine("d2", "", "web")}),
      ElementsAre("A=d1"));
}

TEST(DeviceMatcher, ANameOfManyMakesNoQualifiedOneTheOnlyFit) {
  std::vector<MachineTraits> devices = {Machine("lab", "", "debian.lab")};
  for (const char* id : {"d1", "d2", "d3", "d4", "d5"}) {
    devices.push_back(Machine(id, "", "debian"));
  }
  const MachineTraits line = Machine("A", "", "debian");
  EXPECT_THAT(Outcomes({line}, devices), ElementsAre("A?d1,d2,d3,d4,d5,lab"));
  // With one more the name says nothing, and leaves no other device either.
  devices.push_back(Machine("d6", "", "debian"));
  EXPECT_THAT(Outcomes({line}, devices), ElementsAre("A?lab"));
}

TEST(DeviceMatcher, TellsHowManyCarryAValue) {
  std::vector<MachineTraits> devices(7);
  for (size_t i = 0; i < devices.size(); ++i) {
    devices[i] = Machine(absl::StrCat("d", i), "123456789");
  }
  const std::vector<MachineTraits> lines = {
      Machine("A", "123456789", "pc-1", {Mac(1)}), Machine("B", "None")};
  const DeviceMatcher matcher(lines, devices);
  const auto uses = matcher.values().LineValues(0);
  ASSERT_EQ(uses.size(), 3u);
  EXPECT_EQ(uses[0].devices, 7u);
  EXPECT_EQ(uses[0].lines, 1u);
  EXPECT_FALSE(uses[0].counts);
  EXPECT_EQ(uses[1].devices, 0u);
  EXPECT_TRUE(uses[1].counts);
  EXPECT_EQ(uses[2].value, "pc-1");
  EXPECT_FALSE(matcher.values().LineValues(1)[0].counts);
}

TEST(DeviceMatcher, TakesEmptySides) {
  EXPECT_THAT(Outcomes({}, {Machine("d1", "S10001")}), IsEmpty());
  EXPECT_THAT(Outcomes({Machine("A", "S10001"), Machine("B")}, {}),
              ElementsAre("A~", "B~"));
}

// Machines with few distinct values, so that all kinds of conflict arise.
std::vector<MachineTraits> Jumble(const std::string& prefix, int count,
                                  std::mt19937& random) {
  const auto pick = [&](int choices) {
    return std::uniform_int_distribution<int>(0, choices - 1)(random);
  };
  std::vector<MachineTraits> machines;
  for (int i = 0; i < count; ++i) {
    MachineTraits& machine = machines.emplace_back();
    machine.id = absl::StrCat(prefix, i);
    if (pick(3) != 0) machine.serial = absl::StrCat("S1000", pick(count));
    if (pick(3) != 0) {
      machine.hostname =
          absl::StrCat("pc-", pick(count), pick(3) == 0 ? ".example" : "");
    }
    for (int mac = pick(3); mac > 0; --mac) {
      machine.macs.push_back(Mac(pick(count)));
    }
  }
  return machines;
}

TEST(DeviceMatcher, TheOrderOfItsInputsDoesNotMatter) {
  std::mt19937 random(7);  // NOLINT: a fixed sequence
  for (int round = 0; round < 300; ++round) {
    auto lines = Jumble("A", 8, random);
    auto devices = Jumble("d", 8, random);
    auto expected = Outcomes(lines, devices);
    std::sort(expected.begin(), expected.end());
    std::shuffle(lines.begin(), lines.end(), random);
    std::shuffle(devices.begin(), devices.end(), random);
    auto shuffled = Outcomes(lines, devices);
    std::sort(shuffled.begin(), shuffled.end());
    ASSERT_EQ(shuffled, expected) << "round " << round;
  }
}

TEST(DeviceMatcher, MatchesAreMutualAndNeverBlocked) {
  std::mt19937 random(11);  // NOLINT: a fixed sequence
  for (int round = 0; round < 300; ++round) {
    const auto lines = Jumble("A", 8, random);
    const auto devices = Jumble("d", 8, random);
    const DeviceMatcher matcher(lines, devices);
    for (size_t i = 0; i < lines.size(); ++i) {
      const MatchOutcome& outcome = matcher.line(i);
      if (outcome.kind == MatchOutcome::Kind::kAlone) continue;
      for (const uint32_t device : outcome.others) {
        EXPECT_FALSE(matcher.values().Blocked(i, device));
        EXPECT_THAT(matcher.device(device).others, ::testing::Contains(i));
        EXPECT_EQ(matcher.device(device).kind, outcome.kind);
      }
      if (outcome.kind == MatchOutcome::Kind::kMatched) {
        EXPECT_EQ(outcome.others.size(), 1u);
      }
    }
  }
}

TEST(DeviceMatcher, ComparesManyWithManyQuickly) {
  constexpr int kMachines = 10'000;
  std::vector<MachineTraits> lines;
  std::vector<MachineTraits> devices;
  for (int i = 0; i < kMachines; ++i) {
    // One filler text and one dock for all, which must not cost a product.
    lines.push_back(Machine(absl::StrCat("A", i), "123456789",
                            absl::StrCat("pc-", i), {Mac(i), Mac(99'999)}));
    devices.push_back(Machine(absl::StrCat("d", i), "123456789",
                              absl::StrCat("pc-", i, ".corp.example"),
                              {Mac(i), Mac(99'999)}));
  }
  const absl::Time start = absl::Now();
  const DeviceMatcher matcher(lines, devices);
  const absl::Duration took = absl::Now() - start;
  for (int i = 0; i < kMachines; ++i) {
    ASSERT_EQ(matcher.line(i).kind, MatchOutcome::Kind::kMatched);
    ASSERT_THAT(matcher.line(i).others, ElementsAre(i));
  }
  // A product of both sides would take minutes; sanitizers take seconds.
  EXPECT_LT(took, absl::Seconds(20));
  RecordProperty("milliseconds",
                 static_cast<int>(took / absl::Milliseconds(1)));
}

}  // namespace
}  // namespace rollcall::collector
