// Renewals, from what was said of contracts over time.
#include "collector/alerts/renewal_queries.h"

#include "tests/unit/collector/alerts/alert_world.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using testing::FromText;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::StatusIs;

class RenewalQueriesTest : public AlertWorld {
 protected:
  v1::ListRenewalsResponse Renewals(const std::string& request = "") const {
    const auto response =
        renewals_.ListRenewals(FromText<v1::ListRenewalsRequest>(request));
    EXPECT_OK(response);
    return response.value_or(v1::ListRenewalsResponse());
  }
  // "agreed contract before->after lead" of each.
  static std::vector<std::string> Texts(
      const v1::ListRenewalsResponse& response) {
    std::vector<std::string> texts;
    for (const v1::Renewal& one : response.renewals()) {
      texts.push_back(
          absl::StrCat(one.agreed_date(), " ", one.contract_number(), " ",
                       one.end_date_before(), "->",
                       one.has_end_date_after() ? one.end_date_after() : "none",
                       " ", one.lead_days()));
    }
    return texts;
  }

  const RenewalQueries renewals_{*engine_, clock_};
};

TEST_F(RenewalQueriesTest, AnEndThatIsPutOffIsARenewal) {
  Agree({Vendor(), Contract("C-1", "end_date: '2026-02-10'"),
         Contract("C-2", "end_date: '2026-01-31'"),
         Contract("C-3", "end_date: '2026-06-30'"), Contract("C-4", "")});
  EXPECT_THAT(Renewals().renewals(), IsEmpty());
  EXPECT_FALSE(Renewals().has_median_lead_days());
  clock_.Advance(absl::Hours(24));
  Agree({Contract("C-1", "end_date: '2027-02-10'") +
         " effective_date: '2026-02-11'"});
  clock_.Advance(absl::Hours(24));
  Agree({Contract("C-2", "")});
  clock_.Advance(absl::Hours(24));
  // Another title, an earlier end: neither is one.
  Agree({Contract("C-3", "end_date: '2026-06-30' title: 'other'")});
  Agree({Contract("C-3", "end_date: '2026-05-31'")});
  Agree({Contract("C-4", "end_date: '2026-05-31'")});
  const auto response = Renewals();
  EXPECT_THAT(Texts(response),
              ElementsAre("2026-02-04 C-2 2026-01-31->none -4",
                          "2026-02-03 C-1 2026-02-10->2027-02-10 7"));
  EXPECT_EQ(response.renewal_count(), 2);
  EXPECT_EQ(response.late_count(), 1);
  EXPECT_EQ(response.median_lead_days(), -4);
  EXPECT_EQ(response.first_date(), "2025-02-05");
  EXPECT_EQ(response.last_date(), "2026-02-05");
}

TEST_F(RenewalQueriesTest, EachRenewalOfAContractCountsOnItsDay) {
  Agree({Vendor(), Contract("C-1", "end_date: '2026-02-10'")});
  Agree({Contract("C-1", "end_date: '2026-03-10'")});
  clock_.Advance(absl::Hours(48));
  Agree({Contract("C-1", "end_date: '2026-04-10'")});
  EXPECT_THAT(Texts(Renewals("last_date: '2026-02-03'")),
              ElementsAre("2026-02-02 C-1 2026-02-10->2026-03-10 8"));
  EXPECT_THAT(Texts(Renewals("first_date: '2026-02-03'")),
              ElementsAre("2026-02-04 C-1 2026-03-10->2026-04-10 34"));
  EXPECT_THAT(Texts(Renewals("vendor: 'other'")), IsEmpty());
  v1::ListRenewalsRequest request;
  request.set_page_size(1);
  request.set_vendor("ACME");
  const auto first = renewals_.ListRenewals(request);
  ASSERT_OK(first);
  EXPECT_EQ(first->renewal_count(), 2);
  request.set_page_token(first->next_page_token());
  const auto second = renewals_.ListRenewals(request);
  ASSERT_OK(second);
  EXPECT_THAT(Texts(*second),
              ElementsAre("2026-02-02 C-1 2026-02-10->2026-03-10 8"));
  EXPECT_EQ(second->next_page_token(), "");
}

TEST_F(RenewalQueriesTest, AContractThatWasEndedAndIsThereAgainWasNotRenewed) {
  Agree({Vendor(), Contract("C-1", "end_date: '2026-02-10'")});
  v1::ObjectChange end = FromText<v1::ObjectChange>(
      absl::StrCat("action: ACTION_END ", Contract("C-1", "")));
  const auto ended = people_.ProposeAs("ina", {end});
  ASSERT_OK(ended);
  people_.AgreeTo(ended->change_set_id());
  Agree({Contract("C-1", "end_date: '2026-03-10'")});
  EXPECT_THAT(Renewals().renewals(), IsEmpty());
}

TEST_F(RenewalQueriesTest, RefusesWhatMayNotBe) {
  EXPECT_THAT(renewals_.ListRenewals(
                  FromText<v1::ListRenewalsRequest>("first_date: 'x'")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("first_date")));
  EXPECT_THAT(renewals_.ListRenewals(
                  FromText<v1::ListRenewalsRequest>("last_date: 'x'")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("last_date")));
  v1::ListRenewalsRequest request;
  request.set_vendor(std::string(257, 'x'));
  EXPECT_THAT(renewals_.ListRenewals(request),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("vendor")));
}

}  // namespace
}  // namespace rollcall::collector
