// The views at the widths of terminals.
#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "collector/cli/table.h"
#include "collector/cli/views/alert_view.h"
#include "collector/cli/views/change_view.h"
#include "collector/cli/views/contract_facts.h"
#include "collector/cli/views/contract_object_view.h"
#include "collector/cli/views/contract_view.h"
#include "collector/cli/views/device_view.h"
#include "collector/cli/views/difference_view.h"
#include "collector/cli/views/document_view.h"
#include "collector/cli/views/hold_view.h"
#include "collector/cli/views/invoice_view.h"
#include "collector/cli/views/position_view.h"
#include "common/text.h"
#include "gmock/gmock.h"
#include "tests/support/proto_matchers.h"

namespace rollcall::cli {
namespace {

using ::rollcall::testing::FromText;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kLinesView[] = R"pb(
  entitlements {
    contract_number: "HL-2024-03 b"
    purchase_order: "PO-2024-031"
    line: "12"
    publisher: "Microsoft Corporation"
    product: "Visual Studio Professional with MSDN"
    edition: "Professional"
    metric: "named-user"
    quantity { value { numerator: 1240 denominator: 1 } }
    start_date: "2024-05-01"
    end_date: "2027-04-30"
    unit_price { micros: 34276000000 currency: "EUR" }
  }
  entitlements {
    contract_number: "HL-2024-04"
    product: "Visio"
    quantity { unlimited: true }
  })pb";

constexpr char kPositionView[] = R"pb(
  publisher: "Broadcom Software"
  product: "VMware Cloud Foundation"
  metric: "processor-value-unit"
  entitled { value { numerator: 1560 denominator: 1 } }
  consumed {
    low { value { numerator: 8 denominator: 1 } }
    expected { value { numerator: 16 denominator: 1 } }
    high { unlimited: true }
  }
  shortfall { value { numerator: 0 denominator: 1 } }
  surplus { value { numerator: 1544 denominator: 1 } }
  state: STATE_UNDETERMINED
  device_count: 12
  undetermined_count: 3
  entitlement_out_of_term_count: 2)pb";

constexpr char kExplanationView[] = R"pb(
  entitlements {
    entitlement {
      contract_number: "HL-2023-01"
      purchase_order: "PO-2023-011"
      line: "4"
      start_date: "2023-01-01"
      end_date: "2025-12-31"
    }
    reason: "ended 2025-12-31"
  }
  consumptions {
    device_id: "4f1c9a02b1d84c7e9a5f00112233aabb"
    hostname: "reports-build-7.north.example.com"
    explanation: "each processor core counts, and every machine has at least 8"
    missing_facts: "the number of cores of the host that runs it"
  })pb";

constexpr char kAlertsView[] = R"pb(
  effective_date: "2026-10-31"
  alerts {
    alert_id: "701d61bb8cfa0011"
    kind: KIND_AUDIT_REMEDIATION
    subject { parts: "Northgate Software Supply" parts: "AUD-7" }
    vendor: "Northgate Software Supply"
    contract_number: "HL-M-03"
    due_date: "2026-09-11"
    days_left: -1511
    action: "Buy what is missing, or show that it is used no more"
    acknowledgement { principal: "ada" until_date: "2026-12-01" }
  }
  as_of { seconds: 1793404800 nanos: 123456000 })pb";

constexpr char kInvoicesView[] = R"pb(
  findings {
    kind: KIND_PRICE_ABOVE_CONTRACT
    state: STATE_NOT_COMPARABLE
    vendor: "Northgate Software Supply"
    invoice_number: "R-2025-2024-10"
    line: "1"
    invoice_date: "2025-01-01"
    contract_number: "HL-2024-10"
    explanation: "Contract HL-M-07 grants a rebate of 25 % of the price"
  })pb";

constexpr char kMovesView[] = R"pb(
  effective_dates: "2026-10-31"
  moves {
    effective_date: "2026-10-31"
    publisher: "Broadcom Software"
    product: "VMware vSphere Foundation"
    metric: "core"
    organisation_units: "Shops, north"
    entitled_before { value { numerator: 1104 denominator: 1 } }
    entitled_after { value { numerator: 2208 denominator: 1 } }
    shortfall_before { value { numerator: 96 denominator: 1 } }
    shortfall_after { value { numerator: 0 denominator: 1 } }
    state_before: "undetermined"
    state_after: "not-computable"
  })pb";

