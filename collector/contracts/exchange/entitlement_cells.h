// The cells of an entitlement: columns of the collector's own files, and what
// mappings fill besides.
#pragma once

#include "collector/contracts/exchange/import_target.h"
#include "collector/csv/csv_reader.h"

namespace rollcall::collector {

// Places among kOwnEntitlementColumns and kEntitlementFields.
struct EntitlementCell {
  enum Place : size_t {
    kContractNumber,
    kVendor,
    kPublisher,
    kProduct,
    kVersion,
    kEdition,
    kMetric,
    kQuantity,
    kStartDate,
    kEndDate,
    kUnitPrice,
    kCurrency,
    kPurchaseOrder,
    kLine,
    kOrganisationUnit,
    // Those that only mappings fill.
    kPartNumber,
    kLicenceKind,
    kPackCount,
    kPackSize,
    kPackPrice,
    kMaintenanceEndDate,
    kRegion,
    kCostCentre,
    kNotes,
    kSourceLineId,
    kFirstUseRight,
  };
};

inline constexpr CsvColumn kOwnEntitlementColumns[] = {
    {"contract_number", true},
    {"vendor", true},
    {"publisher", true},
    {"product", true},
    {"version", false},
    {"edition", false},
    {"metric", true},
    {"quantity", true},
    {"start_date", true, "start"},
    {"end_date", false, "end"},
    {"unit_price", false},
    {"currency", false},
    {"purchase_order", false},
    {"line", true},
    {"organisation_unit", false}};

// In the same order. A quantity may follow from packs.
inline constexpr TargetField kEntitlementFields[] = {
    {"contract_number", FieldType::kText, true},
    {"vendor", FieldType::kText, true},
    {"publisher", FieldType::kText, true},
    {"product", FieldType::kText, true},
    {"version", FieldType::kText, false},
    {"edition", FieldType::kText, false},
    {"metric", FieldType::kWord, true},
    {"quantity", FieldType::kQuantity, false},
    {"start_date", FieldType::kDay, true},
    {"end_date", FieldType::kLastDay, false},
    {"unit_price", FieldType::kPrice, false},
    {"currency", FieldType::kText, false},
    {"purchase_order", FieldType::kText, false},
    {"line", FieldType::kText, true},
    {"organisation_unit", FieldType::kText, false},
    {"part_number", FieldType::kText, false},
    {"licence_kind", FieldType::kWord, false},
    {"pack_count", FieldType::kNumber, false},
    {"pack_size", FieldType::kNumber, false},
    {"pack_price", FieldType::kPrice, false},
    {"maintenance_end_date", FieldType::kLastDay, false},
    {"region", FieldType::kText, false},
    {"cost_centre", FieldType::kText, false},
    {"notes", FieldType::kNotes, false},
    {"source_line_id", FieldType::kText, false},
    // "permitted" or "forbidden".
    {"use_right_virtualization", FieldType::kWord, false},
    {"use_right_mobility", FieldType::kWord, false},
    {"use_right_downgrade", FieldType::kWord, false},
    {"use_right_upgrade", FieldType::kWord, false},
    {"use_right_second_use", FieldType::kWord, false},
    {"use_right_development_and_test", FieldType::kWord, false},
    {"use_right_disaster_recovery", FieldType::kWord, false},
    {"use_right_cloud", FieldType::kWord, false},
    {"use_right_remote", FieldType::kWord, false},
    {"use_right_cross_platform", FieldType::kWord, false},
    {"use_right_cross_edition", FieldType::kWord, false},
    {"use_right_copies", FieldType::kWord, false},
    {"use_right_affiliates", FieldType::kWord, false}};

}  // namespace rollcall::collector
