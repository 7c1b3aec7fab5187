#include "collector/contracts/reference_check.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "tests/support/counting_engine.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/collector/contracts/contract_store.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::IsOk;
using testing::StatusIs;

v1::ObjectChange ChangeOf(v1::ObjectChange::Action action,
                          const std::string& day) {
  v1::ObjectChange change;
  change.set_action(action);
  change.set_effective_date(day);
  return change;
}

v1::ObjectChange VendorChange(v1::ObjectChange::Action action,
                              const std::string& day = "") {
  v1::ObjectChange change = ChangeOf(action, day);
  change.mutable_object()->mutable_vendor()->set_name("Acme");
  return change;
}

v1::ObjectChange ContractChange(v1::ObjectChange::Action action,
                                const std::string& day = "",
                                const std::string& number = "C-1",
                                const std::string& master = "") {
  v1::ObjectChange change = ChangeOf(action, day);
  v1::Contract& contract = *change.mutable_object()->mutable_contract();
  contract.set_contract_number(number);
  contract.set_vendor("Acme");
  contract.set_start_date("2024-01-01");
  if (!master.empty()) contract.set_master_contract_number(master);
  return change;
}

v1::ObjectChange LineChange(v1::ObjectChange::Action action,
                            const std::string& day = "", int quantity = 5) {
  v1::ObjectChange change = ChangeOf(action, day);
  v1::Entitlement& line = *change.mutable_object()->mutable_entitlement();
  line.set_contract_number("C-1");
  line.set_vendor("Acme");
  line.set_publisher("Acme");
  line.set_product("Till");
  line.set_metric("device");
  line.mutable_quantity()->mutable_value()->set_numerator(quantity);
  line.mutable_quantity()->mutable_value()->set_denominator(1);
  line.set_start_date("2024-01-01");
  line.set_line("1");
  return change;
}

v1::ObjectChange ReviewSet() {
  v1::ObjectChange change = ChangeOf(v1::ObjectChange::ACTION_SET, "");
  v1::Review& review = *change.mutable_object()->mutable_review();
  review.set_contract_number("C-1");
  review.set_review_date("2025-01-01");
  review.set_reviewer("Ina");
  return change;
}

constexpr auto kSet = v1::ObjectChange::ACTION_SET;
constexpr auto kEnd = v1::ObjectChange::ACTION_END;
constexpr auto kRetract = v1::ObjectChange::ACTION_RETRACT;

class ReferenceCheckTest : public ::testing::Test {
 protected:
  absl::Status Propose(const std::vector<v1::ObjectChange>& changes) {
    return store_.ProposeAs("ina", changes).status();
  }
  void Agree(const std::vector<v1::ObjectChange>& changes) {
    const auto change_set = store_.ProposeAs("ina", changes);
    ASSERT_OK(change_set);
    if (change_set->state() == v1::ChangeSet::STATE_PROPOSED) {
      store_.AgreeTo(change_set->change_set_id());
    }
  }
  void AgreeToContractWithLine() {
    Agree({VendorChange(kSet), ContractChange(kSet), LineChange(kSet)});
  }

  ContractStore store_;
};

TEST_F(ReferenceCheckTest, WantsTheContractOfALine) {
  Agree({VendorChange(kSet)});
  EXPECT_THAT(Propose({LineChange(kSet)}),
              StatusIs(StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("contract C-1"),
                             HasSubstr("propose it first, or with it"))));
  EXPECT_THAT(Propose({ContractChange(kSet), LineChange(kSet)}), IsOk());
}

TEST_F(ReferenceCheckTest, AContractEndsAfterItsLines) {
  AgreeToContractWithLine();
  EXPECT_THAT(Propose({ContractChange(kEnd, "2026-01-01")}),
              StatusIs(StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("contract C-1 ends on 2026-01-01"),
                             HasSubstr("end it by then, or with it"))));
  EXPECT_THAT(Propose({ContractChange(kEnd, "2026-01-01"),
                       LineChange(kEnd, "2026-01-02")}),
              StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_THAT(Propose({ContractChange(kEnd, "2026-01-01"),
                       LineChange(kEnd, "2026-01-01")}),
              IsOk());
}

TEST_F(ReferenceCheckTest, ALineMayChangeUntilItsContractEnds) {
  AgreeToContractWithLine();
  Agree({ContractChange(kEnd, "2027-01-01"), LineChange(kEnd, "2027-01-01")});
  EXPECT_THAT(Propose({LineChange(kSet, "2026-06-01", 7)}), IsOk());
  EXPECT_THAT(Propose({LineChange(kSet, "2027-06-01", 7)}),
              StatusIs(StatusCode::kFailedPrecondition,
                       HasSubstr("not there on 2027-06-01")));
}

