#include "collector/contracts/exchange/earlier_imports.h"

#include <algorithm>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "collector/changes/change_set_table.h"
#include "collector/contracts/exchange/quarantine_state.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr int kMostLinesLookedAt = 200'000;

// Whether lines that are read so say the same as others that were.
bool ReadAlike(const stored::v1::ImportContext& a,
               const stored::v1::ImportContext& b) {
  const auto says = [](const auto& one, const auto& other) {
    return std::all_of(one.begin(), one.end(), [&](const auto& entry) {
      const auto it = other.find(entry.first);
      return it != other.end() && it->second == entry.second;
    });
  };
  return a.mapping() == b.mapping() && a.header() == b.header() &&
         a.effective_date() == b.effective_date() &&
         a.defaults_size() == b.defaults_size() &&
         says(a.defaults(), b.defaults());
}

// Looks through the change-sets for one import.
class EarlierSearch {
 public:
  EarlierSearch(const Reader& reader, const v1::ChangeSet& made,
                const stored::v1::ImportContext& context,
                const std::vector<BadLine>& bad)
      : reader_(reader), made_(made), context_(context) {
    found_.kept.resize(bad.size());
    found_.settled.resize(bad.size());
    for (size_t i = 0; i < bad.size(); ++i) {
      places_[bad[i].sha256].push_back(i);
    }
  }

  absl::StatusOr<EarlierImports> Run() {
    auto entries = kChangeSetTable.ScanPrefix(reader_, KeyWriter());
    while (true) {
      ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
      if (!entry.has_value()) break;
      ROLLCALL_RETURN_IF_ERROR(
          LookAt(entry->key.id, entry->value.change_set()));
    }
    found_.settled_count = static_cast<int>(
        std::count(found_.settled.begin(), found_.settled.end(), true));
    return std::move(found_);
  }

 private:
  absl::Status LookAt(ChangeSetId id, const v1::ChangeSet& change_set) {
    if (change_set.state() == v1::ChangeSet::STATE_REJECTED ||
        change_set.state() == v1::ChangeSet::STATE_WITHDRAWN ||
        change_set.kind() != made_.kind()) {
      return absl::OkStatus();
    }
    const bool same_bytes = change_set.file_sha256() == made_.file_sha256();
    const bool same_name = !made_.file_name().empty() &&
                           change_set.file_name() == made_.file_name();
    if (change_set.quarantined_count() == 0 || !(same_bytes || same_name)) {
      return absl::OkStatus();
    }
    ROLLCALL_ASSIGN_OR_RETURN(const auto context,
                              kImportContextTable.Get(reader_, {id}));
    if (!context.has_value() || !ReadAlike(*context, context_)) {
      return absl::OkStatus();
    }
    return LookAtLines(id, same_bytes);
  }

  absl::Status LookAtLines(ChangeSetId id, bool same_bytes) {
    auto entries = kQuarantineTable.ScanPrefix(reader_, KeyWriter().AddId(id));
    while (looked_at_ < kMostLinesLookedAt) {
      ROLLCALL_ASSIGN_OR_RETURN(const auto entry, entries.Next());
      if (!entry.has_value()) break;
      ++looked_at_;
      const auto at = places_.find(entry->value.content_sha256());
      if (at == places_.end()) continue;
      if (same_bytes) Mark(at->second, found_.kept);
      if (found_.settled[at->second.front()]) continue;
      ROLLCALL_ASSIGN_OR_RETURN(const v1::QuarantinedLine::State state,
                                StateOfQuarantined(reader_, entry->value));
      if (state == v1::QuarantinedLine::STATE_OPEN) continue;
      Mark(at->second, found_.settled);
    }
    return absl::OkStatus();
  }

  static void Mark(const std::vector<size_t>& places,
                   std::vector<bool>& marked) {
    for (const size_t place : places) marked[place] = true;
  }

  const Reader& reader_;
  const v1::ChangeSet& made_;
  const stored::v1::ImportContext& context_;
  // Bad lines, by the hash of their text.
  absl::flat_hash_map<std::string, std::vector<size_t>> places_;
  int looked_at_ = 0;
  EarlierImports found_;
};

}  // namespace

absl::StatusOr<EarlierImports> FindEarlierImports(
    const Reader& reader, const v1::ChangeSet& made,
    const stored::v1::ImportContext& context, const std::vector<BadLine>& bad) {
  return EarlierSearch(reader, made, context, bad).Run();
}

}  // namespace rollcall::collector
