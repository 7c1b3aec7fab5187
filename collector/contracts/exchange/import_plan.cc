#include "collector/contracts/exchange/import_plan.h"

#include <utility>

#include "collector/changes/change_set_table.h"
#include "collector/contracts/contract_content.h"
#include "collector/contracts/contract_words.h"
#include "collector/contracts/exchange/entitlement_plan.h"
#include "collector/contracts/exchange/left_out_lines.h"
#include "collector/contracts/exchange/object_plan.h"
#include "collector/contracts/exchange/same_lines.h"
#include "collector/contracts/exchange/vendor_names.h"
#include "collector/contracts/reference_check.h"
#include "collector/csv/csv_reader.h"
#include "common/status.h"

namespace rollcall::collector {

v1::ChangeSet::Kind ChangeKindOf(mappings::v1::Mapping::Target target) {
  return target == mappings::v1::Mapping::TARGET_INVOICE_LINES
             ? v1::ChangeSet::KIND_RECORDS
             : v1::ChangeSet::KIND_CONTRACTS;
}

absl::StatusOr<ImportPlan> PlanImport(mappings::v1::Mapping::Target target,
                                      ImportedFile& file,
                                      const ImportPlanOptions& options,
                                      const Reader& snapshot) {
  using Mapping = mappings::v1::Mapping;
  ImportPlan plan;
  ROLLCALL_ASSIGN_OR_RETURN(plan.base,
                            NewestEffect(snapshot, ChangeKindOf(target)));
  ROLLCALL_RETURN_IF_ERROR(UseVendorNames(snapshot, file));
  MarkSameLines(file);
  absl::Status planned;
  switch (target) {
    case Mapping::TARGET_ENTITLEMENTS:
      planned = PlanEntitlements(file, options, snapshot, plan);
      break;
    case Mapping::TARGET_CONTRACTS:
      planned = PlanContracts(file, options, snapshot, plan);
      if (planned.ok()) planned = CheckReferences(plan.changes, snapshot);
      break;
    case Mapping::TARGET_CONTRACT_TERMS:
      planned = PlanTerms(file, options, snapshot, plan);
      break;
    case Mapping::TARGET_INVOICE_LINES:
      planned = PlanInvoices(file, options, snapshot, plan);
      break;
    default:
      planned = absl::InternalError("an import has no target");
  }
  if (!planned.ok()) return planned;
  ROLLCALL_RETURN_IF_ERROR(PlanLeftOut(file, options, snapshot, plan));
  return plan;
}

v1::ImportError PlaceOf(const ImportedFile& file, size_t index,
                        absl::string_view field, absl::string_view value,
                        absl::string_view reason) {
  v1::ImportError error;
  error.set_line(file.good_line[index]);
  const auto place = file.places.find(std::string(field));
  if (place == file.places.end()) {
    error.set_column(std::string(field));
  } else {
    error.set_column(place->second.label);
    error.set_column_number(place->second.number);
  }
  error.set_value(ImportErrorValue(value));
  error.set_reason(std::string(reason));
  return error;
}

BadLine FaultyLine(const ImportedFile& file, size_t index,
                   std::vector<v1::ImportError> errors) {
  return MakeBadLine(file.good_line[index], file.good_text[index],
                     std::move(errors));
}

v1::ObjectChange SetOf(v1::ContractObject object) {
  v1::ObjectChange change;
  change.set_action(v1::ObjectChange::ACTION_SET);
  *change.mutable_object() = std::move(object);
  return change;
}

absl::Status AddChange(v1::ContractObject object,
                       const ImportPlanOptions& options, const Reader& snapshot,
                       ImportPlan& plan) {
  v1::ObjectChange change = SetOf(std::move(object));
  if (options.effective.has_value()) {
    change.set_effective_date(options.effective->ToString());
  }
  ROLLCALL_ASSIGN_OR_RETURN(const ObjectOutcome outcome,
                            OutcomeOf(change, snapshot, KnownStamp::Max()));
  if (outcome.before.has_value() &&
      SayTheSame(*outcome.before, change.object())) {
    ++plan.unchanged_count;
    return absl::OkStatus();
  }
  ++(outcome.before.has_value() ? plan.changed_count : plan.added_count);
  plan.changes.push_back(std::move(change));
  return absl::OkStatus();
}

}  // namespace rollcall::collector
