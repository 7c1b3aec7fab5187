#include "collector/contracts/exchange/mapped_csv.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "collector/contracts/exchange/mapping_rules.h"
#include "gmock/gmock.h"
#include "tests/support/proto_matchers.h"
#include "tests/unit/collector/contracts/exchange/sample_mappings.h"

namespace rollcall::collector {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::EqualsText;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

v1::Entitlement LineOf(const ImportedFile& file, size_t index) {
  v1::Entitlement line = file.good[index].entitlement();
  line.clear_entitlement_id();
  return line;
}

std::vector<std::string> Texts(const ImportedFile& file) {
  std::vector<std::string> texts;
  for (const auto& each : file.conversions) {
    texts.push_back(absl::StrCat(each.line_count(), " ", each.text()));
  }
  return texts;
}

// The sample with one text replaced by another, and what is wrong then:
// "line/column: reason" of the first error.
std::string WrongWith(const std::string& name, absl::string_view from,
                      absl::string_view to) {
  const std::string sample = SampleFile(name);
  EXPECT_THAT(sample, HasSubstr(std::string(from)));
  const std::string text = absl::StrReplaceAll(sample, {{from, to}});
  const ImportedFile file = ReadSample(name, text);
  std::vector<v1::ImportError> errors = file.file_errors;
  for (const BadLine& bad : file.bad) {
    errors.insert(errors.end(), bad.errors.begin(), bad.errors.end());
  }
  if (errors.empty()) return "none";
  return absl::StrCat(errors[0].line(), "/", errors[0].column(), ": ",
                      errors[0].reason());
}

TEST(MappedCsv, ReadsEverySampleWithoutAnError) {
  for (const std::string name :
       {"flexera-purchase-order-line", "flexera-term", "rollcall-contract",
        "rollcall-invoice", "servicenow-entitlement", "snipe-it-licence",
        "snow-licence"}) {
    const ImportedFile file = ReadSample(name, SampleFile(name));
    EXPECT_THAT(file.file_errors, IsEmpty()) << name;
    EXPECT_THAT(file.bad, IsEmpty())
        << name << ": " << file.bad[0].errors[0].ShortDebugString();
    EXPECT_EQ(file.line_count, file.left_out.empty() ? 3 : 4) << name;
  }
}

TEST(MappedCsv, ReadsServiceNowsEntitlements) {
  const ImportedFile file = ReadSample("servicenow-entitlement",
                                       SampleFile("servicenow-entitlement"));
  ASSERT_THAT(file.good, SizeIs(3));
  EXPECT_THAT(LineOf(file, 0), EqualsText(R"pb(
                contract_number: "HM-2026-01"
                vendor: "Quayside Systems"
                publisher: "MariaDB Foundation"
                product: "MariaDB"
                version: "10"
                metric: "core"
                quantity { value { numerator: 16 denominator: 1 } }
                start_date: "2026-01-01"
                end_date: "2026-12-31"
                unit_price { micros: 225500000 currency: "EUR" }
                line: "SL-000101"
                organisation_unit: "Finance"
                source_line: 2
                licence_kind: LICENCE_KIND_SUBSCRIPTION
                part_number: "MDB-ENT-C"
                pack_count { numerator: 8 denominator: 1 }
                pack_size { numerator: 2 denominator: 1 }
                region: "Head office"
                cost_centre: "CC-100"
                tags { name: "agreement type" value: "Generic" }
                tags { name: "company" value: "Harbour Lane Bakeries" }
                tags { name: "platform" value: "Linux" }
                tags { name: "invoice" value: "INV-7001" }
                source: "servicenow-entitlement"
                source_line_id: "SL-000101"
              )pb"));
  EXPECT_TRUE(LineOf(file, 1).quantity().unlimited());
  EXPECT_FALSE(LineOf(file, 1).has_end_date());
  EXPECT_EQ(LineOf(file, 2).start_date(), "2026-02-01");
  EXPECT_EQ(LineOf(file, 2).licence_kind(),
            v1::Entitlement::LICENCE_KIND_PERPETUAL_WITH_MAINTENANCE);
  EXPECT_THAT(file.ignored_columns,
              ElementsAre("Software model", "Metric group", "Active rights"));
  EXPECT_THAT(Texts(file),
              Contains("1 End date: \"9999-12-31\" is taken for no "
                       "last day"));
}

TEST(MappedCsv, KeepsFlexerasPriceOfAPackOne) {
  const ImportedFile file = ReadSample(
      "flexera-purchase-order-line", SampleFile("flexera-purchase-order-line"));
  ASSERT_THAT(file.good, SizeIs(3));
  const v1::Entitlement line = LineOf(file, 2);
  EXPECT_EQ(line.quantity().value().numerator(), 50);
  EXPECT_EQ(line.pack_count().numerator(), 5);
  EXPECT_EQ(line.pack_size().numerator(), 10);
  EXPECT_EQ(line.pack_price().micros(), 99'500'000);
  EXPECT_FALSE(line.has_unit_price());
  EXPECT_EQ(line.licence_kind(), v1::Entitlement::LICENCE_KIND_MAINTENANCE);
  EXPECT_EQ(line.source_line_id(), "PO-2202/1");
  EXPECT_EQ(LineOf(file, 0).notes(), "Comments: Renewed from PO-1042");
  // The file has it empty: a pack of one.
  EXPECT_EQ(LineOf(file, 1).quantity().value().numerator(), 12);
  EXPECT_THAT(Texts(file), Contains("1 pack_size: is \"1\" where the file says "
                                    "nothing of it"));
  EXPECT_THAT(Texts(file), Contains(HasSubstr("3 metric: is what the request "
                                              "says")));
  EXPECT_THAT(file.ignored_columns,
              ElementsAre("Total Price", "Exchange Note"));
}

TEST(MappedCsv, ReadsSnowsLicences) {
  const ImportedFile file =
      ReadSample("snow-licence", SampleFile("snow-licence"));
  ASSERT_THAT(file.good, SizeIs(3));
  const v1::Entitlement line = LineOf(file, 0);
  EXPECT_EQ(line.line(), "4711");
  EXPECT_EQ(line.metric(), "core");
  EXPECT_EQ(line.maintenance_end_date(), "2026-12-31");
  EXPECT_FALSE(line.has_unit_price());
  ASSERT_EQ(line.use_rights_size(), 2);
  EXPECT_EQ(line.use_rights(0).kind(), v1::UseRight::KIND_DOWNGRADE);
  EXPECT_TRUE(line.use_rights(0).permitted());
  EXPECT_EQ(line.notes(),
            "Product description: Enterprise cores\nNotes: For the tills");
  EXPECT_EQ(LineOf(file, 1).part_number(), "RDS-UNL");
  EXPECT_TRUE(LineOf(file, 1).quantity().unlimited());
  EXPECT_FALSE(LineOf(file, 1).has_maintenance_end_date());
}

TEST(MappedCsv, TakesASnipeItLicenceOnceAndKeepsNoProductKey) {
  const ImportedFile file =
      ReadSample("snipe-it-licence", SampleFile("snipe-it-licence"));
  EXPECT_EQ(file.line_count, 3);
  ASSERT_THAT(file.good, SizeIs(2));
  EXPECT_THAT(Texts(file),
              Contains("1 lines that say the same as another are taken once"));
  for (const auto& object : file.good) {
    EXPECT_THAT(object.ShortDebugString(),
                ::testing::Not(HasSubstr("SAMPLE-KEY")));
    EXPECT_EQ(object.entitlement().line().size(), 16u);
  }
  EXPECT_EQ(LineOf(file, 1).end_date(), "2027-06-30");
  // Another row of the same licence that says something else.
  EXPECT_THAT(WrongWith("snipe-it-licence", "SAMPLE-KEY-1,16,Databases,Finance",
                        "SAMPLE-KEY-1,16,Databases,Finance"),
              "none");
  const std::string other = absl::StrReplaceAll(
      SampleFile("snipe-it-licence"), {{"HL-0002,B. Crumb", "HL-0002,B. Crumb"},
                                       {"it@harbourlane.example,yes,yes,For "
                                        "the tills,HL-0002",
                                        "it@harbourlane.example,no,yes,For "
                                        "the tills,HL-0002"}});
  EXPECT_THAT(ReadSample("snipe-it-licence", other).bad, SizeIs(2));
}

// What becomes of the first line of the sample with these states: "good",
// "out: why" or "bad: why".
std::string Standing(const std::string& name, absl::string_view from,
                     absl::string_view states) {
  std::string text = SampleFile(name);
  const size_t at = text.find(std::string(from));
  EXPECT_NE(at, std::string::npos) << name;
  text.replace(at, from.size(), std::string(states));
  const ImportedFile file = ReadSample(name, text);
  for (const LeftOutLine& out : file.left_out) {
    if (out.line == 2) return absl::StrCat("out: ", out.reason);
  }
  for (const BadLine& bad : file.bad) {
    if (bad.line != 2) continue;
    return absl::StrCat("bad: ", bad.errors[0].column(), " ",
                        bad.errors[0].value());
  }
  return file.good_line[0] == 2 ? "good" : "lost";
}

TEST(MappedCsv, LeavesOutLinesThatAreNotInForce) {
  const ImportedFile file = ReadSample(
      "flexera-purchase-order-line", SampleFile("flexera-purchase-order-line"));
  EXPECT_EQ(file.line_count, 4);
  EXPECT_THAT(file.good, SizeIs(3));
  EXPECT_THAT(file.bad, IsEmpty());
  ASSERT_THAT(file.left_out, SizeIs(1));
  EXPECT_EQ(file.left_out[0].line, 5);
  EXPECT_EQ(file.left_out[0].reason, "Status is Cancelled");
  EXPECT_EQ(file.left_out[0].column, "Status");
  EXPECT_EQ(file.left_out[0].column_number, 20);
  EXPECT_EQ(file.left_out[0].object.entitlement().line(), "2");
  EXPECT_EQ(file.left_out[0].object.entitlement().source_line_id(),
            "PO-2202/2");
  // Nothing of it is converted.
  EXPECT_THAT(Texts(file), Contains(HasSubstr("3 metric: is what the request "
                                              "says")));
}

TEST(MappedCsv, KnowsTheStatesThatTheProductsDocument) {
  const auto flexera = [](absl::string_view status) {
    return Standing("flexera-purchase-order-line", "Completed", status);
  };
  for (const std::string status : {"Completed", "Item received"}) {
    EXPECT_EQ(flexera(status), "good");
  }
  for (const std::string status :
       {"New", "Sent to approver", "Sent to vendor", "Cancelled"}) {
    EXPECT_EQ(flexera(status), "out: Status is " + status);
  }
  EXPECT_EQ(flexera(" COMPLETED "), "good");
  EXPECT_EQ(flexera("cancelled"), "out: Status is Cancelled");
  const auto service_now = [](absl::string_view states) {
    return Standing("servicenow-entitlement", "In use,", states);
  };
  for (const std::string state :
       {"In use", "In stock", "In transit", "In maintenance", "Consumed"}) {
    EXPECT_EQ(service_now(state + ","), "good");
  }
  for (const std::string state : {"Retired", "Missing", "On order", "Build"}) {
    EXPECT_EQ(service_now(state + ","), "out: State is " + state);
  }
}

TEST(MappedCsv, OneStateThatIsOutOfForceIsEnough) {
  const auto standing = [](absl::string_view states) {
    return Standing("servicenow-entitlement", "In use,", states);
  };
  EXPECT_EQ(standing("In stock,Reserved"), "good");
  EXPECT_EQ(standing("In stock,Sold"), "out: Substate is Sold");
  EXPECT_EQ(standing(",Vendor credit"), "out: Substate is Vendor credit");
  EXPECT_EQ(standing("Retired,Shredded"), "out: State is Retired");
  EXPECT_EQ(standing("Shredded,Sold"), "out: Substate is Sold");
}

// A state with a no-break space after it was unknown.
TEST(MappedCsv, BlanksOfUnicodeAroundAStateArePassedOver) {
  const auto standing = [](absl::string_view states) {
    return Standing("servicenow-entitlement", "In use,", states);
  };
  EXPECT_EQ(standing("Retired\u00a0,"), "out: State is Retired");
  EXPECT_EQ(standing("\u00a0In use\u2003,"), "good");
  EXPECT_EQ(standing("\u00a0,"), "good");
}

TEST(MappedCsv, AStateThatNobodyListedMakesItsLineBad) {
  EXPECT_EQ(Standing("servicenow-entitlement", "In use,", "In stock,On hold"),
            "bad: Substate On hold");
  EXPECT_EQ(Standing("servicenow-entitlement", "In use,", "7,"),
            "bad: State 7");
  EXPECT_THAT(WrongWith("flexera-purchase-order-line", "INV-7001", "INV-7001"),
              "none");
  EXPECT_EQ(WrongWith("flexera-purchase-order-line", "Completed,INV-7001",
                      "Paid,INV-7001"),
            "2/Status: the state is unknown, and so is whether the line is in "
            "force; those that are are \"Completed\", \"Item received\", those "
            "that are not are \"Cancelled\", \"New\", \"Sent to approver\", "
            "\"Sent to vendor\"; write one of them, or list the word in a "
            "mapping of your own");
}

TEST(MappedCsv, ALineWithoutAStateIsTakenAndThatIsTold) {
  const std::string sample = SampleFile("servicenow-entitlement");
  const std::string told =
      " State, Substate: no state is stated; such lines are taken as in force";
  const ImportedFile one = ReadSample(
      "servicenow-entitlement",
      absl::StrReplaceAll(sample, {{"2026-02-01,In use,", "2026-02-01,,"}}));
  EXPECT_THAT(one.good, SizeIs(3));
  EXPECT_THAT(Texts(one), Contains("1" + told));
  const ImportedFile all = ReadSample(
      "servicenow-entitlement",
      absl::StrReplaceAll(sample, {{"State,Substate", "Mood,Whim"}}));
  EXPECT_THAT(all.good, SizeIs(4));
  EXPECT_THAT(Texts(all), Contains("4" + told));
  const ImportedFile none = ReadSample("servicenow-entitlement", sample);
  EXPECT_THAT(Texts(none), ::testing::Not(Contains(HasSubstr("no state"))));
}

TEST(MappedCsv, ALineThatIsLeftOutIsNotBadForItsOtherCells) {
  const std::string text = absl::StrReplaceAll(
      SampleFile("servicenow-entitlement"),
      {{"Per Device,false,,,,,20", "Per Oven,false,,,,,none"},
       {"USD;290", "USD;"}});
  const ImportedFile file = ReadSample("servicenow-entitlement", text);
  EXPECT_THAT(file.bad, IsEmpty());
  ASSERT_THAT(file.left_out, SizeIs(1));
  EXPECT_EQ(file.left_out[0].object.entitlement().line(), "SL-000090");
}

TEST(MappedCsv, ALineThatAnotherOneCallsOutOfForceIsBad) {
  const std::string text = absl::StrReplaceAll(
      SampleFile("servicenow-entitlement"), {{"SL-000090", "SL-000103"}});
  const ImportedFile file = ReadSample("servicenow-entitlement", text);
  EXPECT_THAT(file.left_out, SizeIs(1));
  ASSERT_THAT(file.bad, SizeIs(1));
  EXPECT_EQ(file.bad[0].line, 4);
  EXPECT_EQ(file.bad[0].errors[0].reason(),
            "line 5 is of the same, and is left out since its State is "
            "Retired; which of them holds is unknown");
}

// A mapping whose lines have two names: one here, and one at the source.
constexpr char kTwoNames[] = R"(
    name: "two-names"
    target: TARGET_ENTITLEMENTS
    format: "Somebody's purchases."
    date_order: DATE_ORDER_YEAR_MONTH_DAY
    decimal_mark: DECIMAL_MARK_POINT
    fields { name: "contract_number" constant: "C-1" }
    fields { name: "vendor" constant: "Acme" }
    fields { name: "publisher" constant: "Acme" }
    fields { name: "product" constant: "Redis" }
    fields { name: "metric" constant: "core" }
    fields { name: "quantity" constant: "4" }
    fields { name: "start_date" constant: "2026-01-01" }
    fields { name: "line" sources { columns: "Line" } }
    fields { name: "source_line_id" sources { columns: "Id" } }
    states { columns: "State" in_force: "Open" out_of_force: "Closed" })";

// "line: reason" of each bad line of a file of that mapping.
std::vector<std::string> BadOfTwoNames(absl::string_view lines) {
  const auto mappings = ReadMappings({{"x.textproto", kTwoNames}});
  EXPECT_OK(mappings);
  if (!mappings.ok()) return {};
  const ImportedFile file =
      ReadMappedCsv(absl::StrCat("Line,Id,State\n", lines), *(*mappings)[0], {},
                    SampleMetrics());
  EXPECT_THAT(file.file_errors, IsEmpty());
  std::vector<std::string> bad;
  for (const BadLine& line : file.bad) {
    EXPECT_THAT(line.errors, SizeIs(1));
    bad.push_back(absl::StrCat(line.line, ": ", line.errors[0].reason()));
  }
  return bad;
}

// Only the first of its names was compared once that collided.
TEST(MappedCsv, ALineIsTheSameByAnyOfItsNames) {
  EXPECT_THAT(
      BadOfTwoNames("1,a,Open\n2,b,Closed\n2,a,Closed\n"),
      ElementsAre(HasSubstr("2: line 4 is of the same, and is left out")));
  EXPECT_THAT(BadOfTwoNames("1,a,Open\n2,b,Open\n1,b,Open\n"),
              ElementsAre(HasSubstr("2: line 4 is of the same"),
                          HasSubstr("3: line 4 is of the same"),
                          HasSubstr("4: line 2 is of the same")));
  EXPECT_THAT(BadOfTwoNames("1,a,Open\n1,a,Closed\n"),
              ElementsAre(HasSubstr("2: line 3 is of the same, and is left")));
  EXPECT_THAT(BadOfTwoNames("1,a,Open\n2,b,Open\n3,c,Closed\n"), IsEmpty());
}

TEST(MappedCsv, TheEarlierOfTerminationAndExpirationEndsALicence) {
  const auto end = [](absl::string_view expiration,
                      absl::string_view termination) {
    const ImportedFile file = ReadSample(
        "snipe-it-licence",
        absl::StrReplaceAll(SampleFile("snipe-it-licence"),
                            {{"2028-01-31,2027-06-30",
                              absl::StrCat(expiration, ",", termination)}}));
    if (!file.bad.empty()) {
      return absl::StrCat(file.bad[0].errors[0].column(), " ",
                          file.bad[0].errors[0].value());
    }
    return LineOf(file, 1).end_date();
  };
  EXPECT_EQ(end("2028-01-31", "2027-06-30"), "2027-06-30");
  EXPECT_EQ(end("2027-01-31", "2027-06-30"), "2027-01-31");
  EXPECT_EQ(end("2027-01-31", ""), "2027-01-31");
  EXPECT_EQ(end("2027-01-31", "9999-12-31"), "2027-01-31");
  EXPECT_EQ(end("9999-12-31", "2027-06-30"), "2027-06-30");
  EXPECT_EQ(end("9999-12-31", "9999-12-31"), "");
  EXPECT_EQ(end("2027-01-31", "soon"), "Termination date soon");
  EXPECT_EQ(end("soon", "2027-06-30"), "Expiration date soon");
}

// A day that never comes was remembered for the records after it, too.
TEST(MappedCsv, ALastDayThatNeverComesIsOneRecordsAlone) {
  ASSERT_OK_AND_ASSIGN(const auto mappings, ReadMappings({{"x.textproto", R"(
      name: "frames"
      target: TARGET_CONTRACTS
      format: "Somebody's contracts."
      date_order: DATE_ORDER_YEAR_MONTH_DAY
      never_dates: "never"
      fields { name: "contract_number" sources { columns: "Contract" } }
      fields { name: "vendor" constant: "Acme" }
      fields { name: "start_date" constant: "2026-01-01" }
      fields {
        name: "end_date"
        from_request: true
        sources { columns: "Until" }
      })"}}));
  const ImportedFile file = ReadMappedCsv(
      "Contract,Until\nC-1,never\nC-2,\nC-3,2027-06-30\nC-4,\n", *mappings[0],
      {{"end_date", "2026-12-31"}}, SampleMetrics());
  ASSERT_THAT(file.good, SizeIs(4));
  EXPECT_FALSE(file.good[0].contract().has_end_date());
  EXPECT_EQ(file.good[1].contract().end_date(), "2026-12-31");
  EXPECT_EQ(file.good[2].contract().end_date(), "2027-06-30");
  EXPECT_EQ(file.good[3].contract().end_date(), "2026-12-31");
  EXPECT_THAT(file.never_ending, ElementsAre(2));
  EXPECT_THAT(Texts(file), Contains("2 end_date: is what the request says, "
                                    "where the file says nothing of it"));
}

TEST(MappedCsv, ReadsContractsWithTheirClauses) {
  const ImportedFile file =
      ReadSample("rollcall-contract", SampleFile("rollcall-contract"));
  ASSERT_THAT(file.good, SizeIs(3));
  EXPECT_THAT(
      file.good[1].contract(), EqualsText(R"pb(
        contract_number: "HM-2026-01"
        vendor: "Quayside Systems"
        title: "Databases"
        kind: KIND_SUBSCRIPTION
        master_contract_number: "HM-2026-00"
        sign_date: "2025-12-10"
        start_date: "2025-12-15"
        end_date: "2026-12-31"
        currency: "EUR"
        clauses {
          true_up { yearly_dates: "01-31" yearly_dates: "07-31" }
          renewal { automatic: true notice_days: 90 term_months: 12 }
          price_escalator { cap_percent { numerator: 3 denominator: 1 } }
        }
        owners { role: "contract owner" name: "A. Pender" }
        organisation_units: "Finance"
        organisation_units: "IT"
        notes: "First line\nsecond line"
      )pb"));
}

TEST(MappedCsv, NamesLineColumnAndValueAsTheFileHasThem) {
  EXPECT_EQ(WrongWith("servicenow-entitlement", "2026-01-01,2026-12-31",
                      "2026-01-01,31/12/2026"),
            "2/End date: write the date as year-month-day, for example "
            "2026-01-31");
  EXPECT_THAT(WrongWith("servicenow-entitlement", "Per Device", "Per Oven"),
              "4/License metric: the metric is unknown; the metrics are core, "
              "device");
  EXPECT_THAT(WrongWith("servicenow-entitlement", "EUR;225.50", "225.50"),
              HasSubstr("2/currency: currency is empty; it is required; or say "
                        "it for all lines with the default currency=..."));
  EXPECT_EQ(WrongWith("servicenow-entitlement", "EUR;225.50", "EUR;"),
            "2/Unit cost: the amount is missing");
  EXPECT_THAT(WrongWith("servicenow-entitlement", "EUR;225.50", "EURO;225.50"),
              HasSubstr("2/Unit cost: the currency is unknown"));
  EXPECT_THAT(WrongWith("servicenow-entitlement", ",2,8,16,", ",2,8,17,"),
              HasSubstr("2/Purchased rights: it is not the number of packs "
                        "times the units of a pack, 16"));
  EXPECT_THAT(WrongWith("servicenow-entitlement", ",false,2026", ",500,2026"),
              HasSubstr("2/Unlimited license: the word is unknown"));
  EXPECT_THAT(
      WrongWith("servicenow-entitlement", "Perpetual+Maintenance", "From SA"),
      HasSubstr("4/License type: the word is unknown"));
  EXPECT_THAT(WrongWith("servicenow-entitlement", "SL-000102", "SL-000101"),
              HasSubstr("2/: line 3 is of the same"));
  EXPECT_THAT(WrongWith("snow-licence", "4711,MariaDB", "4711,=MariaDB"),
              HasSubstr("2/Application name: the text starts like a"));
  EXPECT_THAT(WrongWith("snow-licence", "4711,MariaDB", "4711,"),
              HasSubstr("2/Application name: Application name is empty"));
  EXPECT_THAT(WrongWith("rollcall-invoice", ",3608,", ",3.608,"),
              HasSubstr("2/total: the number may mean"));
}

TEST(MappedCsv, RefusesAFileThatLacksAColumnThatNobodySays) {
  EXPECT_THAT(WrongWith("snow-licence", "Agreement", "Somewhere"),
              HasSubstr("1/Agreement: the column Agreement is missing from the "
                        "header; or say it for all lines with the default "
                        "contract_number=..."));
  const std::string text = absl::StrReplaceAll(SampleFile("snow-licence"),
                                               {{"Agreement", "Somewhere"}});
  const ImportedFile file =
      ReadMappedCsv(text, SampleMapping("snow-licence"),
                    {{"contract_number", "HL-1"}}, SampleMetrics());
  ASSERT_THAT(file.good, SizeIs(3));
  EXPECT_EQ(file.good[0].entitlement().contract_number(), "HL-1");
  EXPECT_THAT(file.ignored_columns, ElementsAre("Somewhere"));
}

TEST(MappedCsv, RefusesUnknownColumnsWhereTheMappingTakesNone) {
  EXPECT_THAT(WrongWith("rollcall-invoice", "rebate", "discount"),
              HasSubstr("1/discount: the column is unknown"));
}

TEST(MappedCsv, ReadsDatesAndNumbersAsTheRequestSaysThatTheyAreWritten) {
  const std::string text = absl::StrReplaceAll(
      SampleFile("servicenow-entitlement"), {{"2026-01-01", "02/01/2026"},
                                             {"2026-12-31", "31/12/2026"},
                                             {"2026-02-01", "01/02/2026"},
                                             {"2025-12-15", "15/12/2025"},
                                             {"EUR;225.50", "\"EUR;225,50\""}});
  const ImportedFile file =
      ReadMappedCsv(text, SampleMapping("servicenow-entitlement"),
                    {{"date_order", "DD/MM/YYYY"}, {"decimal_mark", "comma"}},
                    SampleMetrics());
  ASSERT_THAT(file.bad, IsEmpty());
  EXPECT_EQ(LineOf(file, 0).start_date(), "2026-01-02");
  EXPECT_EQ(LineOf(file, 0).unit_price().micros(), 225'500'000);
}

TEST(MappedCsv, TakesTheDayBeforeADayThatIsNoneAnyMore) {
  ASSERT_OK_AND_ASSIGN(const auto mappings, ReadMappings({{"x.textproto", R"(
      name: "terms"
      target: TARGET_CONTRACT_TERMS
      format: "Somebody's terms."
      date_order: DATE_ORDER_MONTH_DAY_YEAR
      fields { name: "contract_number" sources { columns: "Contract" } }
      fields { name: "kind" sources { columns: "Kind" } }
      fields { name: "description" sources { columns: "Text" } }
      fields {
        name: "end_date"
        is_day_after: true
        sources { columns: "Until" }
      })"}}));
  const ImportedFile file =
      ReadMappedCsv("Contract,Kind,Text,Until\nC-1,Expiry,ends,01/01/2027\n",
                    *mappings[0], {}, SampleMetrics());
  ASSERT_THAT(file.good, SizeIs(1));
  EXPECT_EQ(file.good[0].contract().notes(),
            "Expiry to 2026-12-31 (terms): ends");
  EXPECT_THAT(Texts(file),
              ElementsAre("1 Until: is the day after the last in such files; "
                          "end_date is the day before it"));
}

}  // namespace
}  // namespace rollcall::collector
