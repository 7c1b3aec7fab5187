#include "collector/contracts/object_references.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace rollcall::collector {
namespace {

ObjectReference To(ObjectNumber kind, const std::string& first,
                   const std::string& second = "") {
  ObjectReference reference;
  reference.kind = kind;
  reference.name.parts = {absl::AsciiStrToLower(first),
                          absl::AsciiStrToLower(second), ""};
  reference.words = absl::StrCat(FindObjectKind(kind)->word(), " ", first,
                                 second.empty() ? "" : " / ", second);
  return reference;
}

}  // namespace

std::vector<ObjectReference> ReferencesOf(const v1::ContractObject& object) {
  switch (object.object_case()) {
    case ObjectNumber::kContract: {
      const v1::Contract& contract = object.contract();
      std::vector<ObjectReference> all = {
          To(ObjectNumber::kVendor, contract.vendor())};
      if (contract.has_master_contract_number()) {
        all.push_back(
            To(ObjectNumber::kContract, contract.master_contract_number()));
      }
      if (contract.has_amendment_number()) {
        all.push_back(To(ObjectNumber::kAmendment, contract.contract_number(),
                         contract.amendment_number()));
      }
      return all;
    }
    case ObjectNumber::kAmendment:
      return {
          To(ObjectNumber::kContract, object.amendment().contract_number())};
    case ObjectNumber::kEntitlement: {
      const v1::Entitlement& line = object.entitlement();
      std::vector<ObjectReference> all = {
          To(ObjectNumber::kContract, line.contract_number())};
      if (line.has_amendment_number()) {
        all.push_back(To(ObjectNumber::kAmendment, line.contract_number(),
                         line.amendment_number()));
      }
      return all;
    }
    case ObjectNumber::kReview:
      return {To(ObjectNumber::kContract, object.review().contract_number())};
    case ObjectNumber::kAudit:
      if (!object.audit().has_contract_number()) return {};
      return {To(ObjectNumber::kContract, object.audit().contract_number())};
    default:
      // An invoice may name what nobody knows: that is a finding, not an error.
      return {};
  }
}

}  // namespace rollcall::collector
