// A change to a contract that both sides signed.
#include "collector/contracts/objects/kind_of.h"
#include "collector/contracts/objects/kinds.h"
#include "collector/contracts/objects/shared_checks.h"

namespace rollcall::collector {
namespace {

absl::Status CheckAmendment(const v1::Amendment& amendment) {
  FieldCheck check;
  check.Name("contract_number", amendment.contract_number(), kMaxNumberBytes)
      .Name("amendment_number", amendment.amendment_number(), kMaxNumberBytes)
      .Day("sign_date", amendment.has_sign_date(), amendment.sign_date())
      .Day("effective_date", amendment.effective_date())
      .Title("title", !amendment.title().empty(), amendment.title(),
             kMaxPhraseBytes);
  CheckDocuments(amendment.documents(), check);
  return check.status();
}

}  // namespace

const ObjectKind& AmendmentKind() {
  static const KindOf<v1::Amendment> kind({
      ObjectNumber::kAmendment,
      "amendment",
      v1::ChangeSet::KIND_CONTRACTS,
      &v1::ContractObject::amendment,
      &v1::ContractObject::mutable_amendment,
      {"contract_number", "amendment_number"},
      CheckAmendment,
      [](v1::Amendment& amendment) {
        amendment.set_amendment_id(ObjectIdHex(
            ObjectNumber::kAmendment,
            {amendment.contract_number(), amendment.amendment_number()}));
        amendment.set_contract_id(ObjectIdHex(ObjectNumber::kContract,
                                              {amendment.contract_number()}));
      },
      [](v1::Amendment& amendment) {
        amendment.clear_amendment_id();
        amendment.clear_contract_id();
      },
  });
  return kind;
}

}  // namespace rollcall::collector
