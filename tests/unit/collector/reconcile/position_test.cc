#include "collector/reconcile/position.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/reconcile/position_book.h"
#include "gmock/gmock.h"
#include "tests/support/fake_random.h"
#include "tests/support/proto_matchers.h"

namespace rollcall::collector {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::FromText;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Builds an input and keeps what it points to.
class Case {
 public:
  explicit Case(const char* date = "2026-06-30")
      : input_{.publisher = "P",
               .product = "Q",
               .metric = "core",
               .effective_date = *CivilDate::Parse(date),
               .lines = {},
               .bought_under = {},
               .demands = {},
               .not_counted = ""} {}

  Case& Buy(Quantity quantity, const std::string& more = "") {
    lines_.push_back(FromText<v1::Entitlement>(
        absl::StrCat("start_date: '2026-01-01' ", more)));
    *lines_.back().mutable_quantity() = quantity.ToProto();
    input_.lines.push_back(&lines_.back());
    if (input_.bought_under.empty()) input_.bought_under = {"core"};
    return *this;
  }
  Case& Buy(int64_t quantity, const std::string& more = "") {
    return Buy(Quantity::Of(quantity), more);
  }

  // A device that uses `low` to `high`.
  Case& Use(int64_t low, Quantity high, const Install& install = {}) {
    DeviceDemand demand;
    demand.device = DeviceId::Generate(random_);
    demand.measured.low = demand.measured.expected = Quantity::Of(low);
    demand.measured.high = high;
    if (high != Quantity::Of(low)) {
      demand.measured.missing_facts = {"something"};
    }
    demand.installs = {install};
    demands_.push_back(std::move(demand));
    input_.demands.push_back(&demands_.back());
    return *this;
  }
  Case& Use(int64_t exact, const Install& install = {}) {
    return Use(exact, Quantity::Of(exact), install);
  }

  PositionInput& input() { return input_; }
  v1::Position Position() const { return ComputePosition(input_).position; }
  std::vector<std::string> Reasons() const {
    return ComputePosition(input_).reasons;
  }

