// Change-sets of contracts, from proposal to effect.
#include "collector/changes/change_sets.h"

#include <functional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/changes/change_set_table.h"
#include "collector/changes/pending_overlaps.h"
#include "collector/contracts/quantity.h"
#include "common/hash.h"
#include "gmock/gmock.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/collector/contracts/contract_store.h"

namespace rollcall::collector {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using testing::StatusIs;

v1::ObjectChange Set(v1::ContractObject object) {
  v1::ObjectChange change;
  change.set_action(v1::ObjectChange::ACTION_SET);
  *change.mutable_object() = std::move(object);
  return change;
}

v1::ObjectChange VendorNamed(const std::string& name,
                             const std::string& notes = "") {
  v1::ContractObject object;
  object.mutable_vendor()->set_name(name);
  if (!notes.empty()) object.mutable_vendor()->set_notes(notes);
  return Set(std::move(object));
}

v1::ObjectChange ContractOf(const std::string& number,
                            const std::string& vendor) {
  v1::ContractObject object;
  v1::Contract& contract = *object.mutable_contract();
  contract.set_contract_number(number);
  contract.set_vendor(vendor);
  contract.set_start_date("2026-01-01");
  return Set(std::move(object));
}

class ChangeSetsTest : public ::testing::Test {
 protected:
  // Proposed by ina.
  std::string Propose(const std::vector<v1::ObjectChange>& changes) {
    const auto change_set = store_.ProposeAs("ina", changes);
    EXPECT_OK(change_set);
    return change_set.ok() ? change_set->change_set_id() : "";
  }
  void Agreed(const std::vector<v1::ObjectChange>& changes) {
    store_.AgreeTo(Propose(changes));
  }

  void Reject(const std::string& id) {
    v1::RejectChangeSetRequest request;
    request.set_change_set_id(id);
    request.set_reason("not now");
    EXPECT_OK(store_.change_sets.Reject(request, store_.roles.CallBy("pat")));
  }

  bool IsThere(const v1::ObjectChange& change) {
    const auto found = FindObject(*store_.ContractMemory::engine,
                                  change.object().object_case(),
                                  NameOf(change.object()), kAtLast);
    EXPECT_OK(found);
    return found.ok() && found->has_value();
  }

  ContractStore store_;
};

TEST_F(ChangeSetsTest, TakesEffectOnceBothSidesAgreed) {
  const std::string id = Propose({VendorNamed("Acme")});
  ASSERT_OK_AND_ASSIGN(const auto first, store_.Approve(id, "pat"));
  EXPECT_EQ(first.change_set().state(), v1::ChangeSet::STATE_PROPOSED);
  ASSERT_EQ(first.awaited_size(), 2);
  EXPECT_EQ(first.awaited(0).approved_by(), "pat");
  EXPECT_EQ(first.awaited(1).approved_by(), "");
  EXPECT_FALSE(IsThere(VendorNamed("Acme")));
  ASSERT_OK_AND_ASSIGN(const auto second, store_.Approve(id, "ina"));
  EXPECT_EQ(second.change_set().state(), v1::ChangeSet::STATE_APPLIED);
  EXPECT_EQ(second.change_set().applied_by(), "ina");
  EXPECT_TRUE(IsThere(VendorNamed("Acme")));
}

TEST_F(ChangeSetsTest, NobodyAgreesForBothSides) {
  store_.roles.Give("ina", {v1::ROLE_ITAM, v1::ROLE_PROCUREMENT});
  const std::string id = Propose({VendorNamed("Acme")});
  EXPECT_OK(store_.Approve(id, "ina"));
  EXPECT_THAT(
      store_.Approve(id, "ina"),
      StatusIs(StatusCode::kPermissionDenied, HasSubstr("somebody else must")));
  EXPECT_FALSE(IsThere(VendorNamed("Acme")));
}

TEST_F(ChangeSetsTest, WhoHasNoSideAgreesToNothing) {
  const std::string id = Propose({VendorNamed("Acme")});
  for (const char* who : {"ada", "vic", "nobody"}) {
    EXPECT_THAT(store_.Approve(id, who), StatusIs(StatusCode::kPermissionDenied,
                                                  HasSubstr("procurement")))
        << who;
  }
}

TEST_F(ChangeSetsTest, AnApprovalLapsesOnceTheBaseMoves) {
  Agreed({VendorNamed("Acme")});
  const std::string id = Propose({VendorNamed("Acme", "slow")});
  const std::string digest = store_.View(id).digest();
  EXPECT_OK(store_.Approve(id, "pat", digest));
  store_.clock.Advance(absl::Hours(1));
  const std::string other = Propose({VendorNamed("Acme", "quick")});
  store_.AgreeTo(other);

  EXPECT_THAT(store_.Approve(id, "ina", digest),
              StatusIs(StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("look at it again"),
                             HasSubstr("vendor Acme"), HasSubstr(other))));
  const auto view = store_.View(id);
  EXPECT_NE(view.digest(), digest);
  ASSERT_EQ(view.change_set().approvals_size(), 1);
  EXPECT_THAT(view.change_set().approvals(0).lapse_reason(),
              AllOf(HasSubstr("moved since"), HasSubstr("vendor Acme"),
                    HasSubstr(other)));
  EXPECT_EQ(view.awaited(0).approved_by(), "");
  // Who looked again may agree again, and both must.
  EXPECT_OK(store_.Approve(id, "ina", view.digest()));
  EXPECT_EQ(store_.View(id).change_set().state(),
            v1::ChangeSet::STATE_PROPOSED);
  EXPECT_OK(store_.Approve(id, "pat", view.digest()));
  EXPECT_EQ(store_.View(id).change_set().state(), v1::ChangeSet::STATE_APPLIED);
}