constexpr char kHoldsView[] = R"pb(
  holds {
    hold_id: "h-00112233"
    device_id: "4f1c9a02b1d84c7e9a5f00112233aabb"
    current_device_ids: "4f1c9a02b1d84c7e9a5f00112233aabb"
    current_device_ids: "5a00000000004c7e9a5f00112233aabb"
    held_by: "ada"
    hold_time { seconds: 1770000000 }
    reason: "the court asked for it\nand wants it until spring"
  })pb";

constexpr char kDevicesView[] = R"pb(
  devices {
    device_id: "4f1c9a02b1d84c7e9a5f00112233aabb"
    hostname: "web-1.example.com"
    model: "PowerEdge R630 with two power supplies"
    serial_number: "7XK 2J03"
    os: "Debian GNU/Linux 12 (bookworm)"
    memory_bytes: 68719476736
    last_seen { seconds: 1770000000 }
  })pb";

constexpr char kDocumentsView[] = R"pb(
  documents {
    sha256: "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
    title: "Order form of the third amendment"
    media_type: "application/pdf"
    size_bytes: 1200
  })pb";

constexpr char kObjectsView[] = R"pb(
  objects {
    vendor {
      vendor_id: "535bf2fc39fbc3822c11f6aaddd281ea"
      name: "Northgate Software Supply"
      vendor_number: "4711"
      notes: "asks for a number of the order\non every letter that one sends"
    }
  })pb";

struct View {
  std::string name;
  std::function<std::string(int width)> render;
  // Texts that no break may part.
  std::vector<std::string> whole;
};

template <typename Response>
View ViewOf(const std::string& name,
            std::string (*render)(const Response&, int), const char* text,
            std::vector<std::string> whole) {
  const auto response = FromText<Response>(text);
  return {name, [=](int width) { return render(response, width); },
          std::move(whole)};
}

View ChangeSets() {
  static const ListedChangeSet listed = {FromText<v1::ChangeSet>(R"pb(
                                           change_set_id: "25dd549258f90011"
                                           state: STATE_PROPOSED
                                           kind: KIND_CONTRACTS
                                           added_count: 196
                                           removed_count: 2
                                           proposed_time { seconds: 1770000000 }
                                           proposed_by: "ivy"
                                           file_name: "entitlements.csv"
                                           reason: "the year's order of seats"
                                         )pb"),
                                         "procurement and itam"};
  return {"change-sets",
          [](int width) {
            return ChangeSetsTable({&listed, 1}, width);
          },
          {"25dd549258f9", "proposed", "+196 -2", "2026-02-02 02:40Z"}};
}

std::string MovesOf(const v1::PreviewChangeSetResponse& response, int width) {
  return PreviewText(response, /*is_in_effect=*/false, width);
}

std::string ContractOf(const v1::Contract& contract, int width) {
  const auto lines = FromText<v1::ListEntitlementsResponse>(kLinesView);
  return ContractFileTable({contract, {}, lines}, width);
}

std::string PositionOf(const v1::Position& position, int width) {
  v1::ListPositionsResponse response;
  *response.add_positions() = position;
  return PositionsTable(response, width);
}