TEST_F(ReferenceCheckTest, ARetractedEndOfALineKeepsItsContract) {
  AgreeToContractWithLine();
  Agree({ContractChange(kEnd, "2027-01-01"), LineChange(kEnd, "2027-01-01")});
  EXPECT_THAT(Propose({LineChange(kSet, "2027-01-01")}),
              StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_THAT(Propose({ContractChange(kRetract, "2027-01-01"),
                       LineChange(kRetract, "2027-01-01")}),
              IsOk());
}

TEST_F(ReferenceCheckTest, ARetractedEndOfALineDoesNotOutliveItsContract) {
  AgreeToContractWithLine();
  Agree({ContractChange(kEnd, "2026-01-01"), LineChange(kEnd, "2026-01-01")});
  EXPECT_THAT(Propose({LineChange(kRetract, "2026-01-01")}),
              StatusIs(StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("contract C-1 ends on 2026-01-01"),
                             HasSubstr("entitlement C-1"))));
}

TEST_F(ReferenceCheckTest, ARetractedEndOfAContractDoesNotOutliveItsMaster) {
  Agree({VendorChange(kSet), ContractChange(kSet),
         ContractChange(kSet, "", "C-2", "C-1")});
  Agree({ContractChange(kEnd, "2026-01-01"),
         ContractChange(kEnd, "2026-01-01", "C-2")});
  EXPECT_THAT(Propose({ContractChange(kRetract, "2026-01-01", "C-2")}),
              StatusIs(StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("contract C-1 ends on 2026-01-01"),
                             HasSubstr("contract C-2 goes on"))));
  EXPECT_THAT(Propose({ContractChange(kRetract, "2026-01-01"),
                       ContractChange(kRetract, "2026-01-01", "C-2")}),
              IsOk());
}

TEST_F(ReferenceCheckTest, ARetractedEndOfAContractDoesNotOutliveItsVendor) {
  Agree({VendorChange(kSet), ContractChange(kSet)});
  Agree({VendorChange(kEnd, "2026-01-01"), ContractChange(kEnd, "2026-01-01")});
  EXPECT_THAT(Propose({ContractChange(kRetract, "2026-01-01")}),
              StatusIs(StatusCode::kFailedPrecondition,
                       HasSubstr("vendor Acme ends on 2026-01-01")));
}

TEST_F(ReferenceCheckTest, AMasterThatARetractionBringsBackIsThere) {
  Agree({VendorChange(kSet), ContractChange(kSet),
         ContractChange(kSet, "", "C-2", "C-1")});
  Agree({ContractChange(kSet, "2025-01-01", "C-2")});
  Agree({ContractChange(kEnd, "2026-01-01")});
  EXPECT_THAT(Propose({ContractChange(kRetract, "2025-01-01", "C-2")}),
              StatusIs(StatusCode::kFailedPrecondition,
                       HasSubstr("contract C-1 ends on 2026-01-01")));
}

TEST_F(ReferenceCheckTest, AContractIsNotUnderItself) {
  Agree({VendorChange(kSet)});
  EXPECT_THAT(Propose({ContractChange(kSet, "", "C-1", "c-1")}),
              StatusIs(StatusCode::kFailedPrecondition,
                       HasSubstr("contract C-1 would be under itself")));
  EXPECT_THAT(Propose({ContractChange(kSet, "", "C-1", "C-3"),
                       ContractChange(kSet, "", "C-2", "C-1"),
                       ContractChange(kSet, "", "C-3", "C-2")}),
              StatusIs(StatusCode::kFailedPrecondition,
                       HasSubstr("would be under itself")));
  Agree({ContractChange(kSet), ContractChange(kSet, "", "C-2", "C-1")});
  EXPECT_THAT(Propose({ContractChange(kSet, "2026-01-01", "C-1", "C-2")}),
              StatusIs(StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("contract C-1 would be under itself"),
                             HasSubstr("from 2026-01-01 on"))));
}

TEST_F(ReferenceCheckTest, AMasterMayComeUnderItsContractOnALaterDay) {
  Agree({VendorChange(kSet), ContractChange(kSet),
         ContractChange(kSet, "", "C-2", "C-1")});
  Agree({ContractChange(kSet, "2026-01-01", "C-2"),
         ContractChange(kSet, "2026-01-01", "C-1", "C-2")});
  EXPECT_THAT(Propose({ContractChange(kRetract, "2026-01-01", "C-2")}),
              StatusIs(StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("contract C-2 would be under itself"),
                             HasSubstr("from 2026-01-01 on"))));
}