TEST_F(ChangeSetsTest, WhatMovesElsewhereLapsesNothing) {
  const std::string id = Propose({VendorNamed("Acme")});
  const std::string digest = store_.View(id).digest();
  EXPECT_OK(store_.Approve(id, "pat", digest));
  Agreed({VendorNamed("Other")});
  EXPECT_OK(store_.Approve(id, "ina", digest));
  EXPECT_TRUE(IsThere(VendorNamed("Acme")));
}

TEST_F(ChangeSetsTest, AnApprovalLapsesWithTheRoleItWasGivenIn) {
  const std::string id = Propose({VendorNamed("Acme")});
  EXPECT_OK(store_.Approve(id, "pat"));
  store_.roles.Give("pat", {});
  EXPECT_OK(store_.Approve(id, "ina"));
  const auto view = store_.View(id);
  EXPECT_EQ(view.change_set().state(), v1::ChangeSet::STATE_PROPOSED);
  EXPECT_THAT(view.change_set().approvals(0).lapse_reason(),
              HasSubstr("not procurement any more"));
}

TEST_F(ChangeSetsTest, HowItIsSaidIsPartOfWhatIsAgreedTo) {
  Agreed({VendorNamed("Acme", "first")});
  v1::ObjectChange later = VendorNamed("Acme", "second");
  later.set_effective_date("2026-06-01");
  Agreed({later});
  v1::ObjectChange back = VendorNamed("Acme", "first");
  back.set_effective_date("2026-06-01");
  v1::ObjectChange retract = later;
  retract.set_action(v1::ObjectChange::ACTION_RETRACT);
  const auto text = [&](const v1::ObjectChange& change) {
    v1::ListDifferencesRequest request;
    request.set_change_set_id(Propose({change}));
    return store_.changes.ListDifferences(request)->differences(0).text();
  };
  EXPECT_THAT(text(back), HasSubstr("said set"));
  EXPECT_THAT(text(retract), HasSubstr("said retract"));
  // What would be left is not told beside what changes it.
  v1::ObjectChange before = VendorNamed("Acme", "other");
  before.set_effective_date("2026-01-01");
  EXPECT_THAT(
      store_.ProposeAs("ina", {before, retract}),
      StatusIs(StatusCode::kInvalidArgument, HasSubstr("propose them apart")));
}

