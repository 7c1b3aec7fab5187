#include "collector/inventory/posting_truth.h"

#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "collector/inventory/posting_change.h"
#include "collector/inventory/posting_overlay.h"
#include "collector/inventory/tables.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using stored::v1::ChangedSubject;

std::string NameOf(PostingTerm term) {
  switch (term.kind) {
    case PostingKind::kRowInBase:
      return absl::StrCat("bases with row ", term.number);
    case PostingKind::kBase:
      return absl::StrCat("subjects of base ", term.number);
    case PostingKind::kRowAdded:
      return absl::StrCat("subjects that add row ", term.number);
    case PostingKind::kRowRemoved:
      return absl::StrCat("subjects that lack row ", term.number);
  }
  return absl::StrCat("unknown kind ", static_cast<int>(term.kind));
}

class Comparison {
 public:
  Comparison(const Reader& snapshot, Batch* corrections)
      : snapshot_(snapshot),
        overlay_(std::in_place, snapshot),
        corrections_(corrections) {}

  absl::StatusOr<PostingDifferences> Run() {
    ROLLCALL_RETURN_IF_ERROR(TakeChanges());
    ROLLCALL_RETURN_IF_ERROR(ReadHeads());
    // By heads, since the postings may not be right.
    ROLLCALL_RETURN_IF_ERROR(
        overlay_->DropBases([&](RootId root, uint32_t) -> absl::StatusOr<bool> {
          return bases_.contains(root);
        }));
    if (corrections_ != nullptr) {
      overlay_->WriteNumbers(*corrections_);
      ROLLCALL_RETURN_IF_ERROR(DeleteChanges());
    }
    ROLLCALL_RETURN_IF_ERROR(CompareValues());
    ROLLCALL_RETURN_IF_ERROR(CompareOrdinals());
    ROLLCALL_RETURN_IF_ERROR(CompareBases());
    return std::move(result_);
  }

 private:
  void Differ(const std::string& where) {
    if (result_.differences++ == 0) result_.first = where;
  }

  // Calls `visit` with each key of a table. What is no key differs, and goes.
  template <typename Key, typename Visit>
  absl::Status ForEachKey(TableId table, Visit visit) {
    const auto cursor = snapshot_.Scan(table, "", "");
    for (; cursor->Valid(); cursor->Next()) {
      KeyReader reader(cursor->key());
      const Key key = Key::Decode(reader);
      if (reader.Done()) {
        visit(key);
        continue;
      }
      Differ(absl::StrCat(
          "table ", AllTables()[static_cast<size_t>(table)].name,
          ": unreadable key ", absl::BytesToHexString(cursor->key())));
      if (corrections_ != nullptr) {
        corrections_->Delete(table, std::string(cursor->key()));
      }
    }
    return cursor->status();
  }

  // Of changes that are damaged none is taken: what they did differs then.
  absl::Status TakeChanges() {
    const absl::Status taken =
        overlay_->TakeChanges(std::numeric_limits<size_t>::max()).status();
    if (!absl::IsDataLoss(taken)) return taken;
    Differ(std::string(taken.message()));
    overlay_.emplace(snapshot_);
    return absl::OkStatus();
  }

  // What they say is in the heads.
  absl::Status DeleteChanges() {
    KnownStamp newest;
    ROLLCALL_RETURN_IF_ERROR(
        ForEachKey<ChangeKey>(TableId::kChange, [&](const ChangeKey& key) {
          newest = key.stamp;
          kChangeTable.Delete(*corrections_, key);
        }));
    if (newest == KnownStamp()) return absl::OkStatus();
    WritePostingMeta(kPostingsWatermarkKey, newest.raw(), *corrections_);
    return absl::OkStatus();
  }