 private:
  testing::FakeRandom random_;
  std::deque<v1::Entitlement> lines_;
  std::deque<DeviceDemand> demands_;
  PositionInput input_;
};

// "entitled low/expected/high shortfall surplus STATE".
std::string InWords(const v1::Position& position) {
  const auto text = [](const v1::Quantity& quantity) {
    return Quantity::FromProto(quantity)->ToString();
  };
  return absl::StrCat(
      text(position.entitled()), " ", text(position.consumed().low()), "/",
      text(position.consumed().expected()), "/",
      text(position.consumed().high()), " ", text(position.shortfall()), " ",
      text(position.surplus()), " ",
      v1::Position::State_Name(position.state()).substr(6));
}

TEST(Position, ComparesWhatIsBoughtWithWhatIsUsed) {
  EXPECT_EQ(InWords(Case().Buy(10).Use(4).Use(6).Position()),
            "10 10/10/10 0 0 COVERED");
  EXPECT_EQ(InWords(Case().Buy(9).Use(4).Use(6).Position()),
            "9 10/10/10 1 0 SHORTFALL");
  EXPECT_EQ(InWords(Case().Buy(8).Buy(4).Use(4).Use(6).Position()),
            "12 10/10/10 0 2 COVERED");
  EXPECT_EQ(InWords(Case().Buy(8).Position()), "8 0/0/0 0 8 COVERED");
}

TEST(Position, AddsFractionsExactly) {
  const Quantity tenth = Quantity::Of(*Rational::Make(1, 10));
  Case buys;
  for (int i = 0; i < 10; ++i) buys.Buy(tenth);
  EXPECT_EQ(InWords(buys.Use(1).Position()), "1 1/1/1 0 0 COVERED");
}

TEST(Position, CoversEverythingWithoutLimit) {
  EXPECT_EQ(InWords(Case()
                        .Buy(5)
                        .Buy(Quantity::Unlimited())
                        .Use(1, Quantity::Unlimited())
                        .Position()),
            "unlimited 1/1/unlimited 0 unlimited COVERED");
  EXPECT_EQ(InWords(Case().Buy(Quantity::Unlimited()).Use(7).Position()),
            "unlimited 7/7/7 0 unlimited COVERED");
}

TEST(Position, IsNotCoveredWhereAMissingFactCouldTurnIt) {
  const auto position =
      Case().Buy(10).Use(4).Use(1, Quantity::Unlimited()).Position();
  EXPECT_EQ(InWords(position), "10 5/5/unlimited 0 5 UNDETERMINED");
  EXPECT_EQ(position.undetermined_count(), 1);
  EXPECT_EQ(InWords(Case().Buy(10).Use(4, Quantity::Of(11)).Position()),
            "10 4/4/11 0 6 UNDETERMINED");
  // The most that the facts allow is covered.
  EXPECT_EQ(InWords(Case().Buy(11).Use(4, Quantity::Of(11)).Position()),
            "11 4/4/11 0 7 COVERED");
  // The least is a shortfall already.
  EXPECT_EQ(InWords(Case().Buy(3).Use(4, Quantity::Unlimited()).Position()),
            "3 4/4/unlimited 1 0 SHORTFALL");
}

TEST(Position, TellsWhatWasNeverBoughtFromWhatRanOut) {
  const auto never = Case().Use(1).Position();
  EXPECT_EQ(InWords(never), "0 1/1/1 1 0 NOT_LICENSED");
  EXPECT_THAT(never.notes(), ElementsAre(HasSubstr("bought under no metric")));
  const auto expired =
      Case().Buy(5, "end_date: '2026-03-31'").Use(1).Position();
  EXPECT_EQ(InWords(expired), "0 1/1/1 1 0 SHORTFALL");
  EXPECT_EQ(expired.entitlement_out_of_term_count(), 1);
  EXPECT_EQ(expired.entitlement_count(), 0);
}

TEST(Position, CountsLinesInTermOnly) {
  const std::string term = "end_date: '2026-06-30'";
  EXPECT_EQ(InWords(Case("2026-06-30").Buy(100, term).Position()),
            "100 0/0/0 0 100 COVERED");
  EXPECT_EQ(InWords(Case("2026-07-01").Buy(100, term).Position()),
            "0 0/0/0 0 0 COVERED");
  EXPECT_THAT(Case("2026-07-01").Buy(100, term).Buy(1).Reasons(),
              ElementsAre("ended 2026-06-30", ""));
  EXPECT_THAT(Case("2025-12-31").Buy(1).Reasons(),
              ElementsAre("starts 2026-01-01"));
}

TEST(Position, CountsNoLineThatDoesNotAdmitAllThatIsUsed) {
  Case buys;
  buys.Buy(10, "version: '15'")
      .Buy(3)
      .Use(1, {"15.2", std::nullopt})
      .Use(1, {"16.1", std::nullopt})
      .Use(1, {"16.1", std::nullopt});
  const auto position = buys.Position();
  EXPECT_EQ(InWords(position), "3 3/3/3 0 0 COVERED");
  EXPECT_EQ(position.entitlement_count(), 2);
  EXPECT_EQ(position.entitlement_not_applicable_count(), 1);
  EXPECT_THAT(
      buys.Reasons(),
      ElementsAre("is for version 15; also used: version 16.1 on 2 devices",
                  ""));
  EXPECT_THAT(position.notes(), ElementsAre(HasSubstr("may be smaller")));
}

TEST(Position, DoesNotLetAnOlderVersionCoverANewerOne) {
  EXPECT_EQ(InWords(Case()
                        .Buy(10, "version: '2016'")
                        .Use(1, {"2019", std::nullopt})
                        .Position()),
            "0 1/1/1 1 0 SHORTFALL");
}

TEST(Position, DoesNotLetALowerEditionCoverAHigherOne) {
  Case buys;
  buys.Buy(10, "edition: 'JRE'").Use(1, {"17", "JDK"});
  EXPECT_THAT(buys.Reasons(),
              ElementsAre(HasSubstr("edition JDK on 1 device")));
  EXPECT_EQ(buys.Position().state(), v1::Position::STATE_SHORTFALL);
}

TEST(Position, SaysThatSeveralMetricsMustNotBeAddedUp) {
  Case buys;
  buys.Buy(10).Use(1);
  buys.input().bought_under = {"core", "device"};
  EXPECT_THAT(buys.Position().notes(),
              ElementsAre(HasSubstr("must not be added up")));
}

TEST(Position, SaysThatItCannotBeComputedInsteadOfWrapping) {
  const int64_t max = std::numeric_limits<int64_t>::max();
  const PositionResult bought =
      ComputePosition(Case().Buy(max).Buy(1).Use(2).input());
  EXPECT_EQ(bought.position.state(), v1::Position::STATE_NOT_COMPUTABLE);
  EXPECT_THAT(bought.position.notes(),
              ElementsAre(AllOf(HasSubstr("what is bought"),
                                HasSubstr("does not fit into 64 bits"))));
  EXPECT_FALSE(bought.position.has_entitled());
  EXPECT_FALSE(bought.position.has_surplus());
  EXPECT_EQ(bought.position.consumed().expected().value().numerator(), 2);
  EXPECT_EQ(bought.position.entitlement_count(), 2);
  EXPECT_THAT(bought.reasons, ElementsAre("", ""));

  const v1::Position used = Case().Buy(1).Use(max).Use(1).Position();
  EXPECT_EQ(used.state(), v1::Position::STATE_NOT_COMPUTABLE);
  EXPECT_THAT(used.notes(), ElementsAre(HasSubstr("what is used")));
  EXPECT_FALSE(used.has_consumed());
  EXPECT_EQ(used.device_count(), 2);
}

TEST(Position, LacksNothingWhereALineIsUnlimitedWhateverTheOthersComeTo) {
  const int64_t max = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(InWords(Case()
                        .Buy(max)
                        .Buy(max)
                        .Buy(Quantity::Unlimited())
                        .Use(7)
                        .Position()),
            "unlimited 7/7/7 0 unlimited COVERED");
  EXPECT_EQ(InWords(Case()
                        .Buy(3)
                        .Use(1, Quantity::Of(max))
                        .Use(1, Quantity::Of(max))
                        .Use(1, Quantity::Unlimited())
                        .Position()),
            "3 3/3/unlimited 0 0 UNDETERMINED");
}

TEST(Position, MaintenanceIsARightToNothingAlone) {
  Case buys;
  buys.Buy(10).Buy(5, "licence_kind: LICENCE_KIND_MAINTENANCE").Use(12);
  const v1::Position position = buys.Position();
  EXPECT_EQ(position.entitled().value().numerator(), 10);
  EXPECT_EQ(position.state(), v1::Position::STATE_SHORTFALL);
  EXPECT_EQ(position.entitlement_count(), 2);
  EXPECT_EQ(position.entitlement_no_right_count(), 1);
  EXPECT_THAT(buys.Reasons(), ElementsAre("", HasSubstr("maintenance")));
  EXPECT_THAT(position.notes(), IsEmpty());
}

TEST(Position, WhatBuildsUponALicenceAddsNone) {
  for (const char* kind : {"UPGRADE", "STEP_UP", "ADD_ON"}) {
    Case buys;
    buys.Buy(100,
             "licence_kind: LICENCE_KIND_PERPETUAL "
             "entitlement_id: 'base'")
        .Buy(100, absl::StrCat("base_entitlement_id: 'base' licence_kind: "
                               "LICENCE_KIND_",
                               kind))
        .Use(120);
    const v1::Position position = buys.Position();
    EXPECT_EQ(InWords(position), "100 120/120/120 20 0 SHORTFALL") << kind;
    EXPECT_EQ(position.entitlement_count(), 2);
    EXPECT_EQ(position.entitlement_no_right_count(), 1);
    EXPECT_THAT(buys.Reasons(), ElementsAre("", ::testing::EndsWith(" none")));
    EXPECT_THAT(position.notes(),
                ElementsAre(AllOf(HasSubstr("add nothing"),
                                  HasSubstr("smaller than shown"))));
  }
}

TEST(Position, WhatBuildsUponNothingHereSaysSoAndAddsNothing) {
  Case buys;
  buys.Buy(100,
           "licence_kind: LICENCE_KIND_UPGRADE entitlement_id: 'a' "
           "base_entitlement_id: 'elsewhere'")
      .Buy(100, "licence_kind: LICENCE_KIND_STEP_UP entitlement_id: 'b'")
      .Use(1);
  const v1::Position position = buys.Position();
  EXPECT_EQ(InWords(position), "0 1/1/1 1 0 SHORTFALL");
  EXPECT_THAT(buys.Reasons(),
              ElementsAre(HasSubstr("is no line of this position"),
                          HasSubstr("is not stated")));
  EXPECT_THAT(position.notes(), ElementsAre(HasSubstr("add nothing")));
}

TEST(Position, AnEvaluationCoversNoUse) {
  Case buys;
  buys.Buy(100, "licence_kind: LICENCE_KIND_EVALUATION").Use(1);
  const v1::Position position = buys.Position();
  EXPECT_EQ(InWords(position), "0 1/1/1 1 0 SHORTFALL");
  EXPECT_THAT(buys.Reasons(), ElementsAre("is for evaluation only"));
  EXPECT_THAT(position.notes(), ElementsAre(HasSubstr("evaluation")));
}

TEST(Position, EveryOtherKindOfLicenceIsARight) {
  for (const char* kind :
       {"UNSPECIFIED", "PERPETUAL", "PERPETUAL_WITH_MAINTENANCE",
        "SUBSCRIPTION", "OEM"}) {
    EXPECT_EQ(
        InWords(Case()
                    .Buy(2, absl::StrCat("licence_kind: LICENCE_KIND_", kind))
                    .Use(1)
                    .Position()),
        "2 1/1/1 0 1 COVERED")
        << kind;
  }
}

TEST(Position, OfWhatNoRuleRecognisesSaysWhatIsBoughtAndWhatToDo) {
  Case buys;
  buys.Buy(400).input().is_unrecognised = true;
  const v1::Position position = buys.Position();
  EXPECT_EQ(position.state(), v1::Position::STATE_NOT_COMPUTABLE);
  EXPECT_TRUE(position.unrecognised());
  EXPECT_EQ(position.entitled().value().numerator(), 400);
  EXPECT_FALSE(position.has_consumed());
  EXPECT_FALSE(position.has_shortfall());
  EXPECT_FALSE(position.has_surplus());
  EXPECT_THAT(position.notes(),
              ElementsAre(AllOf(HasSubstr("what is used by core"),
                                HasSubstr("no rule recognises Q of P"),
                                HasSubstr("add one"))));
}

TEST(Position, NamesEachReasonWhyItCannotBeComputed) {
  Case buys;
  buys.Buy(400).input().is_unrecognised = true;
  buys.input().not_counted = "its table of processors is not in the rules";
  EXPECT_THAT(buys.Position().notes(),
              ElementsAre(AllOf(HasSubstr("its table of processors"),
                                HasSubstr("no rule recognises Q of P"))));
}

TEST(Position, OfMaintenanceAloneAsksForNoRule) {
  Case buys;
  buys.Buy(5, "licence_kind: LICENCE_KIND_MAINTENANCE");
  buys.input().is_unrecognised = true;
  EXPECT_EQ(InWords(buys.Position()), "0 0/0/0 0 0 COVERED");
  EXPECT_TRUE(buys.Position().unrecognised());
  EXPECT_THAT(buys.Position().notes(), IsEmpty());
  buys.Buy(1);
  EXPECT_EQ(buys.Position().state(), v1::Position::STATE_NOT_COMPUTABLE);
}

TEST(Position, OfAMetricThatIsNotCountedSaysWhatIsBoughtAndWhy) {
  Case buys;
  buys.Buy(10).Use(1);
  buys.input().not_counted = "agents do not report who uses it";
  const v1::Position position = buys.Position();
  EXPECT_EQ(position.state(), v1::Position::STATE_NOT_COMPUTABLE);
  EXPECT_EQ(position.entitled().value().numerator(), 10);
  EXPECT_FALSE(position.has_consumed());
  EXPECT_FALSE(position.has_shortfall());
  EXPECT_FALSE(position.has_surplus());
  EXPECT_EQ(position.device_count(), 1);
  EXPECT_THAT(position.notes(),
              ElementsAre(HasSubstr("agents do not report who uses it")));
}

TEST(Position, ReportsAMalformedQuantityInsteadOfTakingItForZero) {
  Case buys;
  v1::Entitlement line = FromText<v1::Entitlement>(
      "start_date: '2026-01-01' contract_number: 'C-1' line: '3'");
  buys.input().lines = {&line};
  buys.input().bought_under = {"core"};
  const v1::Position position = buys.Position();
  EXPECT_EQ(position.state(), v1::Position::STATE_NOT_COMPUTABLE);
  EXPECT_THAT(position.notes(),
              ElementsAre(HasSubstr("contract C-1, line 3: the quantity")));
  EXPECT_FALSE(position.has_entitled());
}

TEST(Position, IsTheSameForAnyOrderOfDevices) {
  testing::FakeRandom random(17);
  for (int round = 0; round < 200; ++round) {
    Case buys;
    for (uint64_t i = random.Next64() % 6; i > 0; --i) {
      buys.Buy(static_cast<int64_t>(1 + random.Next64() % 20),
               random.Next64() % 3 == 0 ? "version: '1'" : "");
    }
    for (uint64_t i = random.Next64() % 10; i > 0; --i) {
      const auto low = static_cast<int64_t>(1 + random.Next64() % 9);
      const auto more = static_cast<int64_t>(random.Next64() % 3);
      buys.Use(low, Quantity::Of(low + more),
               {absl::StrCat(1 + random.Next64() % 2), std::nullopt});
    }
    const auto first = ComputePosition(buys.input());
    auto& demands = buys.input().demands;
    for (size_t i = demands.size(); i > 1; --i) {
      std::swap(demands[i - 1], demands[random.Next64() % i]);
    }
    const auto second = ComputePosition(buys.input());
    ASSERT_EQ(first.position.SerializeAsString(),
              second.position.SerializeAsString());
    ASSERT_EQ(first.reasons, second.reasons);
  }
}

TEST(Position, BalancesItsNumbers) {
  testing::FakeRandom random(19);
  for (int round = 0; round < 500; ++round) {
    Case buys;
    const auto bought = static_cast<int64_t>(1 + random.Next64() % 30);
    const auto used = static_cast<int64_t>(1 + random.Next64() % 30);
    const auto more = static_cast<int64_t>(random.Next64() % 5);
    const auto position =
        buys.Buy(bought).Use(used, Quantity::Of(used + more)).Position();
    const int64_t shortfall = position.shortfall().value().numerator();
    const int64_t surplus = position.surplus().value().numerator();
    ASSERT_EQ(bought + shortfall, used + surplus);
    ASSERT_TRUE(shortfall == 0 || surplus == 0);
    ASSERT_EQ(position.state() == v1::Position::STATE_COVERED,
              used + more <= bought);
    ASSERT_EQ(position.state() == v1::Position::STATE_SHORTFALL, shortfall > 0);
  }
}

TEST(PositionBook, HoldsEachProductOnceUnderEachMetricItWasBoughtUnder) {
  const std::vector<v1::Entitlement> lines = {
      FromText<v1::Entitlement>("publisher: 'oracle' product: 'mysql' "
                                "metric: 'device'"),
      FromText<v1::Entitlement>("publisher: 'Oracle' product: 'MYSQL' "
                                "metric: 'core'"),
      FromText<v1::Entitlement>("publisher: 'Acme' product: 'Anvil' "
                                "metric: 'core'")};
  const std::vector<UsedProduct> used = {{"Oracle", "MySQL"}, {"F5", "nginx"}};
  const PositionBook book = MakePositionBook(lines, used);
  ASSERT_THAT(book, SizeIs(3));
  const BookedProduct& mysql = book.at(ProductKey::Of("Oracle", "MySQL"));
  EXPECT_EQ(mysql.product, "MySQL");
  EXPECT_THAT(mysql.Metrics(), ElementsAre("core", "device"));
  const BookedProduct& anvil = book.at(ProductKey::Of("acme", "anvil"));
  EXPECT_EQ(anvil.product, "Anvil");
  EXPECT_FALSE(anvil.is_used);
  const BookedProduct& nginx = book.at(ProductKey::Of("f5", "nginx"));
  EXPECT_THAT(nginx.BoughtUnder(), IsEmpty());
  EXPECT_THAT(nginx.Metrics(), ElementsAre("device"));
}

}  // namespace
}  // namespace rollcall::collector
