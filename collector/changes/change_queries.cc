#include "collector/changes/change_queries.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/changes/change_policy.h"
#include "collector/changes/pending_overlaps.h"
#include "collector/rpc/paging.h"
#include "collector/storage/cursor.h"
#include "collector/storage/key.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

bool Matches(const v1::ListChangeSetsRequest& request,
             const v1::ChangeSet& change_set) {
  return (request.state() == v1::ChangeSet::STATE_UNSPECIFIED ||
          request.state() == change_set.state()) &&
         (request.kind() == v1::ChangeSet::KIND_UNSPECIFIED ||
          request.kind() == change_set.kind());
}

// What is stored of lapses was true when the last approval was given.
v1::ChangeSet WithoutLapses(v1::ChangeSet change_set) {
  if (change_set.state() != v1::ChangeSet::STATE_PROPOSED) return change_set;
  for (v1::Approval& approval : *change_set.mutable_approvals()) {
    approval.clear_lapse_reason();
  }
  return change_set;
}

}  // namespace

// Where a listing of differences stands, and what it is a listing of.
struct ChangeQueries::DifferenceCursor {
  // The next item.
  uint32_t next = 0;
  // The newest effect that the digest was computed under.
  KnownStamp effect;
  std::string digest;
  // What the items were compared with; see ComparedAt.
  KnownStamp compared_at;

  void Encode(KeyWriter& writer) const {
    writer.U32(next).Stamp(effect).Text(digest).Stamp(compared_at);
  }
  static DifferenceCursor Decode(KeyReader& reader) {
    DifferenceCursor cursor;
    cursor.next = reader.U32();
    cursor.effect = reader.Stamp();
    cursor.digest = reader.Text();
    cursor.compared_at = reader.Stamp();
    return cursor;
  }

  // Makes it one of the change-set as it is now. ABORTED if that comes to
  // another than on the page before.
  absl::Status Renew(const ChangeContent& content, const KeptChangeSet& kept,
                     const std::vector<std::string>& items,
                     const Reader& reader);
};

absl::Status ChangeQueries::DifferenceCursor::Renew(
    const ChangeContent& content, const KeptChangeSet& kept,
    const std::vector<std::string>& items, const Reader& reader) {
  const KnownStamp now_at = ComparedAt(kept);
  ROLLCALL_ASSIGN_OR_RETURN(
      const KnownStamp newest,
      NewestEffect(reader, kept.record.change_set().kind()));
  // What the whole comes to stays what it is as long as nothing takes effect
  // and it is proposed still.
  if (!digest.empty() && newest == effect && now_at == compared_at) {
    return absl::OkStatus();
  }
  ROLLCALL_ASSIGN_OR_RETURN(
      const Compared compared,
      CompareItems(content, kept.key.id, items, reader, now_at));
  if (!digest.empty() && digest != compared.digest) {
    const std::string moved = MovedInWords(compared, effect);
    return absl::AbortedError(absl::StrCat(
        "the change-set comes to another than on the page before; begin "
        "again. ",
        moved.empty() ? "It is not proposed any more, and so not compared with "
                        "what took effect since"
                      : absl::StrCat("There moved: ", moved)));
  }
  digest = compared.digest;
  effect = newest;
  compared_at = now_at;
  return absl::OkStatus();
}

absl::StatusOr<v1::ListChangeSetsResponse> ChangeQueries::List(
    const v1::ListChangeSetsRequest& request) const {
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  const std::unique_ptr<Reader> snapshot = engine_.Snapshot();
  ROLLCALL_ASSIGN_OR_RETURN(const auto after,
                            KeyOfCursor<ChangeSetKey>(page.after));
  auto entries = after.has_value()
                     ? kChangeSetTable.ScanFrom(*snapshot, *after, KeyWriter())
                     : kChangeSetTable.ScanPrefix(*snapshot, KeyWriter());
  v1::ListChangeSetsResponse response;
  std::string cursor;
  PageRoom room(page);
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, entries.Next());
    if (!entry.has_value()) return response;
    std::string bytes = CursorOf(entry->key);
    if (bytes == page.after) continue;
    if (!Matches(request, entry->value.change_set())) continue;
    v1::ChangeSet change_set =
        WithoutLapses(std::move(*entry->value.mutable_change_set()));
    if (!room.Takes(change_set.ByteSizeLong())) {
      response.set_next_page_token(page.TokenAfter(cursor));
      return response;
    }
    cursor = std::move(bytes);
    *response.add_change_sets() = std::move(change_set);
  }
}