  // What the postings must be.
  absl::Status ReadHeads() {
    auto heads = kHeadTable.ScanPrefix(snapshot_, KeyWriter());
    while (true) {
      ROLLCALL_ASSIGN_OR_RETURN(const auto entry, heads.Next());
      if (!entry.has_value()) return absl::OkStatus();
      // Beside none, a head gains all that it says.
      ROLLCALL_ASSIGN_OR_RETURN(
          ChangedSubject change,
          MakePostingChange(entry->key.subject, {}, SectionsOf(entry->value)));
      change.set_ordinal(entry->value.ordinal());
      ROLLCALL_RETURN_IF_ERROR(ExpectSubject(entry->key.subject, change));
    }
  }

  absl::Status ExpectSubject(SubjectId subject, const ChangedSubject& change) {
    const uint32_t ordinal = change.ordinal();
    ordinals_[ordinal] = subject;
    for (const std::string& bytes : change.bases_gained()) {
      const auto root = RootId::FromBytes(bytes);
      if (!root.has_value()) {
        return absl::DataLossError(
            absl::StrCat("subject ", subject.ToHex(), " has a malformed base"));
      }
      ROLLCALL_ASSIGN_OR_RETURN(const auto number, ExpectBase(*root));
      if (number.has_value()) {
        Expect({PostingKind::kBase, *number}, ordinal);
      }
    }
    ROLLCALL_RETURN_IF_ERROR(
        ExpectRows(PostingKind::kRowAdded, change.added_gained(), ordinal));
    return ExpectRows(PostingKind::kRowRemoved, change.removed_gained(),
                      ordinal);
  }

  void Expect(PostingTerm term, uint32_t member) {
    const PostingPlace place = PlaceOf(term, member);
    expected_[place.key].add(place.entry);
  }

