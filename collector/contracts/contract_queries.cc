#include "collector/contracts/contract_queries.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "collector/contracts/entitlement_table.h"
#include "collector/inventory/as_of.h"
#include "collector/rpc/paging.h"
#include "collector/storage/change_set_table.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr size_t kMaxFilterBytes = 256;

// The key that a page token holds; nothing for the first page.
template <typename Key>
absl::StatusOr<std::optional<Key>> CursorKey(const Page& page) {
  if (page.after.empty()) return std::optional<Key>();
  KeyReader reader(page.after);
  Key key = Key::Decode(reader);
  if (!reader.Done()) {
    return absl::InvalidArgumentError(
        "page_token is malformed; use next_page_token as it was given");
  }
  return std::optional<Key>(std::move(key));
}

template <typename Key>
std::string CursorOf(const Key& key) {
  KeyWriter writer;
  key.Encode(writer);
  return writer.Take();
}

absl::Status CheckFilter(absl::string_view name, absl::string_view value) {
  if (value.size() <= kMaxFilterBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(name, " is longer than ", kMaxFilterBytes, " bytes"));
}

// A page of a table, from the entry after the cursor on: hands each entry to
// `add`. Returns the token of the next page, or "".
template <typename Key, typename Value, typename Add>
absl::StatusOr<std::string> FillPage(const Table<Key, Value>& table,
                                     const Reader& reader, const Page& page,
                                     const KeyWriter& prefix, Add add) {
  ROLLCALL_ASSIGN_OR_RETURN(const std::optional<Key> after,
                            CursorKey<Key>(page));
  auto entries = after.has_value() ? table.ScanFrom(reader, *after, prefix)
                                   : table.ScanPrefix(reader, prefix);
  std::string cursor;
  for (int count = 0;;) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, entries.Next());
    if (!entry.has_value()) return std::string();
    if (CursorOf(entry->key) == page.after) continue;
    if (count++ == page.size) return page.TokenAfter(cursor);
    cursor = CursorOf(entry->key);
    add(std::move(*entry));
  }
}

}  // namespace

absl::StatusOr<std::vector<v1::Entitlement>> AllEntitlements(
    const Reader& reader, KnownStamp as_of) {
  std::vector<v1::Entitlement> all;
  EntitlementWalk walk(reader, as_of);
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto next, walk.Next());
    if (!next.has_value()) return all;
    all.push_back(std::move(next->entitlement));
  }
}

absl::StatusOr<v1::ListEntitlementsResponse> ContractQueries::ListEntitlements(
    const v1::ListEntitlementsRequest& request) const {
  ROLLCALL_RETURN_IF_ERROR(CheckFilter("product", request.product()));
  ROLLCALL_RETURN_IF_ERROR(
      CheckFilter("contract_number", request.contract_number()));
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp as_of, AsOf(request));
  ROLLCALL_ASSIGN_OR_RETURN(const auto after, CursorKey<EntitlementKey>(page));
  const std::unique_ptr<Reader> snapshot = engine_.Snapshot();
  EntitlementWalk walk(*snapshot, as_of, request.contract_number(), after);
  v1::ListEntitlementsResponse response;
  std::string cursor;
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto next, walk.Next());
    if (!next.has_value()) return response;
    if (!request.product().empty() &&
        !absl::EqualsIgnoreCase(next->entitlement.product(),
                                request.product())) {
      continue;
    }
    if (response.entitlements_size() == page.size) {
      response.set_next_page_token(page.TokenAfter(cursor));
      return response;
    }
    cursor = CursorOf(next->key);
    *response.add_entitlements() = std::move(next->entitlement);
  }
}

absl::StatusOr<v1::ListChangeSetsResponse> ContractQueries::ListChangeSets(
    const v1::ListChangeSetsRequest& request) const {
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  const std::unique_ptr<Reader> snapshot = engine_.Snapshot();
  v1::ListChangeSetsResponse response;
  ROLLCALL_ASSIGN_OR_RETURN(
      *response.mutable_next_page_token(),
      FillPage(kChangeSetTable, *snapshot, page, KeyWriter(), [&](auto entry) {
        *response.add_change_sets() =
            std::move(*entry.value.mutable_change_set());
      }));
  return response;
}

absl::StatusOr<v1::ListQuarantinedLinesResponse>
ContractQueries::ListQuarantinedLines(
    const v1::ListQuarantinedLinesRequest& request) const {
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  KeyWriter prefix;
  if (!request.change_set_id().empty()) {
    const auto id = ChangeSetId::FromHex(request.change_set_id());
    if (!id.has_value()) {
      return absl::InvalidArgumentError("change_set_id must be 32 hex digits");
    }
    prefix.AddId(*id);
  }
  const std::unique_ptr<Reader> snapshot = engine_.Snapshot();
  v1::ListQuarantinedLinesResponse response;
  const auto add = [&](auto entry) {
    v1::QuarantinedLine& line = *response.add_lines();
    line.set_change_set_id(entry.key.change_set.ToHex());
    line.set_line(static_cast<int32_t>(entry.key.line));
    line.set_content(std::move(*entry.value.mutable_content()));
    *line.mutable_errors() = std::move(*entry.value.mutable_errors());
  };
  ROLLCALL_ASSIGN_OR_RETURN(
      *response.mutable_next_page_token(),
      FillPage(kQuarantineTable, *snapshot, page, prefix, add));
  return response;
}

}  // namespace rollcall::collector
