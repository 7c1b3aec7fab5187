#include "collector/contracts/exchange/vendor_names.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/contracts/exchange/entitlement_import.h"
#include "collector/contracts/exchange/import_plan.h"
#include "collector/contracts/object_kind.h"
#include "collector/contracts/object_states.h"
#include "gmock/gmock.h"
#include "tests/support/proto_matchers.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/collector/contracts/contract_store.h"
#include "tests/unit/collector/contracts/exchange/sample_mappings.h"

namespace rollcall::collector {
namespace {

using ::testing::ElementsAre;
using testing::FromText;
using ::testing::SizeIs;

constexpr char kAsWritten[] = "IBM";
constexpr char kByName[] = "International Business Machines";

// Imports lines of invoices, each line 1 of one: 10 at 100 EUR.
struct VendorStore : ContractStore {
  // Gives the vendor the alias.
  void Alias() {
    ASSERT_OK_AND_ASSIGN(
        const v1::ChangeSet vendor,
        ProposeAs("ina", {FromText<v1::ObjectChange>(absl::StrCat(
                             "action: ACTION_SET object { vendor { name: '",
                             kByName, "' aliases: '", kAsWritten, "' } }"))}));
    AgreeTo(vendor.change_set_id());
  }

  static std::string InvoiceOf(const std::string& vendor,
                               const std::string& number) {
    return absl::StrCat(vendor, ",", number, ",1,2026-02-01,10,100,1000,EUR\n");
  }
  v1::ImportEntitlementsResponse ImportInvoices(
      const std::vector<std::string>& lines, bool quarantine = false) {
    v1::ImportEntitlementsRequest request;
    request.set_mapping("rollcall-invoice");
    request.set_quarantine(quarantine);
    request.set_content(
        "vendor,invoice_number,line,invoice_date,quantity,unit_price,total,"
        "currency\n");
    for (const std::string& line : lines)
      request.mutable_content()->append(line);
    const auto response = mapped.Import(request, roles.CallBy("ina"));
    EXPECT_OK(response);
    return response.value_or(v1::ImportEntitlementsResponse());
  }

  // What names the lines that are known.
  std::vector<std::string> Known() const {
    std::vector<std::string> names;
    const std::unique_ptr<Reader> snapshot = engine->Snapshot();
    ObjectWalk walk(*snapshot, ObjectNumber::kInvoiceLine, kAtLast);
    while (true) {
      const auto next = walk.Next();
      EXPECT_OK(next);
      if (!next.ok() || !next->has_value()) return names;
      names.push_back(NameInWords((*next)->object));
    }
  }

