#include "collector/reconcile/position_reader.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/contracts/contract_queries.h"
#include "collector/inventory/deletions.h"
#include "common/status.h"

namespace rollcall::collector {

absl::Status PositionReader::Load(const CivilDate& effective_date) {
  ROLLCALL_RETURN_IF_ERROR(
      CheckNothingDeletedSince(fleet_.reader(), fleet_.as_of()));
  ROLLCALL_ASSIGN_OR_RETURN(
      entitlements_,
      AllEntitlements(fleet_.reader(), {effective_date, fleet_.as_of()}));
  ROLLCALL_RETURN_IF_ERROR(use_.Load());
  std::vector<UsedProduct> used;
  used.reserve(use_.products().size());
  for (const auto& [key, use] : use_.products()) {
    used.push_back({use.publisher, use.product});
  }
  book_ = MakePositionBook(entitlements_, used);
  for (auto& [key, product] : book_) {
    product.is_unrecognised = use_.IsUnrecognised(key);
  }
  return absl::OkStatus();
}

const ProductUse* PositionReader::UseOf(const ProductKey& key) const {
  const auto it = use_.products().find(key);
  return it == use_.products().end() ? nullptr : &it->second;
}

absl::StatusOr<ReadPosition> PositionReader::Read(
    const ProductKey& key, const std::string& metric_name,
    const CivilDate& effective_date) {
  const BookedProduct& product = book_.at(key);
  const Metric metric = MetricOrUnknown(metric_name);
  ReadPosition read;
  read.is_counted = metric.not_counted.empty();
  if (const ProductUse* use = UseOf(key); use != nullptr) {
    ROLLCALL_ASSIGN_OR_RETURN(read.demands, use_.Demands(*use, metric));
  }
  read.result = ComputePosition(
      product.InputOf(metric_name, effective_date, read.demands));
  return read;
}

}  // namespace rollcall::collector
