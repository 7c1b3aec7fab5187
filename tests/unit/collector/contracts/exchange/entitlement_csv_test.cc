#include "collector/contracts/exchange/entitlement_csv.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "collector/contracts/exchange/entitlement_line.h"
#include "common/text.h"
#include "gmock/gmock.h"
#include "tests/support/fake_random.h"
#include "tests/support/proto_matchers.h"

namespace rollcall::collector {
namespace {

using testing::EqualsText;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr char kColumnLine[] =
    "contract_number,vendor,publisher,product,version,edition,metric,quantity,"
    "start_date,end_date,unit_price,currency,purchase_order,line,"
    "organisation_unit\n";
constexpr char kLine[] =
    "C-1,Acme,Redis,Redis,7,Enterprise,core,64,2026-01-01,2026-12-31,120.5,eur,"
    "PO-1,1,Finance\n";

ImportedFile ReadFile(absl::string_view content) {
  const std::vector<std::string> metrics = {"core", "device"};
  return ReadEntitlementCsv(content, metrics);
}

// The file with one column of kLine changed.
ImportedFile ReadWith(absl::string_view column, absl::string_view value) {
  const std::vector<std::string> names =
      absl::StrSplit(absl::StripAsciiWhitespace(kColumnLine), ',');
  std::vector<std::string> cells =
      absl::StrSplit(absl::StripAsciiWhitespace(kLine), ',');
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i] == column) cells[i] = std::string(value);
  }
  return ReadFile(absl::StrCat(kColumnLine, absl::StrJoin(cells, ","), "\n"));
}

// What is wrong with a value: "column: reason", or "none".
std::string WrongWith(absl::string_view column, absl::string_view value) {
  const ImportedFile file = ReadWith(column, value);
  if (file.bad.empty()) return "none";
  const v1::ImportError& error = file.bad[0].errors[0];
  return absl::StrCat(error.column(), ": ", error.reason());
}

