#include "collector/ledger/ledger_line.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/collector/ledger/ledger_fixture.h"

namespace rollcall::collector {
namespace {

using ::rollcall::testing::StatusIs;
using ::testing::HasSubstr;

const absl::Time kTime =
    absl::FromUnixSeconds(1'770'000'000) + absl::Microseconds(42);

LedgerLine SomeLine() {
  return {7,
          kTime,
          {"change-set-approved",
           "ina",
           {{"change_set", "00ff"}, {"comment", "so be it"}}}};
}

TEST(LedgerLine, IsOneObjectInAFixedOrder) {
  ASSERT_OK_AND_ASSIGN(const std::string text, WriteLedgerLine(SomeLine()));
  EXPECT_EQ(text, R"({"index":7,"time":"2026-02-02T02:40:00.000042Z",)"
                  R"("kind":"change-set-approved","actor":"ina",)"
                  R"("facts":{"change_set":"00ff","comment":"so be it"}})");
}

TEST(LedgerLine, SaysAfterReadingWhatWasWritten) {
  LedgerLine line = SomeLine();
  line.entry.actor = "Jörg \"the\" \\ 語";
  line.entry.facts = {{"z", std::string("a\n\r\t\0\x1f\x7f", 7)},
                      {"a", "\xe2\x80\xa8 and 🂡"},
                      {"empty", ""}};
  ASSERT_OK_AND_ASSIGN(const std::string text, WriteLedgerLine(line));
  EXPECT_EQ(text.find('\n'), std::string::npos);
  ASSERT_OK_AND_ASSIGN(const LedgerLine read, ParseLedgerLine(text));
  EXPECT_EQ(read.index, line.index);
  EXPECT_EQ(read.time, line.time);
  EXPECT_EQ(read.entry.kind, line.entry.kind);
  EXPECT_EQ(read.entry.actor, line.entry.actor);
  EXPECT_EQ(read.entry.facts, line.entry.facts);
  EXPECT_EQ(read.entry.Fact("empty"), "");
  EXPECT_EQ(read.entry.Fact("z"), line.entry.facts[0].second);
}

TEST(LedgerLine, RefusesWhatIsNoEntry) {
  const auto refused = [](auto change) {
    LedgerLine line = SomeLine();
    change(line.entry);
    return WriteLedgerLine(line);
  };
  for (const std::string& kind :
       {std::string(), std::string("Approved"), std::string("a b"),
        std::string("a_b"), std::string(65, 'a')}) {
    EXPECT_THAT(refused([&](LedgerEntry& entry) { entry.kind = kind; }),
                StatusIs(kInvalid, HasSubstr("kind")));
  }
  for (const std::string& actor :
       {std::string(), std::string("\xff"), std::string(257, 'a')}) {
    EXPECT_THAT(refused([&](LedgerEntry& entry) { entry.actor = actor; }),
                StatusIs(kInvalid, HasSubstr("actor")));
  }
  for (const std::string& name : {std::string(), std::string("A"),
                                  std::string("a-b"), std::string(65, 'a')}) {
    EXPECT_THAT(
        refused([&](LedgerEntry& entry) { entry.facts[0].first = name; }),
        StatusIs(kInvalid, HasSubstr("name")));
  }
  EXPECT_THAT(refused([](LedgerEntry& entry) {
                entry.facts.emplace_back("comment", "again");
              }),
              StatusIs(kInvalid, HasSubstr("twice")));
  EXPECT_THAT(refused([](LedgerEntry& entry) {
                entry.facts[1].second = "\xed\xa0\x80";
              }),
              StatusIs(kInvalid, HasSubstr("UTF-8")));
}

TEST(LedgerLine, HasAtMostItsBytes) {
  LedgerLine line = SomeLine();
  line.entry.facts[1].second.clear();
  ASSERT_OK_AND_ASSIGN(const std::string without, WriteLedgerLine(line));
  const size_t room = kMaxLedgerLineBytes - without.size();
  line.entry.facts[1].second.assign(room, 'x');
  ASSERT_OK_AND_ASSIGN(const std::string full, WriteLedgerLine(line));
  EXPECT_OK(ParseLedgerLine(full));
  line.entry.facts[1].second += 'x';
  EXPECT_THAT(WriteLedgerLine(line), StatusIs(kInvalid, HasSubstr("bytes")));
}

TEST(LedgerLine, IsTakenInOneFormOnly) {
  ASSERT_OK_AND_ASSIGN(const std::string text, WriteLedgerLine(SomeLine()));
  const auto replaced = [&](absl::string_view from, absl::string_view to) {
    const std::string other = absl::StrReplaceAll(text, {{from, to}});
    EXPECT_NE(other, text);
    return other;
  };
  const std::string wrong[] = {
      "",
      "null",
      "[]",
      "{}",
      "\"text\"",
      text + " ",
      text + text,
      text.substr(0, text.size() - 1),
      std::string(1'000'000, '['),
      replaced(":7", ":07"),
      replaced(":7", ":7.0"),
      replaced(":7", ":-7"),
      replaced(":7", ":\"7\""),
      replaced(":7", ":99999999999999999999"),
      replaced(",\"kind\"", ", \"kind\""),
      replaced("so be it", "so be\\u0020it"),
      replaced("so be it", "so\\/be"),
      replaced("so be it", "\xff"),
      replaced("000042Z", "000042+00:00"),
      replaced("000042Z", "00004Z"),
      replaced("2026-02-02T02", "2026-02-02T24"),
      replaced("\"00ff\"", "7"),
      replaced("\"00ff\"", "{}"),
      replaced("\"comment\"", "\"change_set\""),
      replaced("\"kind\":", "\"kinds\":"),
      replaced("}}", "},\"more\":\"\"}"),
      replaced("\"index\":7,", "\"index\":7,\"index\":7,"),
      R"({"time":"2026-02-02T02:40:00.000042Z","index":7,)"
      R"("kind":"a","actor":"b","facts":{}})",
  };
  for (const std::string& each : wrong) {
    EXPECT_THAT(ParseLedgerLine(each), StatusIs(kInvalid)) << each;
  }
}

}  // namespace
}  // namespace rollcall::collector
