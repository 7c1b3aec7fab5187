#include "collector/contracts/exchange/mapping_rules.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "collector/contracts/exchange/mapping_value_parser.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/collector/contracts/exchange/sample_mappings.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using ::testing::Contains;
using ::testing::HasSubstr;
using testing::IsOkAndHolds;
using testing::StatusIs;

using MappingProto = mappings::v1::Mapping;

constexpr char kTerms[] = R"(
    name: "terms"
    target: TARGET_CONTRACT_TERMS
    format: "Somebody's terms."
    date_order: DATE_ORDER_YEAR_MONTH_DAY
    fields { name: "contract_number" sources { columns: "Contract" } }
    fields { name: "kind" sources { columns: "Kind" } }
    fields { name: "description" sources { columns: "Text" } }
)";

absl::Status WrongWith(const std::string& text) {
  return ReadMappings({{"x.textproto", text}}).status();
}

TEST(MappingRules, ReadsEveryMappingThatIsShipped) {
  ASSERT_OK_AND_ASSIGN(const auto mappings,
                       ReadMappings(BuiltinMappingFiles()));
  EXPECT_EQ(mappings.size(), 7u);
}

TEST(MappingRules, NamesFileAndLineOfATextThatDoesNotParse) {
  EXPECT_THAT(WrongWith("name: \"x\"\nnonsense: 1\n"),
              StatusIs(StatusCode::kInvalidArgument,
                       HasSubstr("mapping x.textproto: line 2, column")));
}

TEST(MappingRules, RefusesWhatIsMissingDoubledOrUnknown) {
  ASSERT_OK(WrongWith(kTerms));
  const auto with = [](absl::string_view more) {
    return WrongWith(absl::StrCat(kTerms, more));
  };
  const auto without = [](absl::string_view a, absl::string_view b) {
    return WrongWith(absl::StrReplaceAll(kTerms, {{a, b}}));
  };
  const auto says = [](absl::string_view text) {
    return StatusIs(StatusCode::kInvalidArgument, HasSubstr(std::string(text)));
  };
  EXPECT_THAT(without("\"terms\"", "\"Terms\""), says("lower-case"));
  EXPECT_THAT(without("\"terms\"", "\"rollcall\""), says("own"));
  EXPECT_THAT(without("target: TARGET_CONTRACT_TERMS", ""), says("target"));
  EXPECT_THAT(without("\"Somebody's terms.\"", "\"\""), says("format"));
  EXPECT_THAT(without("\"description\"", "\"comments\""),
              says("field \"description\" is missing"));
  EXPECT_THAT(with("fields { name: \"kind\" constant: \"x\" }"),
              says("field \"kind\": it is there twice"));
  EXPECT_THAT(with("fields { name: \"colour\" constant: \"x\" }"),
              says("no such field"));
  EXPECT_THAT(with("fields { name: \"document\" }"), says("nothing fills it"));
  EXPECT_THAT(with("fields { name: \"document\" is_day_after: true constant: "
                   "\"x\" }"),
              says("is_day_after is for days"));
  EXPECT_THAT(with("ignored_columns: \"text\""), says("shares a label"));
  EXPECT_THAT(with("fields { name: \"document\" sources { columns: \"Doc\" "
                   "columns: \"KIND\" } }"),
              says("shares a label with another column, \"Kind\""));
  EXPECT_THAT(with("fields { name: \"document\" sources { columns: \"Doc\" } "
                   "words { from: \"a\" from: \"A\" to: \"b\" } }"),
              says("the word \"A\" is there twice"));
  EXPECT_THAT(with("fields { name: \"document\" takes_earliest: true sources { "
                   "columns: \"Doc\" } }"),
              says("takes_earliest is for days"));
  EXPECT_THAT(without("date_order: DATE_ORDER_YEAR_MONTH_DAY",
                      "fields { name: \"end_date\" sources { columns: \"End\" "
                      "} }"),
              says("date_order is missing"));
}

