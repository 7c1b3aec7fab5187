#include "collector/contracts/documents/document_links.h"

namespace rollcall::collector {

const google::protobuf::RepeatedPtrField<v1::DocumentLink>& DocumentsOf(
    const v1::ContractObject& object) {
  switch (object.object_case()) {
    case v1::ContractObject::kContract:
      return object.contract().documents();
    case v1::ContractObject::kAmendment:
      return object.amendment().documents();
    case v1::ContractObject::kPurchaseOrder:
      return object.purchase_order().documents();
    case v1::ContractObject::kEntitlement:
      return object.entitlement().documents();
    case v1::ContractObject::kAudit:
      return object.audit().documents();
    default:
      return v1::Contract::default_instance().documents();
  }
}

}  // namespace rollcall::collector