  absl::Status ExpectRows(PostingKind kind, const std::string& packed,
                          uint32_t member) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto rows, UnpackNumbers(packed));
    for (const RowNumber row : rows) Expect({kind, row}, member);
    return absl::OkStatus();
  }

  // The number of a base that is in use; nothing if it lacks one.
  absl::StatusOr<std::optional<uint32_t>> ExpectBase(RootId root) {
    const auto known = bases_.find(root);
    if (known != bases_.end()) return known->second;
    ROLLCALL_ASSIGN_OR_RETURN(auto number, ReadableNumberOf(root));
    if (!number.has_value() && corrections_ != nullptr) {
      ROLLCALL_ASSIGN_OR_RETURN(number, overlay_->Renumber(root));
    }
    bases_[root] = number;
    if (!number.has_value()) return number;
    ROLLCALL_ASSIGN_OR_RETURN(const auto stored,
                              kBaseTable.Get(snapshot_, {root}));
    if (!stored.has_value()) {
      return absl::DataLossError(
          absl::StrCat("base ", root.ToHex(), " is missing from the store"));
    }
    ROLLCALL_RETURN_IF_ERROR(
        ExpectRows(PostingKind::kRowInBase, stored->rows(), *number));
    return number;
  }

  // What cannot be read is as good as none.
  absl::StatusOr<std::optional<uint32_t>> ReadableNumberOf(RootId root) {
    auto number = overlay_->NumberOf(root);
    if (absl::IsDataLoss(number.status())) {
      Differ(std::string(number.status().message()));
      return std::optional<uint32_t>();
    }
    if (number.ok() && !number->has_value()) {
      Differ(absl::StrCat("base ", root.ToHex(), ": it has no number"));
    }
    return number;
  }

  absl::Status CompareValues() {
    std::set<PostingKey> keys;
    for (const auto& [key, entries] : expected_) keys.insert(key);
    for (const PostingKey& key : overlay_->TouchedValues()) keys.insert(key);
    ROLLCALL_RETURN_IF_ERROR(ForEachKey<PostingKey>(
        TableId::kPosting, [&](const PostingKey& key) { keys.insert(key); }));
    for (const PostingKey& key : keys) {
      ROLLCALL_RETURN_IF_ERROR(CompareValue(key, expected_[key]));
    }
    return absl::OkStatus();
  }

  absl::Status CompareValue(const PostingKey& key, const PostingSet& expected) {
    ++result_.compared;
    auto found = overlay_->EntriesAt(key);
    if (absl::IsDataLoss(found.status())) {
      Differ(absl::StrCat(NameOf(MemberAt({key, 0}).term), ": ",
                          found.status().message()));
    } else if (!found.ok()) {
      return found.status();
    } else if (*found == expected) {
      if (!overlay_->Touches(key)) return absl::OkStatus();
    } else {
      const PostingSet wrong = *found ^ expected;
      const PostingMember first = MemberAt({key, wrong.minimum()});
      Differ(absl::StrCat(
          NameOf(first.term), ": ", first.member, " is ",
          expected.contains(wrong.minimum()) ? "missing" : "too much", ", of ",
          wrong.cardinality(), " that differ"));
    }
    if (corrections_ != nullptr) WritePosting(key, expected, *corrections_);
    return absl::OkStatus();
  }

  absl::Status CompareOrdinals() {
    std::set<uint32_t> all;
    for (const auto& [ordinal, subject] : ordinals_) all.insert(ordinal);
    ROLLCALL_RETURN_IF_ERROR(ForEachKey<OrdinalKey>(
        TableId::kOrdinal,
        [&](const OrdinalKey& key) { all.insert(key.ordinal); }));
    for (const uint32_t ordinal : all) {
      ++result_.compared;
      std::optional<SubjectId> expected;
      const auto it = ordinals_.find(ordinal);
      if (it != ordinals_.end()) expected = it->second;
      ROLLCALL_RETURN_IF_ERROR(CompareOrdinal(ordinal, expected));
    }
    return absl::OkStatus();
  }

  absl::Status CompareOrdinal(uint32_t ordinal,
                              std::optional<SubjectId> expected) {
    const auto found = overlay_->SubjectOf(ordinal);
    if (absl::IsDataLoss(found.status())) {
      Differ(std::string(found.status().message()));
    } else if (!found.ok()) {
      return found.status();
    } else if (*found == expected) {
      return absl::OkStatus();
    } else {
      Differ(absl::StrCat("ordinal ", ordinal, ": it is ",
                          found->has_value() ? (*found)->ToHex() : "absent",
                          " and should be ",
                          expected.has_value() ? expected->ToHex() : "absent"));
    }
    if (corrections_ != nullptr) {
      WriteOrdinal(ordinal, expected, *corrections_);
    }
    return absl::OkStatus();
  }

  // Numbers of bases that nobody uses.
  absl::Status CompareBases() {
    std::vector<RootId> unused;
    ROLLCALL_RETURN_IF_ERROR(ForEachKey<BaseNumberKey>(
        TableId::kBaseNumber, [&](const BaseNumberKey& key) {
          ++result_.compared;
          if (!bases_.contains(key.root)) unused.push_back(key.root);
        }));
    for (const RootId root : unused) {
      const auto number = overlay_->NumberOf(root);
      if (!number.ok() && !absl::IsDataLoss(number.status())) {
        return number.status();
      }
      if (number.ok() && !number->has_value()) continue;
      Differ(absl::StrCat("base ", root.ToHex(),
                          ": it has a number and no subject"));
      if (corrections_ != nullptr) {
        kBaseNumberTable.Delete(*corrections_, {root});
      }
    }
    return absl::OkStatus();
  }

  const Reader& snapshot_;
  // Always there.
  std::optional<PostingOverlay> overlay_;
  Batch* const corrections_;
  std::map<PostingKey, PostingSet> expected_;
  std::map<uint32_t, SubjectId> ordinals_;
  std::map<RootId, std::optional<uint32_t>> bases_;
  PostingDifferences result_;
};

}  // namespace

absl::StatusOr<PostingDifferences> ComparePostings(const Reader& snapshot,
                                                   Batch* corrections) {
  return Comparison(snapshot, corrections).Run();
}

}  // namespace rollcall::collector
