#include "collector/inventory/software_index.h"

#include <algorithm>
#include <limits>

#include "absl/hash/hash.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "collector/inventory/number_set.h"
#include "collector/inventory/tables.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

size_t HashOf(absl::string_view text) {
  return absl::Hash<absl::string_view>()(text);
}

}  // namespace

absl::Status LostRow(const IndexedSoftware& row) {
  return absl::DataLossError(
      absl::StrCat("row ", row.id.ToHex(), ", number ", row.number,
                   ", is missing from the store, and devices have it; put a "
                   "backup in the place of the store"));
}

absl::StatusOr<SoftwareRows> SoftwareIndex::All(const Reader& reader) {
  MutexLock lock(&mutex_);
  ROLLCALL_RETURN_IF_ERROR(Refresh(reader));
  return SoftwareRows{rows_, missing_};
}

absl::StatusOr<SoftwareRows> SoftwareIndex::Candidates(
    const Reader& reader, absl::string_view name, absl::string_view product) {
  MutexLock lock(&mutex_);
  ROLLCALL_RETURN_IF_ERROR(Refresh(reader));
  const auto& places = name.empty() ? by_product_ : by_name_;
  SoftwareRows found = {{}, missing_};
  const auto it = places.find(HashOf(name.empty() ? product : name));
  if (it == places.end()) return found;
  found.rows.reserve(it->second.size());
  for (const size_t place : it->second) found.rows.push_back(rows_[place]);
  return found;
}

absl::Status SoftwareIndex::Refresh(const Reader& reader) {
  const RowNumber known = last_;
  auto numbers = kRowNumberTable.ScanFrom(reader, {last_ + 1}, KeyWriter());
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, numbers.Next());
    if (!entry.has_value()) break;
    const auto id = RowId::FromBytes(entry->value.row_id());
    if (!id.has_value()) {
      return absl::DataLossError(absl::StrCat(
          "table row_number: malformed row at number ", entry->key.number));
    }
    ROLLCALL_RETURN_IF_ERROR(Add(reader, entry->key.number, *id));
    last_ = entry->key.number;
  }
  if (last_ == known || rows_.size() < forget_at_) return absl::OkStatus();
  return Forget(reader);
}

absl::Status SoftwareIndex::Forget(const Reader& reader) {
  constexpr auto kGone = std::numeric_limits<size_t>::max();
  NumberSet stored;
  auto numbers = kRowNumberTable.ScanPrefix(reader, KeyWriter());
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, numbers.Next());
    if (!entry.has_value()) break;
    stored.Add(entry->key.number);
  }
  // Where each row goes.
  std::vector<size_t> places;
  places.reserve(rows_.size());
  size_t kept = 0;
  for (const IndexedSoftware& row : rows_) {
    places.push_back(stored.Has(row.number) ? kept : kGone);
    if (stored.Has(row.number)) rows_[kept++] = row;
  }
  rows_.resize(kept);
  for (auto* by_hash : {&by_name_, &by_product_}) {
    for (auto& [hash, of_hash] : *by_hash) {
      for (size_t& place : of_hash) place = places[place];
      std::erase(of_hash, kGone);
    }
    absl::erase_if(*by_hash, [](const auto& of) { return of.second.empty(); });
  }
  std::erase_if(missing_, [&](const IndexedSoftware& row) {
    return !stored.Has(row.number);
  });
  forget_at_ = std::max(fewest_, 2 * kept);
  return absl::OkStatus();
}

absl::Status SoftwareIndex::Add(const Reader& reader, RowNumber number,
                                RowId id) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto row, kRowTable.Get(reader, {id}));
  if (!row.has_value() || row->number() != number) {
    missing_.push_back({number, id});
    return absl::OkStatus();
  }
  if (row->section() != kSoftwareSection) return absl::OkStatus();
  v1::Row decoded;  // checked before it was stored
  if (!decoded.ParseFromString(row->canonical())) {
    return absl::DataLossError(absl::StrCat("row ", id.ToHex(), " is damaged"));
  }
  const v1::SoftwarePackage& package = decoded.software_package();
  const size_t place = rows_.size();
  rows_.push_back({number, id});
  by_name_[HashOf(package.name())].push_back(place);
  if (const auto product = products_.Lookup(package)) {
    by_product_[HashOf(absl::AsciiStrToLower(product->product()))].push_back(
        place);
  }
  return absl::OkStatus();
}

}  // namespace rollcall::collector
