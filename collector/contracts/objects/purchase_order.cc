// An order.
#include "collector/contracts/objects/kind_of.h"
#include "collector/contracts/objects/kinds.h"
#include "collector/contracts/objects/shared_checks.h"

namespace rollcall::collector {
namespace {

absl::Status CheckOrder(const v1::PurchaseOrder& order) {
  FieldCheck check;
  check.Name("order_number", order.order_number(), kMaxNumberBytes)
      .Text("vendor", order.has_vendor(), order.vendor(), kMaxNameBytes)
      .Day("order_date", order.has_order_date(), order.order_date())
      .Text("requestor", order.has_requestor(), order.requestor(),
            kMaxPersonBytes)
      .Text("cost_centre", order.has_cost_centre(), order.cost_centre(),
            kMaxNameBytes);
  CheckDocuments(order.documents(), check);
  return check.status();
}

}  // namespace

const ObjectKind& PurchaseOrderKind() {
  static const KindOf<v1::PurchaseOrder> kind({
      ObjectNumber::kPurchaseOrder,
      "purchase order",
      v1::ChangeSet::KIND_CONTRACTS,
      &v1::ContractObject::purchase_order,
      &v1::ContractObject::mutable_purchase_order,
      {"order_number"},
      CheckOrder,
      [](v1::PurchaseOrder& order) {
        order.set_purchase_order_id(
            ObjectIdHex(ObjectNumber::kPurchaseOrder, {order.order_number()}));
      },
      [](v1::PurchaseOrder& order) { order.clear_purchase_order_id(); },
  });
  return kind;
}

}  // namespace rollcall::collector