TEST(EntitlementCsv, ReadsEveryColumn) {
  const ImportedFile file = ReadFile(absl::StrCat(kColumnLine, kLine));
  EXPECT_THAT(file.bad, IsEmpty());
  EXPECT_EQ(file.line_count, 1);
  ASSERT_THAT(file.good, SizeIs(1));
  v1::Entitlement entitlement = file.good[0].entitlement();
  EXPECT_EQ(entitlement.entitlement_id(),
            ComputeEntitlementId("C-1", "PO-1", "1").ToHex());
  entitlement.clear_entitlement_id();
  EXPECT_THAT(entitlement, EqualsText(R"pb(
                contract_number: "C-1"
                vendor: "Acme"
                publisher: "Redis"
                product: "Redis"
                version: "7"
                edition: "Enterprise"
                metric: "core"
                quantity { value { numerator: 64 denominator: 1 } }
                start_date: "2026-01-01"
                end_date: "2026-12-31"
                unit_price { micros: 120500000 currency: "EUR" }
                purchase_order: "PO-1"
                line: "1"
                organisation_unit: "Finance"
                source_line: 2
              )pb"));
}

TEST(EntitlementCsv, LeavesWhatIsEmptyAbsent) {
  const ImportedFile file = ReadFile(
      "Contract Number,vendor,publisher,product,Metric,quantity,"
      "start date,line\nC-1,A,P,Q,DEVICE,unlimited,2026-01-01,1\n");
  ASSERT_THAT(file.good, SizeIs(1));
  const v1::Entitlement& entitlement = file.good[0].entitlement();
  EXPECT_FALSE(entitlement.has_version());
  EXPECT_FALSE(entitlement.has_edition());
  EXPECT_FALSE(entitlement.has_end_date());
  EXPECT_FALSE(entitlement.has_unit_price());
  EXPECT_FALSE(entitlement.has_purchase_order());
  EXPECT_FALSE(entitlement.has_organisation_unit());
  EXPECT_EQ(entitlement.metric(), "device");
  EXPECT_TRUE(entitlement.quantity().unlimited());
}

TEST(EntitlementCsv, StatesTheColumnsThatTheFileHasAndNoOthers) {
  EXPECT_THAT(ReadFile(absl::StrCat(kColumnLine, kLine)).stated_fields,
              SizeIs(OwnEntitlementColumns().size()));
  const ImportedFile file = ReadFile(
      "line,End,vendor,publisher,product,metric,quantity,Start,"
      "contract number\n1,,A,P,Q,device,1,2026-01-01,C-1\n");
  EXPECT_THAT(file.stated_fields,
              UnorderedElementsAre("contract_number", "vendor", "publisher",
                                   "product", "metric", "quantity",
                                   "start_date", "end_date", "line"));
}

TEST(EntitlementCsv, RequiresWhatALineIsNothingWithout) {
  for (const absl::string_view column :
       {"contract_number", "vendor", "publisher", "product", "metric",
        "quantity", "start_date", "line"}) {
    EXPECT_EQ(WrongWith(column, ""),
              absl::StrCat(column, ": ", column, " is empty; it is required"));
  }
}

TEST(EntitlementCsv, RefusesQuantitiesThatAreNotMoreThanNothing) {
  EXPECT_THAT(WrongWith("quantity", "0"), HasSubstr("more than 0"));
  EXPECT_THAT(WrongWith("quantity", "0.0"), HasSubstr("more than 0"));
  EXPECT_THAT(WrongWith("quantity", "-1"), HasSubstr("\"unlimited\""));
  EXPECT_THAT(WrongWith("quantity", "1.000"), HasSubstr("may mean 1000"));
  EXPECT_THAT(WrongWith("quantity", "9e9"), HasSubstr("digits"));
  EXPECT_EQ(WrongWith("quantity", "2.5"), "none");
}

TEST(EntitlementCsv, RefusesTermsThatCannotBe) {
  EXPECT_THAT(WrongWith("end_date", "2025-12-31"),
              HasSubstr("end_date: the end must not be before the start"));
  EXPECT_EQ(WrongWith("end_date", "2026-01-01"), "none");
  EXPECT_EQ(WrongWith("end_date", ""), "none");
  EXPECT_THAT(WrongWith("start_date", "1.1.2026"), HasSubstr("2026-01-31"));
  EXPECT_THAT(WrongWith("end_date", "9999-12-31"),
              HasSubstr("1990 to 2199; leave it empty for a perpetual right"));
}

TEST(EntitlementCsv, RefusesRestrictionsThatNothingWouldMeet) {
  for (const absl::string_view column : {"version", "edition"}) {
    for (const absl::string_view filler : {"N/A", "any", "All", "none"}) {
      EXPECT_THAT(WrongWith(column, filler), HasSubstr("leave it empty"));
    }
    for (const absl::string_view pattern :
         {"15.x", "15.*", ">=15", "~15", "*"}) {
      EXPECT_THAT(WrongWith(column, pattern), HasSubstr("no pattern"));
    }
  }
  EXPECT_EQ(WrongWith("version", "2019 R2"), "none");
  EXPECT_EQ(WrongWith("version", "16~rc1"), "none");
}

TEST(EntitlementCsv, WantsPriceAndCurrencyTogether) {
  EXPECT_THAT(WrongWith("currency", ""),
              HasSubstr("currency: a price needs a currency"));
  EXPECT_THAT(WrongWith("unit_price", ""),
              HasSubstr("unit_price: a currency needs a price"));
  EXPECT_THAT(WrongWith("currency", "EURO"), HasSubstr("ISO 4217"));
  EXPECT_THAT(WrongWith("unit_price", "1,5"),
              HasSubstr("fields and the header"));
  EXPECT_THAT(WrongWith("unit_price", "\"1,5\""), HasSubstr("thousands"));
}

TEST(EntitlementCsv, NamesTheKnownMetrics) {
  EXPECT_EQ(WrongWith("metric", "cores"),
            "metric: the metric is unknown; the metrics are core, device");
}

TEST(EntitlementCsv, RefusesFormulasInTexts) {
  for (const absl::string_view column :
       {"contract_number", "vendor", "publisher", "product", "version",
        "edition", "purchase_order", "line", "organisation_unit"}) {
    EXPECT_THAT(WrongWith(column, "=HYPERLINK(A1)"), HasSubstr("formula"))
        << column;
  }
}

TEST(EntitlementCsv, NamesLineColumnAndValueOfEveryError) {
  const ImportedFile file = ReadFile(absl::StrCat(
      kColumnLine, kLine,
      "\"C-2\",\"Acme, Inc.\",P,Q,,,watt,x,2026-01-01,,,,PO,1,=1\n"));
  ASSERT_THAT(file.bad, SizeIs(1));
  EXPECT_EQ(file.bad[0].line, 3);
  EXPECT_THAT(file.bad[0].content, HasSubstr("\"Acme, Inc.\",P,Q"));
  ASSERT_THAT(file.bad[0].errors, SizeIs(3));
  EXPECT_THAT(file.bad[0].errors[0], EqualsText(R"pb(
                line: 3
                column: "metric"
                column_number: 7
                value: "watt"
                reason: "the metric is unknown; the metrics are core, device"
              )pb"));
  EXPECT_EQ(file.bad[0].errors[1].column(), "quantity");
  EXPECT_EQ(file.bad[0].errors[2].column_number(), 15);
}

TEST(EntitlementCsv, CallsBothLinesOfADuplicateBad) {
  const std::string other =
      absl::StrReplaceAll(kLine, {{"C-1,", "c-1,"}, {",64,", ",10,"}});
  const ImportedFile file = ReadFile(
      absl::StrCat(kColumnLine, kLine,
                   absl::StrReplaceAll(kLine, {{"PO-1", "PO-2"}}), other));
  EXPECT_THAT(file.good, SizeIs(1));
  ASSERT_THAT(file.bad, SizeIs(2));
  EXPECT_EQ(file.bad[0].line, 2);
  EXPECT_THAT(file.bad[0].errors[0].reason(), HasSubstr("line 4 has the same"));
  EXPECT_EQ(file.bad[1].line, 4);
  EXPECT_THAT(file.bad[1].errors[0].reason(), HasSubstr("line 2 has the same"));
}

TEST(EntitlementCsv, ALineWhoseTwinIsMalformedIsBadToo) {
  const std::string malformed =
      absl::StrReplaceAll(kLine, {{",64,", ",1.200,"}});
  for (const auto& [first, second] :
       {std::pair(std::string(kLine), malformed), {malformed, kLine}}) {
    const ImportedFile file =
        ReadFile(absl::StrCat(kColumnLine, first, second));
    EXPECT_THAT(file.good, IsEmpty());
    EXPECT_THAT(file.bad, SizeIs(2));
  }
}

TEST(EntitlementCsv, HasNoLinesWhereTheFileCannotBeUsed) {
  const ImportedFile file =
      ReadFile(absl::StrCat(kColumnLine, kLine, "\"open,", kLine));
  EXPECT_THAT(file.file_errors, SizeIs(1));
  EXPECT_THAT(file.good, IsEmpty());
  EXPECT_THAT(file.bad, IsEmpty());
}

TEST(EntitlementCsv, EscapesAndCutsTheContentOfBadLines) {
  const ImportedFile file = ReadFile(absl::StrCat(
      kColumnLine, "\x1b[31m\xff", std::string(10'000, 'x'), "\n"));
  ASSERT_THAT(file.bad, SizeIs(1));
  EXPECT_THAT(file.bad[0].content, HasSubstr("\\x1b[31m\\xff"));
  EXPECT_LE(file.bad[0].content.size(), 4'096u);
}

TEST(EntitlementCsv, GivesEachLineOfAPurchaseItsOwnId) {
  const auto id = ComputeEntitlementId("C-1", "PO-1", "1");
  EXPECT_EQ(id, ComputeEntitlementId("c-1", "po-1", "1"));
  EXPECT_NE(id, ComputeEntitlementId("C-1", "PO-", "11"));
  EXPECT_NE(id, ComputeEntitlementId("C-1P", "O-1", "1"));
  EXPECT_NE(id, ComputeEntitlementId("C-1", "", "1"));
}

TEST(EntitlementCsv, CallsEveryLineOfAMutatedFileGoodOrBad) {
  const std::string original = absl::StrCat(
      kColumnLine, kLine, absl::StrReplaceAll(kLine, {{"PO-1", "PO-2"}}));
  const std::string alphabet =
      "\",\n\r=-0.\xff\xc3"
      "9z";
  testing::FakeRandom random(11);
  for (int round = 0; round < 5'000; ++round) {
    std::string text = original;
    for (uint64_t i = 1 + random.Next64() % 5; i > 0; --i) {
      text[random.Next64() % text.size()] =
          alphabet[random.Next64() % alphabet.size()];
    }
    const ImportedFile file = ReadFile(text);
    if (!file.file_errors.empty()) {
      ASSERT_THAT(file.good, IsEmpty());
      continue;
    }
    ASSERT_EQ(static_cast<size_t>(file.line_count),
              file.good.size() + file.bad.size());
    for (const v1::ContractObject& object : file.good) {
      const v1::Entitlement& good = object.entitlement();
      ASSERT_TRUE(good.has_quantity());
      ASSERT_EQ(good.entitlement_id().size(), 32u);
      ASSERT_FALSE(good.product().empty());
    }
  }
}

}  // namespace
}  // namespace rollcall::collector