TEST(MappingRules, RefusesStatesThatCannotBeTold) {
  const auto with = [](absl::string_view states) {
    return WrongWith(absl::StrCat(R"(
        name: "invoices"
        target: TARGET_INVOICE_LINES
        format: "Somebody's invoices."
        date_order: DATE_ORDER_YEAR_MONTH_DAY
        decimal_mark: DECIMAL_MARK_POINT
        fields { name: "vendor" constant: "x" }
        fields { name: "invoice_number" sources { columns: "Invoice" } }
        fields { name: "line" sources { columns: "Line" } }
        fields { name: "invoice_date" sources { columns: "Day" } }
        fields { name: "product" sources { columns: "What" } }
        fields { name: "quantity" sources { columns: "How many" } }
        fields { name: "unit_price" sources { columns: "Price" } }
        fields { name: "total" sources { columns: "Sum" } }
        fields { name: "currency" constant: "EUR" }
        fields { name: "part_number" sources { columns: "State" } }
    )",
                                  states));
  };
  const auto says = [](absl::string_view text) {
    return StatusIs(StatusCode::kInvalidArgument, HasSubstr(std::string(text)));
  };
  const std::string good =
      "states { columns: \"State\" in_force: \"paid\" out_of_force: \"void\" }";
  EXPECT_OK(with(good));
  EXPECT_THAT(with("states { columns: \"State\" in_force: \"paid\" }"),
              says("state 1: words that are in force and words that are out"));
  EXPECT_THAT(with("states { columns: \"State\" out_of_force: \"void\" }"),
              says("state 1: words that are in force and words that are out"));
  EXPECT_THAT(with("states { in_force: \"paid\" out_of_force: \"void\" }"),
              says("state 1: a source names no column"));
  EXPECT_THAT(with(absl::StrReplaceAll(good, {{"void", "Paid"}})),
              says("the word \"Paid\" is there twice"));
  EXPECT_THAT(with(absl::StrReplaceAll(good, {{"void", " void"}})),
              says("has blanks around it"));
  EXPECT_THAT(with(absl::StrCat(good, good)),
              says("state 2: another state has the same column"));
  EXPECT_THAT(with(absl::StrCat(good, "ignored_columns: \"state\"")),
              says("shares a label with another column, \"State\""));
  EXPECT_THAT(WrongWith(absl::StrCat(kTerms, good)),
              says("state 1: contract terms have no states"));
}

TEST(MappingRules, RefusesTwoFilesWithOneName) {
  EXPECT_THAT(
      ReadMappings({{"a.textproto", kTerms}, {"b.textproto", kTerms}}).status(),
      StatusIs(StatusCode::kInvalidArgument,
               HasSubstr("mapping b.textproto: another file has the name")));
}

TEST(MappingRules, TakesOnlyTheDefaultsThatItNames) {
  const ImportMapping& mapping = SampleMapping("snow-licence");
  EXPECT_OK(mapping.CheckDefaults({{"vendor", "Acme"}}));
  EXPECT_OK(mapping.CheckDefaults({{"date_order", "DD/MM/YYYY"}}));
  EXPECT_THAT(mapping.CheckDefaults({{"quantity", "4"}}),
              StatusIs(StatusCode::kInvalidArgument,
                       HasSubstr("what can is date_order=..., decimal_mark="
                                 "..., contract_number=..., vendor=...")));
  EXPECT_THAT(mapping.CheckDefaults({{"date_order", "DMY"}}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("YYYY-MM-DD")));
  EXPECT_THAT(mapping.CheckDefaults({{"vendor", std::string(201, 'x')}}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("1 to 200")));
}

TEST(MappingRules, ReadsAFolderAndNamesWhatIsNotThere) {
  const testing::TempDir dir;
  EXPECT_THAT(ReadMappingFolder(dir.path()), StatusIs(StatusCode::kNotFound));
  ASSERT_OK(WriteFileAtomically(dir.path() + "/a.textproto", kTerms, 0644));
  ASSERT_OK(WriteFileAtomically(dir.path() + "/README", "no mapping", 0644));
  ASSERT_OK_AND_ASSIGN(const auto files, ReadMappingFolder(dir.path()));
  ASSERT_EQ(files.size(), 1u);
  EXPECT_EQ(files[0].name, "a.textproto");
}