TEST_F(ReferenceCheckTest, ManyContractsThatEndTogetherAreReadOnce) {
  constexpr int kCount = 1'000;
  std::vector<v1::ObjectChange> begin = {VendorChange(kSet)};
  std::vector<v1::ObjectChange> end = {VendorChange(kEnd, "2026-01-01")};
  for (int i = 0; i < kCount; ++i) {
    const std::string number = absl::StrCat("C-", i);
    begin.push_back(ContractChange(kSet, "", number));
    begin.push_back(LineChange(kSet));
    begin.back().mutable_object()->mutable_entitlement()->set_contract_number(
        number);
    end.push_back(ContractChange(kEnd, "2026-01-01", number));
    end.push_back(LineChange(kEnd, "2026-01-01"));
    end.back().mutable_object()->mutable_entitlement()->set_contract_number(
        number);
  }
  Agree(begin);
  testing::CountingEngine counting(*store_.engine);
  EXPECT_THAT(CheckReferences(end, counting), IsOk());
  // Each contract as one of all and as what its line refers to, and the line.
  EXPECT_LE(counting.of(TableId::kObject), 4 * kCount);
}

TEST_F(ReferenceCheckTest, AContractIsNotVoidedFromUnderItsLines) {
  AgreeToContractWithLine();
  EXPECT_THAT(
      Propose({ContractChange(kRetract)}),
      StatusIs(StatusCode::kFailedPrecondition, HasSubstr("entitlement C-1")));
  EXPECT_THAT(Propose({ContractChange(kRetract), LineChange(kRetract)}),
              IsOk());
}

TEST_F(ReferenceCheckTest, ADayIsVoidedUnderALineIfTheStateBeforeHolds) {
  AgreeToContractWithLine();
  v1::ObjectChange renamed = ContractChange(kSet, "2026-01-01");
  renamed.mutable_object()->mutable_contract()->set_title("Tills");
  Agree({renamed});
  EXPECT_THAT(Propose({ContractChange(kRetract, "2026-01-01")}), IsOk());
}

TEST_F(ReferenceCheckTest, AMasterAndAVendorEndAfterContracts) {
  Agree({VendorChange(kSet), ContractChange(kSet),
         ContractChange(kSet, "", "C-2", "C-1")});
  EXPECT_THAT(Propose({ContractChange(kEnd, "2026-01-01")}),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("C-2")));
  EXPECT_THAT(Propose({VendorChange(kEnd, "2026-01-01")}),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("C-1")));
  EXPECT_THAT(Propose({VendorChange(kEnd, "2026-01-01"),
                       ContractChange(kEnd, "2026-01-01"),
                       ContractChange(kEnd, "2025-01-01", "C-2")}),
              IsOk());
}

TEST_F(ReferenceCheckTest, HistoryStaysWhenAContractEnds) {
  Agree({VendorChange(kSet), ContractChange(kSet)});
  Agree({ReviewSet()});
  EXPECT_THAT(Propose({ContractChange(kEnd, "2026-01-01")}), IsOk());
  EXPECT_THAT(Propose({ContractChange(kRetract)}),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("review")));
}

TEST_F(ReferenceCheckTest, AnImportDoesNotBringAnEndedContractBack) {
  AgreeToContractWithLine();
  Agree({ContractChange(kEnd, "2025-01-01"), LineChange(kEnd, "2025-01-01")});
  v1::ImportEntitlementsRequest request;
  request.set_create_contracts(true);
  request.set_content(absl::StrCat(kHeader, Line("P1", "3")));
  EXPECT_THAT(store_.importer.Import(request, store_.roles.CallBy("ina")),
              StatusIs(StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("contract C-1 ends on 2025-01-01"),
                             HasSubstr("C-1 / P1 / 1"))));
}

TEST_F(ReferenceCheckTest, WhatIsSetForAWhileMayBeSetBack) {
  AgreeToContractWithLine();
  EXPECT_THAT(Propose({LineChange(kSet, "2026-01-01", 9),
                       LineChange(kSet, "2026-07-01", 5)}),
              IsOk());
  EXPECT_THAT(Propose({LineChange(kSet, "2026-07-01", 5)}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("so already")));
}

}  // namespace
}  // namespace rollcall::collector
