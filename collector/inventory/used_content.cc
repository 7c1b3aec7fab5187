#include "collector/inventory/used_content.h"

#include "absl/strings/str_cat.h"
#include "collector/inventory/tables.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

absl::Status AddRows(const std::string& packed, UsedContent& used) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto numbers, UnpackNumbers(packed));
  used.rows.insert(numbers.begin(), numbers.end());
  return absl::OkStatus();
}

absl::Status AddBase(const Reader& reader, const std::string& bytes,
                     UsedContent& used) {
  if (bytes.empty()) return absl::OkStatus();
  const auto root = RootId::FromBytes(bytes);
  if (!root.has_value()) {
    return absl::DataLossError("head with a malformed base root");
  }
  if (!used.bases.insert(*root).second) return absl::OkStatus();
  ROLLCALL_ASSIGN_OR_RETURN(const auto base, kBaseTable.Get(reader, {*root}));
  if (!base.has_value()) {
    return absl::DataLossError(
        absl::StrCat("base set ", root->ToHex(), " is missing"));
  }
  return AddRows(base->rows(), used);
}

}  // namespace

absl::Status AddUsedContent(const Reader& reader, SubjectId subject,
                            const stored::v1::Head& head, UsedContent& used) {
  for (const auto& section : head.sections()) {
    ROLLCALL_RETURN_IF_ERROR(AddBase(reader, section.base_root(), used));
    ROLLCALL_RETURN_IF_ERROR(AddRows(section.added_rows(), used));
  }
  KeyWriter prefix;
  prefix.U16(ShardOf(subject)).AddId(subject);
  auto entries = kHistoryTable.ScanPrefix(reader, std::move(prefix));
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
    if (!entry.has_value()) return absl::OkStatus();
    for (const auto& change : entry->value.sections()) {
      ROLLCALL_RETURN_IF_ERROR(AddRows(change.added_rows(), used));
      ROLLCALL_RETURN_IF_ERROR(AddRows(change.removed_rows(), used));
    }
  }
}

absl::StatusOr<std::string> PackIdsOf(const Reader& reader,
                                      const std::set<RowNumber>& rows) {
  std::string ids;
  ids.reserve(rows.size() * RowId::kSize);
  for (const RowNumber number : rows) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto name,
                              kRowNumberTable.Get(reader, {number}));
    if (!name.has_value() || name->row_id().size() != RowId::kSize) {
      return absl::DataLossError(
          absl::StrCat("row number ", number, " is missing or unreadable"));
    }
    ids += name->row_id();
  }
  return ids;
}

}  // namespace rollcall::collector
