// Every kind of object; each is in a file of its own beside this.
#pragma once

#include "collector/contracts/object_kind.h"

namespace rollcall::collector {

const ObjectKind& VendorKind();
const ObjectKind& ContractKind();
const ObjectKind& AmendmentKind();
const ObjectKind& PurchaseOrderKind();
const ObjectKind& EntitlementKind();
const ObjectKind& InvoiceLineKind();
const ObjectKind& AuditKind();
const ObjectKind& ReviewKind();

}  // namespace rollcall::collector
