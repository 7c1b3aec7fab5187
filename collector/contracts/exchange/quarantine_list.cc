#include "collector/contracts/exchange/quarantine_list.h"

#include <optional>
#include <string>
#include <utility>

#include "collector/changes/change_set_table.h"
#include "collector/contracts/exchange/quarantine_repair.h"
#include "collector/contracts/exchange/quarantine_state.h"
#include "collector/rpc/paging.h"
#include "collector/storage/cursor.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// Tells what was kept aside, with what is kept of its import.
class QuarantineTeller {
 public:
  QuarantineTeller(const Reader& reader, bool include_settled)
      : reader_(reader), include_settled_(include_settled) {}

  // Nothing: it is not asked for.
  absl::StatusOr<std::optional<v1::QuarantinedLine>> Tell(
      const QuarantineKey& key, stored::v1::QuarantineRecord record) {
    ROLLCALL_ASSIGN_OR_RETURN(const v1::QuarantinedLine::State state,
                              StateOfQuarantined(reader_, record));
    if (!include_settled_ && state != v1::QuarantinedLine::STATE_OPEN) {
      return std::optional<v1::QuarantinedLine>();
    }
    if (at_ != key.change_set) {
      at_ = key.change_set;
      ROLLCALL_ASSIGN_OR_RETURN(context_,
                                kImportContextTable.Get(reader_, {*at_}));
    }
    return std::optional<v1::QuarantinedLine>(
        DescribeQuarantined(key, std::move(record), state, context_));
  }

 private:
  const Reader& reader_;
  const bool include_settled_;
  // Of the change-set at hand.
  std::optional<ChangeSetId> at_;
  std::optional<stored::v1::ImportContext> context_;
};

absl::StatusOr<KeyWriter> LinesAskedFor(const Reader& reader,
                                        const std::string& change_set_id) {
  KeyWriter prefix;
  if (change_set_id.empty()) return prefix;
  ROLLCALL_ASSIGN_OR_RETURN(const KeptChangeSet change_set,
                            FindChangeSet(reader, change_set_id));
  prefix.AddId(change_set.key.id);
  return prefix;
}

}  // namespace

absl::StatusOr<v1::ListQuarantinedLinesResponse> ListQuarantined(
    const Reader& reader, const v1::ListQuarantinedLinesRequest& request) {
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  ROLLCALL_ASSIGN_OR_RETURN(const KeyWriter prefix,
                            LinesAskedFor(reader, request.change_set_id()));
  ROLLCALL_ASSIGN_OR_RETURN(const auto after,
                            KeyOfCursor<QuarantineKey>(page.after));
  auto entries = after.has_value()
                     ? kQuarantineTable.ScanFrom(reader, *after, prefix)
                     : kQuarantineTable.ScanPrefix(reader, prefix);
  QuarantineTeller teller(reader, request.include_settled());
  v1::ListQuarantinedLinesResponse response;
  std::string cursor;
  PageRoom room(page);
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, entries.Next());
    if (!entry.has_value()) return response;
    std::string here = CursorOf(entry->key);
    if (here == page.after) continue;
    ROLLCALL_ASSIGN_OR_RETURN(auto line,
                              teller.Tell(entry->key, std::move(entry->value)));
    if (!line.has_value()) continue;
    // With the header of its file, which each line of it has.
    if (!room.Takes(line->ByteSizeLong())) {
      response.set_next_page_token(page.TokenAfter(cursor));
      return response;
    }
    cursor = std::move(here);
    *response.add_lines() = *std::move(line);
  }
}

}  // namespace rollcall::collector