absl::StatusOr<v1::GetChangeSetResponse> ChangeQueries::Get(
    const v1::GetChangeSetRequest& request) const {
  const std::unique_ptr<Reader> snapshot = engine_.Snapshot();
  ROLLCALL_ASSIGN_OR_RETURN(
      ChangeView view,
      ViewChangeSet(contents_, roles_, *snapshot, request.change_set_id()));
  v1::GetChangeSetResponse response;
  v1::ChangeSet& change_set = *response.mutable_change_set();
  change_set = std::move(*view.kept.record.mutable_change_set());
  if (change_set.state() != v1::ChangeSet::STATE_PROPOSED) return response;
  response.set_digest(view.compared.digest);
  change_set.set_added_count(view.compared.added_count);
  change_set.set_changed_count(view.compared.changed_count);
  change_set.set_removed_count(view.compared.removed_count);
  for (auto& seat : AwaitedBy(PolicyOf(change_set.kind()), change_set)) {
    *response.add_awaited() = std::move(seat);
  }
  if (!request.with_overlaps() || view.content == nullptr) return response;
  ROLLCALL_ASSIGN_OR_RETURN(
      PendingOverlaps found,
      FindPendingOverlaps(*view.content, {view.kept.key, view.stored},
                          view.items, *snapshot));
  for (v1::PendingOverlap& overlap : found.overlaps) {
    *response.add_overlaps() = std::move(overlap);
  }
  response.set_more_overlaps(found.more);
  return response;
}

absl::StatusOr<v1::ListDifferencesResponse> ChangeQueries::ListDifferences(
    const v1::ListDifferencesRequest& request) const {
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  const std::unique_ptr<Reader> snapshot = engine_.Snapshot();
  ROLLCALL_ASSIGN_OR_RETURN(const auto after,
                            KeyOfCursor<DifferenceCursor>(page.after));
  DifferenceCursor cursor = after.value_or(DifferenceCursor());
  v1::ListDifferencesResponse response;
  ROLLCALL_ASSIGN_OR_RETURN(const size_t count,
                            FillDifferences(*snapshot, request.change_set_id(),
                                            page, cursor, response));
  response.set_digest(cursor.digest);
  cursor.next += static_cast<uint32_t>(response.differences_size());
  if (cursor.next < count) {
    response.set_next_page_token(page.TokenAfter(CursorOf(cursor)));
  }
  return response;
}

absl::StatusOr<size_t> ChangeQueries::FillDifferences(
    const Reader& reader, absl::string_view text, const Page& page,
    DifferenceCursor& cursor, v1::ListDifferencesResponse& response) const {
  ROLLCALL_ASSIGN_OR_RETURN(const KeptChangeSet kept,
                            FindChangeSet(reader, text));
  const v1::ChangeSet::Kind kind = kept.record.change_set().kind();
  const auto content = contents_.find(kind);
  if (content == contents_.end()) {
    return absl::FailedPreconditionError(
        absl::StrCat("what a change-set of kind ", PolicyOf(kind).word,
                     " changes is not kept item by item"));
  }
  ROLLCALL_ASSIGN_OR_RETURN(const auto items, ReadProposed(reader, kept));
  ROLLCALL_RETURN_IF_ERROR(cursor.Renew(*content->second, kept, items, reader));
  PageRoom room(page);
  for (size_t at = cursor.next; at < items.size(); ++at) {
    ROLLCALL_ASSIGN_OR_RETURN(
        ComparedItem item,
        CompareItem(*content->second, items, at, reader, cursor.compared_at));
    if (!room.Takes(item.difference.ByteSizeLong())) break;
    *response.add_differences() = std::move(item.difference);
  }
  return items.size();
}

}  // namespace rollcall::collector
