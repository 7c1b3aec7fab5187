#include "collector/changes/pending_overlaps.h"

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using Things = absl::flat_hash_set<std::string>;

absl::StatusOr<Things> ThingsOf(const ChangeContent& content,
                                const std::vector<std::string>& items) {
  Things things;
  things.reserve(items.size());
  for (const std::string& item : items) {
    ROLLCALL_ASSIGN_OR_RETURN(std::string thing, content.ThingOf(item));
    things.insert(std::move(thing));
  }
  return things;
}

// Goes through the items of one other proposal.
class OverlapCounter {
 public:
  OverlapCounter(const ChangeContent& content, const Things& things,
                 const Reader& reader, int most_names)
      : content_(content),
        things_(things),
        reader_(reader),
        most_names_(most_names) {}

  absl::Status Add(const std::string& item) {
    ROLLCALL_ASSIGN_OR_RETURN(std::string thing, content_.ThingOf(item));
    // Items about one thing follow each other.
    if (thing == last_ || !things_.contains(thing)) return absl::OkStatus();
    last_ = std::move(thing);
    overlap_.set_object_count(overlap_.object_count() + 1);
    if (overlap_.names_size() == most_names_) return absl::OkStatus();
    ROLLCALL_ASSIGN_OR_RETURN(
        const ComparedItem compared,
        content_.Compare(item, /*next=*/"", reader_, KnownStamp::Max()));
    overlap_.add_names(absl::StrCat(compared.difference.kind(), " ",
                                    compared.difference.name()));
    return absl::OkStatus();
  }

  // With a count of 0 if there is none.
  v1::PendingOverlap Take(const v1::ChangeSet& other) {
    overlap_.set_change_set_id(other.change_set_id());
    overlap_.set_proposed_by(other.proposed_by());
    *overlap_.mutable_proposed_time() = other.proposed_time();
    return std::move(overlap_);
  }

 private:
  const ChangeContent& content_;
  const Things& things_;
  const Reader& reader_;
  const int most_names_;
  std::string last_;
  v1::PendingOverlap overlap_;
};

bool IsOther(const v1::ChangeSet& change_set, const v1::ChangeSet& other) {
  return other.state() == v1::ChangeSet::STATE_PROPOSED &&
         other.kind() == change_set.kind() &&
         other.change_set_id() != change_set.change_set_id();
}

}  // namespace

absl::StatusOr<PendingOverlaps> FindPendingOverlaps(
    const ChangeContent& content, const KeptChangeSet& change_set,
    const std::vector<std::string>& items, const Reader& reader,
    const OverlapBounds& bounds) {
  PendingOverlaps found;
  Things things;
  size_t left = bounds.items;
  auto entries = kChangeSetTable.ScanPrefix(reader, KeyWriter());
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, entries.Next());
    if (!entry.has_value()) return found;
    const KeptChangeSet other = {entry->key, std::move(entry->value)};
    if (!IsOther(change_set.record.change_set(), other.record.change_set())) {
      continue;
    }
    found.more = left == 0 ||
                 found.overlaps.size() == static_cast<size_t>(bounds.overlaps);
    if (found.more) return found;
    if (things.empty()) {
      ROLLCALL_ASSIGN_OR_RETURN(things, ThingsOf(content, items));
    }
    OverlapCounter counter(content, things, reader, bounds.names);
    ROLLCALL_RETURN_IF_ERROR(ReadProposedItems(
        reader, other, [&](std::string&& item) -> absl::Status {
          if (left > 0) --left;
          return counter.Add(item);
        }));
    v1::PendingOverlap overlap = counter.Take(other.record.change_set());
    if (overlap.object_count() > 0)
      found.overlaps.push_back(std::move(overlap));
  }
}

}  // namespace rollcall::collector