TEST_F(ChangeSetsTest, AgreeingNeedsWhatWasAgreedTo) {
  const std::string id = Propose({VendorNamed("Acme")});
  EXPECT_THAT(store_.Approve(id, "pat", ""),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("digest")));
  EXPECT_THAT(store_.Approve(id, "pat", std::string(64, '0')),
              StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_THAT(store_.Approve("123456", "pat", "x"),
              StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(store_.Approve("xyz", "pat", "x"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("32 hex")));
}

TEST_F(ChangeSetsTest, WhatIsRejectedOrWithdrawnStaysSo) {
  const std::string rejected = Propose({VendorNamed("Acme")});
  v1::RejectChangeSetRequest reject;
  reject.set_change_set_id(rejected);
  EXPECT_THAT(store_.change_sets.Reject(reject, store_.roles.CallBy("pat")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("reason")));
  reject.set_reason("wrong vendor");
  EXPECT_THAT(store_.change_sets.Reject(reject, store_.roles.CallBy("vic")),
              StatusIs(StatusCode::kPermissionDenied));
  ASSERT_OK_AND_ASSIGN(
      const auto answer,
      store_.change_sets.Reject(reject, store_.roles.CallBy("pat")));
  EXPECT_EQ(answer.change_set().ended_by(), "pat");
  EXPECT_EQ(answer.change_set().end_reason(), "wrong vendor");
  EXPECT_THAT(store_.Approve(rejected, "pat", "x"),
              StatusIs(StatusCode::kFailedPrecondition,
                       HasSubstr("was rejected already")));

  const std::string withdrawn = Propose({VendorNamed("Acme")});
  v1::WithdrawChangeSetRequest withdraw;
  withdraw.set_change_set_id(withdrawn);
  EXPECT_THAT(store_.change_sets.Withdraw(withdraw, store_.roles.CallBy("pat")),
              StatusIs(StatusCode::kPermissionDenied, HasSubstr("ina")));
  EXPECT_OK(store_.change_sets.Withdraw(withdraw, store_.roles.CallBy("ina")));
  // Again changes nothing.
  EXPECT_OK(store_.change_sets.Withdraw(withdraw, store_.roles.CallBy("ina")));
  EXPECT_THAT(store_.Approve(withdrawn, "pat", "x"),
              StatusIs(StatusCode::kFailedPrecondition,
                       HasSubstr("was withdrawn already")));
  EXPECT_FALSE(IsThere(VendorNamed("Acme")));
}

TEST_F(ChangeSetsTest, TheDigestIsThatOfTheTextsPeopleRead) {
  Agreed({VendorNamed("Acme")});
  const std::string id =
      Propose({VendorNamed("Acme", "slow"), ContractOf("C-1", "Acme"),
               ContractOf("C-2", "Acme")});
  v1::ListDifferencesRequest request;
  request.set_change_set_id(id);
  request.set_page_size(2);
  std::string text =
      absl::StrCat("rollcall difference of change-set ", id, "\n");
  std::vector<std::string> names;
  std::string digest;
  do {
    ASSERT_OK_AND_ASSIGN(const auto page,
                         store_.changes.ListDifferences(request));
    for (const auto& difference : page.differences()) {
      absl::StrAppend(&text, difference.text(), "\n");
      names.push_back(absl::StrCat(difference.kind(), " ", difference.name()));
    }
    digest = page.digest();
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(names,
              ElementsAre("vendor Acme", "contract C-1", "contract C-2"));
  EXPECT_EQ(Sha256Hex(text), digest);
  EXPECT_EQ(digest, store_.View(id).digest());
  EXPECT_THAT(text, HasSubstr("notes: \"\" -> \"slow\""));
}

TEST_F(ChangeSetsTest, WhatTookEffectShowsWhatItChangedThen) {
  Agreed({VendorNamed("Acme", "first")});
  const std::string id = Propose({VendorNamed("Acme", "second")});
  const std::string digest = store_.View(id).digest();
  store_.AgreeTo(id);
  Agreed({VendorNamed("Acme", "third")});
  v1::ListDifferencesRequest request;
  request.set_change_set_id(id);
  ASSERT_OK_AND_ASSIGN(const auto page,
                       store_.changes.ListDifferences(request));
  EXPECT_EQ(page.digest(), digest);
  ASSERT_EQ(page.differences_size(), 1);
  EXPECT_EQ(page.differences(0).fields(0).before(), "first");
  EXPECT_EQ(page.differences(0).fields(0).after(), "second");
  EXPECT_EQ(store_.View(id).change_set().applied_digest(), digest);
}

TEST_F(ChangeSetsTest, PagesOfOneListingAreComparedWithOneBase) {
  Agreed({VendorNamed("Acme", "first"), VendorNamed("Best", "first")});
  const std::string id =
      Propose({VendorNamed("Acme", "mine"), VendorNamed("Best", "mine")});
  Agreed({VendorNamed("Best", "second")});
  v1::ListDifferencesRequest request;
  request.set_change_set_id(id);
  request.set_page_size(1);
  ASSERT_OK_AND_ASSIGN(const auto first,
                       store_.changes.ListDifferences(request));
  // From now on it is compared with what was known when it was proposed.
  Reject(id);
  v1::ListDifferencesRequest next = request;
  next.set_page_token(first.next_page_token());
  EXPECT_THAT(store_.changes.ListDifferences(next),
              StatusIs(StatusCode::kAborted,
                       AllOf(HasSubstr("begin again"),
                             HasSubstr("not proposed any more"))));
  ASSERT_OK_AND_ASSIGN(const auto again,
                       store_.changes.ListDifferences(request));
  EXPECT_NE(again.digest(), first.digest());
}

TEST_F(ChangeSetsTest, ARejectionUnderWhichNothingMovedEndsNoListing) {
  const std::string id = Propose({VendorNamed("Acme"), VendorNamed("Best")});
  v1::ListDifferencesRequest request;
  request.set_change_set_id(id);
  request.set_page_size(1);
  ASSERT_OK_AND_ASSIGN(const auto first,
                       store_.changes.ListDifferences(request));
  Reject(id);
  request.set_page_token(first.next_page_token());
  ASSERT_OK_AND_ASSIGN(const auto second,
                       store_.changes.ListDifferences(request));
  EXPECT_EQ(second.digest(), first.digest());
  ASSERT_EQ(second.differences_size(), 1);
  EXPECT_EQ(second.differences(0).name(), "Best");
}

TEST_F(ChangeSetsTest, APageOfChangeSetsIsNoLargerThanClientsTake) {
  constexpr int kCount = 1'000;
  const std::string words(1'024, 'w');
  const auto put = [&](KnownStamp stamp, const Reader&, Writes& writes) {
    for (int i = 0; i < kCount; ++i) {
      KeptChangeSet kept;
      kept.key = {stamp, ChangeSetId::Generate(store_.random)};
      v1::ChangeSet& change_set = *kept.record.mutable_change_set();
      change_set.set_change_set_id(kept.key.id.ToHex());
      change_set.set_state(v1::ChangeSet::STATE_REJECTED);
      change_set.set_reason(words);
      change_set.set_end_reason(words);
      change_set.add_approvals()->set_comment(words);
      change_set.add_approvals()->set_comment(words);
      PutChangeSet(kept, writes.head);
    }
    return absl::OkStatus();
  };
  ASSERT_OK(store_.committer.Commit({"changes"}, put));
  v1::ListChangeSetsRequest request;
  request.set_page_size(kCount);
  std::set<std::string> ids;
  do {
    ASSERT_OK_AND_ASSIGN(const auto page, store_.changes.List(request));
    EXPECT_LT(page.ByteSizeLong(), size_t{4} << 20);
    for (const auto& one : page.change_sets()) {
      EXPECT_TRUE(ids.insert(one.change_set_id()).second);
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(ids, SizeIs(kCount));
}

TEST_F(ChangeSetsTest, RefusesWhatIsMalformedAndNamesIt) {
  const auto propose = [&](const v1::ObjectChange& change) {
    return store_.ProposeAs("ina", {change}).status();
  };
  EXPECT_THAT(propose(VendorNamed("")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("changes[0]")));
  v1::ObjectChange contract = ContractOf("C-1", "Acme");
  contract.mutable_object()->mutable_contract()->set_end_date("2025-01-01");
  EXPECT_THAT(propose(contract),
              StatusIs(StatusCode::kInvalidArgument,
                       HasSubstr("end_date must not be before start_date")));
  contract = ContractOf("C-1", "=cmd()");
  EXPECT_THAT(propose(contract),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("formula")));
  contract = ContractOf("C-1", "Acme");
  EXPECT_THAT(propose(contract), StatusIs(StatusCode::kFailedPrecondition,
                                          HasSubstr("refers to vendor Acme")));
  EXPECT_THAT(store_.ProposeAs("ina", {}),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(
      store_.ProposeAs("ina", {VendorNamed("Acme"), VendorNamed("ACME")}),
      StatusIs(StatusCode::kInvalidArgument, HasSubstr("one object")));
  Agreed({VendorNamed("Acme")});
  EXPECT_THAT(propose(VendorNamed("Acme")),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("so already")));
}

TEST_F(ChangeSetsTest, RefusesAPriceEscalatorThatBoundsNothing) {
  v1::ObjectChange contract = ContractOf("C-1", "Acme");
  v1::PriceEscalator& escalator = *contract.mutable_object()
                                       ->mutable_contract()
                                       ->mutable_clauses()
                                       ->mutable_price_escalator();
  EXPECT_THAT(store_.ProposeAs("ina", {VendorNamed("Acme"), contract}),
              StatusIs(StatusCode::kInvalidArgument,
                       HasSubstr("needs cap_percent or price_index")));
  escalator.set_price_index("CPI-U");
  EXPECT_OK(store_.ProposeAs("ina", {VendorNamed("Acme"), contract}));
}

TEST_F(ChangeSetsTest, WhatNoDifferenceShowsIsNotKept) {
  v1::ObjectChange vendor = VendorNamed("Acme");
  v1::Vendor& message = *vendor.mutable_object()->mutable_vendor();
  message.GetReflection()->MutableUnknownFields(&message)->AddVarint(999, 1);
  Agreed({vendor});
  ASSERT_OK_AND_ASSIGN(
      const auto found,
      FindObject(*store_.ContractMemory::engine, ObjectNumber::kVendor,
                 NameOf(vendor.object()), kAtLast));
  const v1::Vendor& kept = found->object.vendor();
  EXPECT_TRUE(kept.GetReflection()->GetUnknownFields(kept).empty());
}

TEST_F(ChangeSetsTest, AContractEndsAfterItsLines) {
  store_.Import(absl::StrCat(kHeader, Line("PO-1", "4")));
  v1::ObjectChange end = ContractOf("C-1", "Acme");
  end.set_action(v1::ObjectChange::ACTION_END);
  EXPECT_THAT(
      store_.ProposeAs("ina", {end}),
      StatusIs(StatusCode::kFailedPrecondition, HasSubstr("C-1 / PO-1 / 1")));
  v1::ObjectChange line;
  line.set_action(v1::ObjectChange::ACTION_END);
  v1::Entitlement& entitlement = *line.mutable_object()->mutable_entitlement();
  entitlement.set_contract_number("c-1");
  entitlement.set_purchase_order("po-1");
  entitlement.set_line("1");
  Agreed({end, line});
  EXPECT_FALSE(IsThere(end));
  EXPECT_THAT(store_.All(), IsEmpty());
}

TEST_F(ChangeSetsTest, RecordsTakeEffectAtOnce) {
  Agreed({VendorNamed("Acme"), ContractOf("C-1", "Acme")});
  v1::ContractObject review;
  review.mutable_review()->set_contract_number("C-1");
  review.mutable_review()->set_review_date("2026-02-01");
  review.mutable_review()->set_reviewer("ina");
  ASSERT_OK_AND_ASSIGN(const v1::ChangeSet change_set,
                       store_.ProposeAs("ina", {Set(review)}));
  EXPECT_EQ(change_set.state(), v1::ChangeSet::STATE_APPLIED);
  EXPECT_TRUE(IsThere(Set(review)));
  EXPECT_THAT(store_.ProposeAs("ina", {Set(review), VendorNamed("Other")}),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("apart")));
}

TEST(ContractItems, WhatANameMayNotBeAnyMoreIsReadAndEndedAndNotSet) {
  const v1::ObjectChange set = VendorNamed("Acme\u00a0");
  EXPECT_THAT(MakeItems({set}), StatusIs(StatusCode::kInvalidArgument,
                                         HasSubstr("ends with a blank")));
  EXPECT_OK(ParseItems({set.SerializeAsString()}));
  v1::ObjectChange end = set;
  end.set_action(v1::ObjectChange::ACTION_END);
  EXPECT_OK(MakeItems({end}));
}

TEST_F(ChangeSetsTest, ARepeatedApprovalIsAnsweredAsBefore) {
  const std::string id = Propose({VendorNamed("Acme")});
  v1::ApproveChangeSetRequest request;
  request.set_change_set_id(id);
  request.set_digest(store_.View(id).digest());
  request.set_request_id("r1");
  const Caller pat = store_.roles.CallBy("pat");
  EXPECT_OK(store_.change_sets.Approve(request, pat));
  EXPECT_OK(store_.change_sets.Approve(request, pat));
  EXPECT_THAT(store_.View(id).change_set().approvals(), SizeIs(1));
}

TEST_F(ChangeSetsTest, ARoleThatWasLostAndGivenAgainBringsNoApprovalBack) {
  const std::string id = Propose({VendorNamed("Acme")});
  EXPECT_OK(store_.Approve(id, "pat"));
  store_.clock.Advance(absl::Hours(1));
  store_.roles.Give("pat", {v1::ROLE_PROCUREMENT}, store_.clock.Now());
  EXPECT_OK(store_.Approve(id, "ina"));
  const auto view = store_.View(id);
  EXPECT_EQ(view.change_set().state(), v1::ChangeSet::STATE_PROPOSED);
  EXPECT_THAT(view.change_set().approvals(0).lapse_reason(),
              HasSubstr("was not procurement all the time"));
  // He may agree anew.
  EXPECT_OK(store_.Approve(id, "pat"));
  EXPECT_TRUE(IsThere(VendorNamed("Acme")));
}

TEST_F(ChangeSetsTest, AnApprovalThatLapsedGoesOnceItIsGivenAnew) {
  Agreed({VendorNamed("Acme"), VendorNamed("Best")});
  const std::string id =
      Propose({VendorNamed("Acme", "slow"), VendorNamed("Best", "slow")});
  EXPECT_OK(store_.Approve(id, "pat"));
  Agreed({VendorNamed("Best", "quick")});
  EXPECT_OK(store_.Approve(id, "ina"));
  EXPECT_OK(store_.Approve(id, "pat"));
  EXPECT_EQ(store_.View(id).change_set().state(), v1::ChangeSet::STATE_APPLIED);
  EXPECT_THAT(store_.View(id).change_set().approvals(), SizeIs(2));
}

TEST_F(ChangeSetsTest, AnApprovalGivenAnewLapsesByWhatMovedSince) {
  Agreed({VendorNamed("Acme"), VendorNamed("Best")});
  const std::string id =
      Propose({VendorNamed("Acme", "slow"), VendorNamed("Best", "slow")});
  store_.roles.Give("pia", {v1::ROLE_PROCUREMENT});
  EXPECT_OK(store_.Approve(id, "pat"));
  Agreed({VendorNamed("Best", "quick")});
  EXPECT_OK(store_.Approve(id, "pia"));
  Agreed({VendorNamed("Best", "quicker")});
  EXPECT_OK(store_.Approve(id, "pat"));
  Agreed({VendorNamed("Acme", "quick")});
  const auto view = store_.View(id);
  // What another gave stays as it is.
  ASSERT_EQ(view.change_set().approvals_size(), 2);
  EXPECT_EQ(view.change_set().approvals(0).principal(), "pia");
  EXPECT_THAT(view.change_set().approvals(0).lapse_reason(),
              AllOf(HasSubstr("vendor Acme"), HasSubstr("vendor Best")));
  EXPECT_EQ(view.change_set().approvals(1).principal(), "pat");
  EXPECT_THAT(view.change_set().approvals(1).lapse_reason(),
              AllOf(HasSubstr("vendor Acme"), Not(HasSubstr("vendor Best"))));
}

TEST_F(ChangeSetsTest, WhoIsWithdrawnFromWhileHeApprovesApprovesNothing) {
  const std::string id = Propose({VendorNamed("Acme")});
  const Caller pat = store_.roles.CallBy("pat");
  v1::ApproveChangeSetRequest request;
  request.set_change_set_id(id);
  request.set_digest(store_.View(id).digest());
  // The call was let in before.
  store_.roles.Give("pat", {});
  EXPECT_THAT(store_.change_sets.Approve(request, pat),
              StatusIs(StatusCode::kPermissionDenied, HasSubstr("any more")));
  EXPECT_THAT(store_.View(id).change_set().approvals(), IsEmpty());
}

TEST_F(ChangeSetsTest, AnApprovalOfOneChangeSetIsNoneOfAnother) {
  const std::string first = Propose({VendorNamed("Acme")});
  const std::string second = Propose({VendorNamed("Acme")});
  EXPECT_THAT(store_.Approve(second, "pat", store_.View(first).digest()),
              StatusIs(StatusCode::kFailedPrecondition));
  // Nor does one come back with a base that says the same.
  EXPECT_OK(store_.Approve(second, "pat"));
  Agreed({VendorNamed("Acme", "other")});
  v1::ObjectChange gone = VendorNamed("Acme");
  gone.set_action(v1::ObjectChange::ACTION_RETRACT);
  Agreed({gone});
  EXPECT_THAT(store_.View(second).change_set().approvals(0).lapse_reason(),
              HasSubstr("moved since"));
}

// Calls once when a proposal is compared, which is before its change.
class BetweenContent final : public ChangeContent {
 public:
  explicit BetweenContent(std::function<void()> between)
      : between_(std::move(between)) {}

  absl::StatusOr<std::string> ThingOf(absl::string_view item) const override {
    return content_.ThingOf(item);
  }
  absl::StatusOr<ComparedItem> Compare(absl::string_view item,
                                       absl::string_view next,
                                       const Reader& reader,
                                       KnownStamp as_of) const override {
    if (const auto between = std::exchange(between_, nullptr)) between();
    return content_.Compare(item, next, reader, as_of);
  }
  absl::Status Write(const std::vector<std::string>& items,
                     const v1::ChangeSet& change_set, KnownStamp stamp,
                     const Reader& reader, Batch& batch) const override {
    return content_.Write(items, change_set, stamp, reader, batch);
  }

 private:
  const ContractContent content_;
  mutable std::function<void()> between_;
};

// Change-sets that say something of one vendor from two days on.
class TwoDaysTest : public ChangeSetsTest {
 protected:
  static v1::ObjectChange From(const std::string& day,
                               v1::ObjectChange change) {
    change.set_effective_date(day);
    return change;
  }
  static v1::ObjectChange Ended(const std::string& day,
                                v1::ObjectChange change) {
    change.set_action(v1::ObjectChange::ACTION_END);
    return From(day, std::move(change));
  }

  // Acme goes for some months and comes back as it is.
  std::string ProposeBreak() {
    return Propose({Ended("2026-01-01", VendorNamed("Acme")),
                    From("2026-06-01", VendorNamed("Acme", "same"))});
  }

  // In pages of one.
  std::vector<v1::ObjectDifference> Differences(const std::string& id,
                                                const std::string& digest) {
    std::vector<v1::ObjectDifference> differences;
    v1::ListDifferencesRequest request;
    request.set_change_set_id(id);
    request.set_page_size(1);
    do {
      const auto page = store_.changes.ListDifferences(request);
      EXPECT_OK(page);
      if (!page.ok()) break;
      EXPECT_EQ(page->digest(), digest);
      for (const auto& one : page->differences()) differences.push_back(one);
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return differences;
  }
};

TEST_F(TwoDaysTest, WhatEndsAndComesBackIsToldAsBoth) {
  Agreed({VendorNamed("Acme", "same")});
  const std::string id = ProposeBreak();
  const auto view = store_.View(id);
  EXPECT_EQ(view.change_set().added_count(), 1);
  EXPECT_EQ(view.change_set().changed_count(), 0);
  EXPECT_EQ(view.change_set().removed_count(), 1);
  const auto differences = Differences(id, view.digest());
  ASSERT_THAT(differences, SizeIs(2));
  EXPECT_EQ(differences[0].effective_date(), "2026-06-01");
  EXPECT_EQ(differences[0].outcome(), v1::ObjectDifference::OUTCOME_ADDED);
  EXPECT_THAT(differences[0].text(), HasSubstr("notes: \"\" -> \"same\""));
  EXPECT_EQ(differences[1].effective_date(), "2026-01-01");
  EXPECT_EQ(differences[1].outcome(), v1::ObjectDifference::OUTCOME_REMOVED);
  // And the same once it is in effect.
  store_.AgreeTo(id);
  EXPECT_EQ(store_.View(id).change_set().applied_digest(), view.digest());
  EXPECT_THAT(Differences(id, view.digest()), SizeIs(2));
}

TEST_F(TwoDaysTest, WhatBeginsAndEndsIsToldAsBoth) {
  const std::string id = Propose({From("2026-01-01", VendorNamed("Acme")),
                                  Ended("2026-06-01", VendorNamed("Acme"))});
  const auto differences = Differences(id, store_.View(id).digest());
  ASSERT_THAT(differences, SizeIs(2));
  EXPECT_EQ(differences[0].outcome(), v1::ObjectDifference::OUTCOME_REMOVED);
  EXPECT_EQ(differences[1].outcome(), v1::ObjectDifference::OUTCOME_ADDED);
}

TEST_F(TwoDaysTest, WhatIsKnownOfADayBetweenStandsBetween) {
  Agreed({VendorNamed("Acme", "same"),
          From("2026-03-01", VendorNamed("Acme", "spring"))});
  const std::string id = ProposeBreak();
  const auto differences = Differences(id, store_.View(id).digest());
  ASSERT_THAT(differences, SizeIs(2));
  EXPECT_EQ(differences[0].outcome(), v1::ObjectDifference::OUTCOME_CHANGED);
  EXPECT_THAT(differences[0].text(),
              HasSubstr("notes: \"spring\" -> \"same\""));
}

// Two proposals about the same objects.
class OverlapTest : public ChangeSetsTest {
 protected:
  v1::GetChangeSetResponse Overlaps(const std::string& id) {
    v1::GetChangeSetRequest request;
    request.set_change_set_id(id);
    request.set_with_overlaps(true);
    const auto view = store_.changes.Get(request);
    EXPECT_OK(view);
    return view.value_or(v1::GetChangeSetResponse());
  }

  // Proposes a file, with the contract that its lines name.
  std::string ProposeFile(const std::string& lines) {
    v1::ImportEntitlementsRequest request;
    request.set_content(absl::StrCat(kHeader, lines));
    request.set_create_contracts(true);
    return store_.Propose(request).change_set_id();
  }

  std::string QuantityOf(const std::string& order) {
    for (const v1::Entitlement& line : store_.All()) {
      if (line.purchase_order() != order) continue;
      return Quantity::FromProto(line.quantity())->ToString();
    }
    return "none";
  }
};

TEST_F(OverlapTest, EachTellsOfTheOther) {
  Agreed({VendorNamed("Acme")});
  const std::string alone = Propose({VendorNamed("Other")});
  EXPECT_THAT(Overlaps(alone).overlaps(), IsEmpty());
  const std::string first =
      Propose({VendorNamed("Acme", "slow"), ContractOf("C-1", "Acme")});
  v1::ObjectChange later = VendorNamed("ACME", "quick");
  later.set_effective_date("2026-06-01");
  const std::string second =
      Propose({later, ContractOf("C-1", "Acme"), VendorNamed("New")});
  const auto view = Overlaps(first);
  ASSERT_EQ(view.overlaps_size(), 1);
  EXPECT_EQ(view.overlaps(0).change_set_id(), second);
  EXPECT_EQ(view.overlaps(0).proposed_by(), "ina");
  EXPECT_EQ(view.overlaps(0).object_count(), 2);
  EXPECT_THAT(view.overlaps(0).names(),
              ElementsAre("vendor ACME", "contract C-1"));
  EXPECT_FALSE(view.more_overlaps());
  ASSERT_EQ(Overlaps(second).overlaps_size(), 1);
  EXPECT_EQ(Overlaps(second).overlaps(0).change_set_id(), first);
  EXPECT_THAT(Overlaps(alone).overlaps(), IsEmpty());
  // It is told only where it is asked for, and only of what is pending.
  EXPECT_THAT(store_.View(first).overlaps(), IsEmpty());
  store_.AgreeTo(second);
  EXPECT_THAT(Overlaps(first).overlaps(), IsEmpty());
  EXPECT_THAT(Overlaps(second).overlaps(), IsEmpty());
}

TEST_F(OverlapTest, IsBoundedAndSaysThatThereIsMore) {
  const std::string id = Propose({VendorNamed("Acme"), VendorNamed("Best")});
  for (int i = 0; i < 3; ++i) {
    Propose({VendorNamed("Acme", "a"), VendorNamed("Best", "b")});
  }
  const ContractContent content;
  const Reader& reader = *store_.ContractMemory::engine;
  const auto find = [&](const OverlapBounds& bounds) {
    const auto kept = FindChangeSet(reader, id);
    const auto found = FindPendingOverlaps(
        content, *kept, *ReadProposed(reader, *kept), reader, bounds);
    EXPECT_OK(found);
    return found.value_or(PendingOverlaps());
  };
  EXPECT_THAT(find({}).overlaps, SizeIs(3));
  EXPECT_FALSE(find({}).more);
  const PendingOverlaps two = find({.overlaps = 2, .names = 1});
  EXPECT_THAT(two.overlaps, SizeIs(2));
  EXPECT_TRUE(two.more);
  EXPECT_EQ(two.overlaps[0].object_count(), 2);
  EXPECT_THAT(two.overlaps[0].names(), SizeIs(1));
  const PendingOverlaps few = find({.items = 2});
  EXPECT_THAT(few.overlaps, SizeIs(1));
  EXPECT_TRUE(few.more);
  EXPECT_FALSE(find({.overlaps = 3, .items = 6}).more);
}

TEST_F(OverlapTest, OfTwoFilesWithOneLineNeitherOverwritesTheOtherUnseen) {
  for (const bool first_wins : {true, false}) {
    SCOPED_TRACE(first_wins);
    const std::string order = first_wins ? "PO-1" : "PO-5";
    store_.Import(absl::StrCat(kHeader, Line(order, "4")));
    const std::string first =
        ProposeFile(Line(order, "10") + Line("PO-2", "1"));
    const std::string second =
        ProposeFile(Line(order, "20") + Line("PO-3", "1"));
    ASSERT_EQ(Overlaps(second).overlaps_size(), 1);
    EXPECT_EQ(Overlaps(second).overlaps(0).change_set_id(), first);
    EXPECT_EQ(Overlaps(second).overlaps(0).names(0),
              absl::StrCat("entitlement C-1 / ", order, " / 1"));
    const std::string winner = first_wins ? first : second;
    const std::string loser = first_wins ? second : first;
    const std::string seen = store_.View(loser).digest();
    EXPECT_OK(store_.Approve(loser, "pat", seen));
    store_.AgreeTo(winner);
    EXPECT_EQ(QuantityOf(order), first_wins ? "10" : "20");
    // Who agreed before agreed to another base, and what moved is said.
    const auto moved =
        AllOf(HasSubstr(absl::StrCat("entitlement C-1 / ", order, " / 1")),
              HasSubstr(winner));
    EXPECT_THAT(store_.Approve(loser, "ina", seen),
                StatusIs(StatusCode::kFailedPrecondition, moved));
    EXPECT_THAT(store_.View(loser).change_set().approvals(0).lapse_reason(),
                moved);
    EXPECT_EQ(QuantityOf(order), first_wins ? "10" : "20");
    // Whoever agrees now sees what it overwrites.
    v1::ListDifferencesRequest request;
    request.set_change_set_id(loser);
    EXPECT_THAT(store_.changes.ListDifferences(request)->DebugString(),
                HasSubstr(first_wins ? "before: \"10\"" : "before: \"20\""));
    store_.AgreeTo(loser);
    EXPECT_EQ(QuantityOf(order), first_wins ? "20" : "10");
  }
}

TEST_F(OverlapTest, AFileIsProposedOnceThoughTwoLookForItAtOneMoment) {
  // As two would who found nothing before.
  Proposal proposal;
  proposal.change_set.set_kind(v1::ChangeSet::KIND_CONTRACTS);
  proposal.change_set.set_file_sha256(std::string(64, 'a'));
  proposal.items =
      *MakeItems(std::vector<v1::ObjectChange>{VendorNamed("Acme")});
  proposal.answered = [](const Reader&) { return false; };
  proposal.also = [](const v1::ChangeSet&, KnownStamp, Batch&) {};
  const auto propose = [&] {
    return store_.change_sets.Propose(proposal, store_.roles.CallBy("ina"))
        .status();
  };
  EXPECT_OK(propose());
  EXPECT_THAT(propose(),
              StatusIs(StatusCode::kAborted,
                       HasSubstr(store_.ChangeSetList()[0].change_set_id())));
  EXPECT_THAT(store_.ChangeSetList(), SizeIs(1));
  // And where the other comes between the look and the change.
  proposal.change_set.set_file_sha256(std::string(64, 'b'));
  const BetweenContent content([&] {
    EXPECT_OK(store_.change_sets.Propose(proposal, store_.roles.CallBy("pat")));
  });
  ChangeSets late({*store_.ContractMemory::engine, store_.committer,
                   store_.ledger.writer(), store_.random, store_.roles},
                  {{v1::ChangeSet::KIND_CONTRACTS, &content}});
  EXPECT_THAT(late.Propose(proposal, store_.roles.CallBy("ina")),
              StatusIs(StatusCode::kAborted));
  EXPECT_THAT(store_.ChangeSetList(), SizeIs(2));
}

TEST_F(OverlapTest, OneImportOfManyAtOnceProposes) {
  std::vector<std::string> ids(8);
  std::vector<std::thread> threads;
  threads.reserve(ids.size());
  for (std::string& id : ids) {
    threads.emplace_back([&] { id = ProposeFile(Line("PO-1", "4")); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(ids, ::testing::Each(ids[0]));
  EXPECT_THAT(store_.ChangeSetList(), SizeIs(1));
}

}  // namespace
}  // namespace rollcall::collector
