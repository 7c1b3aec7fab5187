// That somebody read a contract through and found it current.
#include "collector/contracts/objects/kind_of.h"
#include "collector/contracts/objects/kinds.h"
#include "collector/contracts/objects/shared_checks.h"

namespace rollcall::collector {
namespace {

absl::Status CheckReview(const v1::Review& review) {
  FieldCheck check;
  check.Name("contract_number", review.contract_number(), kMaxNumberBytes)
      .Day("review_date", review.review_date())
      .Name("reviewer", review.reviewer(), kMaxPersonBytes)
      .Notes("notes", review.has_notes(), review.notes(), kMaxPhraseBytes);
  return check.status();
}

}  // namespace

const ObjectKind& ReviewKind() {
  static const KindOf<v1::Review> kind({
      ObjectNumber::kReview,
      "review",
      v1::ChangeSet::KIND_RECORDS,
      &v1::ContractObject::review,
      &v1::ContractObject::mutable_review,
      {"contract_number", "review_date"},
      CheckReview,
      [](v1::Review& review) {
        review.set_review_id(
            ObjectIdHex(ObjectNumber::kReview,
                        {review.contract_number(), review.review_date()}));
        review.set_contract_id(
            ObjectIdHex(ObjectNumber::kContract, {review.contract_number()}));
      },
      [](v1::Review& review) {
        review.clear_review_id();
        review.clear_contract_id();
      },
  });
  return kind;
}

}  // namespace rollcall::collector
