#include "collector/presence/machine_traits.h"

#include "gmock/gmock.h"

namespace rollcall::collector {
namespace {

using ::testing::ElementsAre;

TEST(ComparableSerial, IgnoresCaseBlanksAndPunctuation) {
  EXPECT_EQ(ComparableSerial(" vmware-56 4d.3c "), "VMWARE564D3C");
  EXPECT_EQ(ComparableSerial("7xk2j03"), ComparableSerial("7XK2-J03"));
}

TEST(ComparableSerial, TakesSerialNumbersOfLettersAlone) {
  EXPECT_EQ(ComparableSerial("GHJKLMNPQR"), "GHJKLMNPQR");
}

TEST(ComparableSerial, IsEmptyForWhatNumbersNothing) {
  for (const char* text :
       {"", "  ", "--", "To be filled by O.E.M.", "Default string", "None",
        "N/A", "0000000", "0", "xxxxxxxx", "........"}) {
    EXPECT_EQ(ComparableSerial(text), "") << text;
  }
}

TEST(ComparableSerial, KeepsTextBeyondAscii) {
  EXPECT_EQ(ComparableSerial("\xc3\xbc-12345"),
            "\xc3\xbc"
            "12345");
}

TEST(SameHost, HoldsForOneBareName) {
  EXPECT_TRUE(SameHost("pc-1", "pc-1"));
  EXPECT_TRUE(SameHost("pc-1", "pc-1.a.example"));
  EXPECT_TRUE(SameHost("pc-1.a.example", "pc-1"));
  EXPECT_FALSE(SameHost("pc-1.a.example", "pc-1.b.example"));
  EXPECT_FALSE(SameHost("pc-1", "pc-10"));
  EXPECT_FALSE(SameHost("pc-1", "pc-10.example"));
}

TEST(MakeComparable, NormalisesEachField) {
  MachineTraits traits;
  traits.serial = "s-123456";
  traits.hostname = " PC-1.Example. ";
  traits.macs = {"00-1A-2B-03-04-06", "001a.2b03.0405", "00:1a:2b:03:04:05",
                 "ff:ff:ff:ff:ff:ff", "nonsense"};
  const ComparableTraits comparable = MakeComparable(traits);
  EXPECT_EQ(comparable.serial, "S123456");
  EXPECT_EQ(comparable.hostname, "pc-1.example");
  EXPECT_THAT(comparable.macs,
              ElementsAre("00:1a:2b:03:04:05", "00:1a:2b:03:04:06"));
}

}  // namespace
}  // namespace rollcall::collector
