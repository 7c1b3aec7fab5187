#include "collector/contracts/contract_proposer.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/support/meddled_engine.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/collector/contracts/contract_store.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using testing::IsOk;
using testing::StatusIs;

v1::ObjectChange ReviewOn(int day) {
  v1::ObjectChange change;
  change.set_action(v1::ObjectChange::ACTION_SET);
  v1::Review& review = *change.mutable_object()->mutable_review();
  review.set_contract_number("C-1");
  review.set_review_date(absl::StrCat("2025-01-", 10 + day));
  review.set_reviewer("Ina");
  return change;
}

// Another notes a review each time that a proposal was compared, so many times.
class MeddledProposal : public ::testing::Test {
 protected:
  MeddledProposal() { store_.Import(absl::StrCat(kHeader, Line("P1", "1"))); }

  absl::StatusOr<v1::ProposeChangesResponse> Propose(int times) {
    times_ = times;
    v1::ProposeChangesRequest request;
    *request.add_changes() = ReviewOn(0);
    return proposer_.Propose(request, store_.roles.CallBy("ina"));
  }

  ContractStore store_;
  int times_ = 0;
  testing::MeddledEngine engine_{
      *store_.engine, [this] {
        if (times_ == 0) return;
        EXPECT_OK(store_.ProposeAs("pat", {ReviewOn(times_--)}));
      }};
  ContractProposer proposer_{engine_, store_.change_sets, {"core"}};
};

TEST_F(MeddledProposal, IsComparedAnewWhereOthersChangedTheSame) {
  EXPECT_THAT(Propose(5), IsOk());
}

TEST_F(MeddledProposal, IsAbortedWhereOthersKeepChangingTheSame) {
  EXPECT_THAT(Propose(20), StatusIs(StatusCode::kAborted));
}

}  // namespace
}  // namespace rollcall::collector
