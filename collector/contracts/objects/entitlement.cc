// A purchased right: one line of a purchase under a contract.
#include "absl/strings/str_cat.h"
#include "collector/contracts/objects/kind_of.h"
#include "collector/contracts/objects/kinds.h"
#include "collector/contracts/objects/shared_checks.h"
#include "collector/contracts/quantity.h"
#include "collector/contracts/rational.h"

namespace rollcall::collector {
namespace {

constexpr size_t kIdDigits = 32;

void CheckPacks(const v1::Entitlement& line, FieldCheck& check) {
  if (line.has_pack_count() != line.has_pack_size()) {
    check.Fail(line.has_pack_count() ? "pack_size" : "pack_count",
               "is missing: both are given or none");
  }
  if (line.has_pack_price() && !line.has_pack_count()) {
    check.Fail("pack_price", "needs pack_count and pack_size");
  }
  if (line.has_pack_price() && line.has_unit_price()) {
    check.Fail("pack_price", "and unit_price are given; one of them is meant");
  }
  if (!line.has_pack_count() || !check.status().ok()) return;
  check.Ratio("pack_count", line.pack_count(), /*least_is_above_zero=*/true)
      .Ratio("pack_size", line.pack_size(), /*least_is_above_zero=*/true);
  if (!check.status().ok()) return;
  const auto product = Multiply(*Rational::FromProto(line.pack_count()),
                                *Rational::FromProto(line.pack_size()));
  if (!product.ok() ||
      Quantity::Of(*product) != *Quantity::FromProto(line.quantity())) {
    check.Fail("quantity",
               absl::StrCat("is not pack_count times pack_size, ",
                            product.ok() ? product->ToString() : "too large"));
  }
}

absl::Status CheckEntitlement(const v1::Entitlement& line) {
  FieldCheck check;
  check.Name("contract_number", line.contract_number(), kMaxNumberBytes)
      .Name("vendor", line.vendor(), kMaxNameBytes)
      .Name("publisher", line.publisher(), kMaxNameBytes)
      .Name("product", line.product(), kMaxNameBytes)
      .Text("version", line.has_version(), line.version(), kMaxNumberBytes)
      .Text("edition", line.has_edition(), line.edition(), kMaxNameBytes)
      .Name("metric", line.metric(), kMaxWordBytes)
      .Amount("quantity", line.quantity())
      .Day("start_date", line.start_date())
      .Day("end_date", line.has_end_date(), line.end_date())
      .Order("start_date", line.start_date(), "end_date", line.has_end_date(),
             line.end_date())
      .Price("unit_price", line.has_unit_price(), line.unit_price())
      .Text("purchase_order", line.has_purchase_order(), line.purchase_order(),
            kMaxNumberBytes)
      .Name("line", line.line(), kMaxNumberBytes)
      .Text("organisation_unit", line.has_organisation_unit(),
            line.organisation_unit(), kMaxNameBytes)
      .Known("licence_kind",
             v1::Entitlement::LicenceKind_IsValid(line.licence_kind()))
      .Text("part_number", line.has_part_number(), line.part_number(),
            kMaxNumberBytes)
      .Price("pack_price", line.has_pack_price(), line.pack_price())
      .Day("maintenance_end_date", line.has_maintenance_end_date(),
           line.maintenance_end_date())
      .Text("region", line.has_region(), line.region(), kMaxNameBytes)
      .Text("cost_centre", line.has_cost_centre(), line.cost_centre(),
            kMaxNameBytes)
      .Notes("notes", line.has_notes(), line.notes(), kMaxNotesBytes)
      .Text("amendment_number", line.has_amendment_number(),
            line.amendment_number(), kMaxNumberBytes)
      .Text("source", !line.source().empty(), line.source(), kMaxNumberBytes)
      .Text("source_line_id", !line.source_line_id().empty(),
            line.source_line_id(), kMaxNameBytes);
  if (line.has_base_entitlement_id() &&
      (line.base_entitlement_id().size() != kIdDigits ||
       line.base_entitlement_id().find_first_not_of("0123456789abcdef") !=
           std::string::npos)) {
    check.Fail("base_entitlement_id", "must be 32 hex digits in lower case");
  }
  CheckPacks(line, check);
  CheckUseRights(line.use_rights(), check);
  CheckTags(line.tags(), check);
  CheckDocuments(line.documents(), check);
  return check.status();
}

void SetEntitlementIds(v1::Entitlement& line) {
  line.set_entitlement_id(ObjectIdHex(
      ObjectNumber::kEntitlement,
      {line.contract_number(), line.purchase_order(), line.line()}));
  line.set_vendor_id(ObjectIdHex(ObjectNumber::kVendor, {line.vendor()}));
  line.set_contract_id(
      ObjectIdHex(ObjectNumber::kContract, {line.contract_number()}));
  line.set_purchase_order_id(
      ObjectIdHex(ObjectNumber::kPurchaseOrder, {line.purchase_order()}));
}

void StripEntitlement(v1::Entitlement& line) {
  line.clear_entitlement_id();
  line.clear_vendor_id();
  line.clear_contract_id();
  line.clear_purchase_order_id();
  line.clear_change_set_id();
  line.clear_known_time();
  line.clear_effective_date();
}

}  // namespace

const ObjectKind& EntitlementKind() {
  static const KindOf<v1::Entitlement> kind({
      ObjectNumber::kEntitlement,
      "entitlement",
      v1::ChangeSet::KIND_CONTRACTS,
      &v1::ContractObject::entitlement,
      &v1::ContractObject::mutable_entitlement,
      {"contract_number", "purchase_order", "line"},
      CheckEntitlement,
      SetEntitlementIds,
      StripEntitlement,
  });
  return kind;
}

}  // namespace rollcall::collector