TEST(MappingValueParser, ReadsDatesInTheOrderThatIsStated) {
  const auto day = [](DateOrder order, absl::string_view text) -> std::string {
    const auto read = ParseDayIn(order, text);
    return read.ok() ? read->ToString() : std::string(read.status().message());
  };
  EXPECT_EQ(day(MappingProto::DATE_ORDER_DAY_MONTH_YEAR, "03/04/2026"),
            "2026-04-03");
  EXPECT_EQ(day(MappingProto::DATE_ORDER_MONTH_DAY_YEAR, "03/04/2026"),
            "2026-03-04");
  EXPECT_EQ(day(MappingProto::DATE_ORDER_DAY_MONTH_YEAR, "3.4.2026"),
            "2026-04-03");
  EXPECT_THAT(day(MappingProto::DATE_ORDER_MONTH_DAY_YEAR, "31/01/2026"),
              HasSubstr("no such day"));
  for (const absl::string_view text :
       {"2026-04-03", "3/4/26", "3/4.2026", "3/4/", "", "a/b/cdef",
        "3/4/2026 00:00"}) {
    EXPECT_THAT(day(MappingProto::DATE_ORDER_DAY_MONTH_YEAR, text),
                HasSubstr("DD/MM/YYYY"))
        << text;
  }
}

TEST(MappingValueParser, ReadsNumbersWithTheMarkThatIsStated) {
  EXPECT_THAT(WithDecimalPoint(MappingProto::DECIMAL_MARK_COMMA, "1234,5"),
              IsOkAndHolds("1234.5"));
  EXPECT_THAT(WithDecimalPoint(MappingProto::DECIMAL_MARK_COMMA, "1.234,5"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("comma")));
  EXPECT_THAT(WithDecimalPoint(MappingProto::DECIMAL_MARK_COMMA, "1,234"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("1234")));
  EXPECT_THAT(WithDecimalPoint(MappingProto::DECIMAL_MARK_POINT, "1,234"),
              IsOkAndHolds("1,234"));
}

TEST(MappingBook, ListsTheOwnColumnsFirstAndAllOnPages) {
  std::vector<std::string> names;
  v1::ListMappingsRequest request;
  request.set_page_size(3);
  do {
    ASSERT_OK_AND_ASSIGN(const auto page, SampleBook().List(request));
    ASSERT_LE(page.mappings_size(), 3);
    for (const auto& mapping : page.mappings()) {
      names.push_back(mapping.name());
      EXPECT_NE(mapping.format(), "");
      EXPECT_GT(mapping.columns_size(), 5) << mapping.name();
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(
      names, ::testing::ElementsAre(
                 "rollcall", "cyclonedx", "flexera-purchase-order-line",
                 "flexera-term", "rollcall-contract", "rollcall-invoice",
                 "servicenow-entitlement", "snipe-it-licence", "snow-licence"));
}

TEST(MappingBook, SaysHowAColumnIsReadAndWhatIsConverted) {
  ASSERT_OK_AND_ASSIGN(const auto list, SampleBook().List({}));
  const v1::ImportMapping& flexera = list.mappings(2);
  EXPECT_THAT(flexera.defaults(), Contains("contract_number"));
  EXPECT_THAT(flexera.conversions(),
              Contains(HasSubstr("dates are read as YYYY-MM-DD")));
  EXPECT_THAT(flexera.conversions(),
              Contains(HasSubstr("Unit Price: is the price of a pack")));
  EXPECT_THAT(flexera.conversions(),
              Contains(HasSubstr("Status: lines that are \"Cancelled\"")));
  const auto& columns = flexera.columns();
  const auto status = std::find_if(
      columns.begin(), columns.end(),
      [](const auto& column) { return column.labels(0) == "Status"; });
  ASSERT_NE(status, columns.end());
  EXPECT_THAT(status->fields(), ::testing::ElementsAre("tag:status", "state"));
  EXPECT_THAT(SampleBook().Find("flexera"),
              StatusIs(StatusCode::kInvalidArgument,
                       HasSubstr("there are rollcall, flexera-purchase")));
}

}  // namespace
}  // namespace rollcall::collector