std::vector<View> AllViews() {
  return {
      ViewOf("lines", EntitlementsTable, kLinesView,
             {"HL-2024-03 b", "PO-2024-031", "2024-05-01", "2027-04-30",
              "34276.00 EUR", "1240"}),
      ViewOf("contract", ContractOf,
             "contract_number: 'HL-2024-03 b' title: 'Desktops and more'",
             {"HL-2024-03 b", "PO-2024-031", "34276.00 EUR"}),
      ViewOf("position", PositionOf, kPositionView,
             {"1560", "16 (8 to unlimited)", "undetermined"}),
      ViewOf("explanation", ExplanationTable, kExplanationView,
             {"HL-2023-01", "PO-2023-011", "2023-01-01", "2025-12-31",
              "4f1c9a02b1d8", "reports-build-7.north.example.com"}),
      ViewOf("alerts", AlertsTable, kAlertsView,
             {"2026-09-11", "1511 over", "audit-remediation", "HL-M-03",
              "701d61bb8cfa", "--as-of=2026-10-31T00:00:00.123456Z"}),
      ViewOf("invoices", InvoiceFindingsTable, kInvoicesView,
             {"R-2025-2024-10", "2025-01-01", "price-above-contract",
              "not-comparable", "HL-2024-10"}),
      ViewOf("moves", MovesOf, kMovesView,
             {"1104 -> 2208", "96 -> 0", "undetermined -> not-computable",
              "2026-10-31"}),
      ViewOf(
          "holds", HoldsTable, kHoldsView,
          {"2026-02-02 02:40Z", "h-00112233", "4f1c9a02b1d8", "5a0000000000"}),
      ViewOf("devices", DevicesTable, kDevicesView,
             {"4f1c9a02b1d8", "7XK 2J03", "64.0 GiB", "2026-02-02 02:40Z"}),
      ViewOf("documents", DocumentsTable, kDocumentsView,
             {"00112233445566778899aabbccddeeff"
              "00112233445566778899aabbccddeeff",
              "1.2 KiB"}),
      ViewOf("objects", ContractObjectsTable, kObjectsView,
             {"Northgate Software Supply", "535bf2fc39fb"}),
      ChangeSets(),
  };
}

// What is said, in whatever lines: a stacked title has a colon.
std::set<std::string> WordsOf(const std::string& text) {
  std::set<std::string> words;
  for (const absl::string_view word :
       absl::StrSplit(text, absl::ByAnyChar(" \n"), absl::SkipEmpty())) {
    words.emplace(absl::StripSuffix(word, ":"));
  }
  return words;
}

class ViewsWidthTest : public ::testing::TestWithParam<int> {};

TEST_P(ViewsWidthTest, NoLineIsWiderThanTheTerminalOrEndsWithBlanks) {
  for (const View& view : AllViews()) {
    for (const absl::string_view line :
         absl::StrSplit(view.render(GetParam()), '\n')) {
      // A digest alone is wider than the narrowest.
      const bool is_digest = absl::StrContains(line, view.whole[0]) &&
                             DisplayWidth(view.whole[0]) >= 60;
      EXPECT_LE(DisplayWidth(line),
                is_digest ? std::max(80, GetParam()) : GetParam())
          << view.name << ": " << line;
      EXPECT_FALSE(absl::EndsWith(line, " ")) << view.name << ": " << line;
    }
  }
}

TEST_P(ViewsWidthTest, WhatPeopleCopyOrCompareStandsInOneLine) {
  for (const View& view : AllViews()) {
    const std::string text = view.render(GetParam());
    for (const std::string& whole : view.whole) {
      EXPECT_THAT(text, HasSubstr(whole)) << view.name;
    }
  }
}

TEST_P(ViewsWidthTest, NothingIsCut) {
  for (const View& view : AllViews()) {
    const std::string text = view.render(GetParam());
    EXPECT_THAT(text, Not(HasSubstr("…"))) << view.name;
    EXPECT_EQ(WordsOf(text), WordsOf(view.render(kUnlimitedWidth)))
        << view.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Terminals, ViewsWidthTest,
                         ::testing::Values(60, 80, 100, 200));

TEST(ViewsWidth, ANoteOfSeveralLinesHasThemBelowItsTitle) {
  const auto objects = FromText<v1::ListContractObjectsResponse>(kObjectsView);
  const std::string lead(41, ' ');
  EXPECT_THAT(ContractObjectsTable(objects, 100),
              AllOf(HasSubstr("number 4711; asks for a number of the order\n" +
                              lead + "on every letter that one sends\n"),
                    Not(HasSubstr("\\x0a"))));
}

TEST(ViewsWidth, LinesOfAContractAreStackedWhereTheyDoNotFit) {
  EXPECT_THAT(
      EntitlementsTable(FromText<v1::ListEntitlementsResponse>(kLinesView), 80),
      StartsWith("CONTRACT: HL-2024-03 b\n"
                 "ORDER: PO-2024-031\n"
                 "LINE: 12\n"
                 "PUBLISHER: Microsoft Corporation\n"));
}

}  // namespace
}  // namespace rollcall::cli