  EntitlementImporter mapped{*engine, committer,       change_sets,
                             clock,   SampleMetrics(), &SampleBook()};
};

TEST(VendorNames, AnInvoiceThatIsKnownUnderAnAliasIsNotNotedOnceMore) {
  VendorStore store;
  const std::string file = VendorStore::InvoiceOf(kAsWritten, "R-1");
  EXPECT_EQ(store.ImportInvoices({file}).added_count(), 1);
  store.Alias();
  const auto again = store.ImportInvoices({file});
  EXPECT_EQ(again.unchanged_count(), 1);
  EXPECT_EQ(again.change_set_id(), "");
  ASSERT_THAT(again.conversions(), SizeIs(1));
  EXPECT_EQ(again.conversions(0).text(),
            "vendor: IBM is left as it is in lines of invoices that are known "
            "under it");
  // Nor is it under the vendor's name.
  const auto by_name =
      store.ImportInvoices({VendorStore::InvoiceOf(kByName, "R-1")});
  EXPECT_EQ(by_name.unchanged_count(), 1);
  ASSERT_THAT(by_name.conversions(), SizeIs(1));
  EXPECT_EQ(by_name.conversions(0).text(),
            "vendor: International Business Machines is read as IBM in lines "
            "of invoices that are known under it");
  EXPECT_THAT(store.Known(), ElementsAre("IBM / R-1 / 1"));
}

TEST(VendorNames, AnInvoiceThatIsNotKnownGetsTheVendorsName) {
  VendorStore store;
  store.ImportInvoices({VendorStore::InvoiceOf(kAsWritten, "R-1")});
  store.Alias();
  for (const int added : {1, 0}) {
    const auto response =
        store.ImportInvoices({VendorStore::InvoiceOf(kAsWritten, "R-2")});
    EXPECT_EQ(response.added_count(), added);
    ASSERT_THAT(response.conversions(), SizeIs(1));
    EXPECT_EQ(response.conversions(0).text(),
              "vendor: IBM is read as International Business Machines, whose "
              "alias it is");
  }
  EXPECT_THAT(store.Known(),
              ElementsAre("IBM / R-1 / 1",
                          "International Business Machines / R-2 / 1"));
}

TEST(VendorNames, TwoInvoicesThatAreKnownApartStayApart) {
  VendorStore store;
  const std::vector<std::string> file = {
      VendorStore::InvoiceOf(kAsWritten, "R-1"),
      VendorStore::InvoiceOf(kByName, "R-1")};
  EXPECT_EQ(store.ImportInvoices(file).added_count(), 2);
  store.Alias();
  EXPECT_EQ(store.ImportInvoices(file).unchanged_count(), 2);
}

TEST(VendorNames, AnInvoiceThatIsLeftOutIsFoundUnderTheVendorsName) {
  VendorStore store;
  store.Alias();
  store.ImportInvoices({VendorStore::InvoiceOf(kByName, "R-1")});
  ImportedFile file;
  LeftOutLine& line = file.left_out.emplace_back();
  line.line = 2;
  line.reason = "Status is Cancelled";
  line.object = FromText<v1::ContractObject>(
      absl::StrCat("invoice_line { vendor: '", kAsWritten,
                   "' invoice_number: 'R-1' line: '1' }"));
  const std::unique_ptr<Reader> snapshot = store.engine->Snapshot();
  ASSERT_OK_AND_ASSIGN(const ImportPlan plan,
                       PlanImport(mappings::v1::Mapping::TARGET_INVOICE_LINES,
                                  file, {}, *snapshot));
  EXPECT_THAT(plan.still_known, SizeIs(1));
  EXPECT_TRUE(file.conversions.empty());
}

TEST(VendorNames, TwoLinesOfOneInvoiceUnderTwoNamesOfItsVendorAreBad) {
  VendorStore store;
  store.Alias();
  const std::vector<std::string> file = {
      VendorStore::InvoiceOf(kAsWritten, "R-1"),
      VendorStore::InvoiceOf(kByName, "R-2"),
      VendorStore::InvoiceOf(kByName, "R-1")};
  const auto response = store.ImportInvoices(file);
  ASSERT_EQ(response.error_count(), 2);
  EXPECT_EQ(response.errors(0).line(), 2);
  EXPECT_EQ(response.errors(0).value(),
            "International Business Machines / R-1 / 1");
  EXPECT_EQ(response.errors(0).reason(),
            "line 4 is of the same; each may stand in the file once");
  EXPECT_EQ(response.errors(1).line(), 4);
  EXPECT_EQ(response.errors(1).reason(),
            "line 2 is of the same; each may stand in the file once");
  EXPECT_THAT(store.Known(), SizeIs(0));
  // The others of the file may be right.
  const auto aside = store.ImportInvoices(file, /*quarantine=*/true);
  EXPECT_EQ(aside.quarantined_count(), 2);
  EXPECT_THAT(store.Known(),
              ElementsAre("International Business Machines / R-2 / 1"));
}

TEST(VendorNames, ALineThatSaysWhatIsKnownIsNoExcuseForAnotherOfTheSame) {
  VendorStore store;
  for (const char* known_as : {kAsWritten, kByName}) {
    store.ImportInvoices({VendorStore::InvoiceOf(known_as, known_as)});
  }
  store.Alias();
  for (const char* number : {kAsWritten, kByName}) {
    const auto response =
        store.ImportInvoices({VendorStore::InvoiceOf(kAsWritten, number),
                              VendorStore::InvoiceOf(kByName, number)});
    EXPECT_EQ(response.error_count(), 2) << number;
  }
  EXPECT_THAT(store.Known(), SizeIs(2));
}

TEST(VendorNames, ALineIsBadThatIsLeftOutUnderAnotherNameOfItsVendor) {
  VendorStore store;
  store.Alias();
  ImportedFile file;
  const auto line_of = [](const std::string& vendor) {
    return FromText<v1::ContractObject>(
        absl::StrCat("invoice_line { vendor: '", vendor,
                     "' invoice_number: 'R-1' line: '1' }"));
  };
  LeftOutLine& out = file.left_out.emplace_back();
  out.line = 3;
  out.reason = "Status is Cancelled";
  out.object = line_of(kByName);
  ReadLine read;
  read.object = line_of(kAsWritten);
  file.Add(read, 2, "IBM,R-1,1");
  const std::unique_ptr<Reader> snapshot = store.engine->Snapshot();
  ASSERT_OK_AND_ASSIGN(const ImportPlan plan,
                       PlanImport(mappings::v1::Mapping::TARGET_INVOICE_LINES,
                                  file, {}, *snapshot));
  EXPECT_THAT(plan.changes, SizeIs(0));
  ASSERT_THAT(file.bad, SizeIs(1));
  EXPECT_EQ(file.bad[0].content, "IBM,R-1,1");
  EXPECT_EQ(file.bad[0].errors[0].reason(),
            "line 3 is of the same, and is left out since its Status is "
            "Cancelled; which of them holds is unknown");
}

}  // namespace
}  // namespace rollcall::collector
