// Postings as they are stored with the changes that are not in them yet.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "collector/inventory/posting_set.h"
#include "collector/inventory/posting_tables.h"
#include "collector/inventory/row_number.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"

namespace rollcall::collector {

// Takes changes in the order of their stamps and answers as if they were
// stored, so that an answer is exact however far the stored postings are
// behind; and makes the writes that store them. Not thread-safe.
//
// All methods: DATA_LOSS if stored bytes are damaged, UNAVAILABLE if the store
// fails.
class PostingOverlay {
 public:
  // `reader` outlives it and should be a snapshot: postings and changes must be
  // of one time.
  explicit PostingOverlay(const Reader& reader) : reader_(reader) {}

  // Takes what is not stored yet, at most `limit` changes; returns how many.
  // Once.
  absl::StatusOr<size_t> TakeChanges(size_t limit);
  // The newest change that is stored or was taken; zero if there is none.
  KnownStamp watermark() const { return watermark_; }

  // The members of a term.
  absl::StatusOr<PostingSet> Members(PostingTerm term) const;
  // The subjects that have a fleet row.
  absl::StatusOr<PostingSet> SubjectsWith(RowNumber row) const;
  // How many subjects have each fleet row that any has.
  absl::StatusOr<absl::flat_hash_map<RowNumber, uint64_t>> CountAll() const;
  // Who has this ordinal; nothing if nobody has.
  absl::StatusOr<std::optional<SubjectId>> SubjectOf(uint32_t ordinal) const;
  // The number of a base; nothing if no subject is kept against it.
  absl::StatusOr<std::optional<uint32_t>> NumberOf(RootId base) const;

  // Gives a base a new number, whatever it had, and takes its rows. After
  // TakeChanges.
  absl::StatusOr<uint32_t> Renumber(RootId base);
  // Takes the number and the rows from each base that lost a subject and is not
  // in use any more. After TakeChanges.
  absl::Status DropBases(
      absl::FunctionRef<absl::StatusOr<bool>(RootId, uint32_t number)> in_use);

  // Adds the writes that store what was taken. Once.
  absl::Status Write(Batch& batch);
  // Of these the ones of ordinals and of the numbers of bases.
  void WriteNumbers(Batch& batch) const;

  // The values that changes touched, ordered.
  std::vector<PostingKey> TouchedValues() const;
  bool Touches(const PostingKey& key) const { return deltas_.contains(key); }
  // The entries of one value.
  absl::StatusOr<PostingSet> EntriesAt(const PostingKey& key) const;

 private:
  // How a value differs from what is stored.
  struct Delta {
    PostingSet gained;
    PostingSet lost;
    void Gain(uint32_t entry);
    void Lose(uint32_t entry);
    void ApplyTo(PostingSet& entries) const;
  };
  using Deltas = absl::btree_map<PostingKey, Delta>;

  void Gain(PostingTerm term, uint32_t member);
  void Lose(PostingTerm term, uint32_t member);
  // The same of each row that a base holds; ascending.
  void ChangeRowsOf(uint32_t base, const RowNumbers& rows, bool gained);
  // Forgets what changed of a new base that has no subject after all; whether
  // it has none.
  bool ForgetIfUnused(uint32_t new_base);
  absl::Status Take(const stored::v1::ChangedSubject& change);
  // The number of a base, given one if it has none.
  absl::StatusOr<uint32_t> NumberOrNew(RootId base);
  absl::StatusOr<uint32_t> NewNumber(RootId base);
  // Takes the rows of bases that are new and still kept.
  absl::Status TakeRowsOfNewBases();
  absl::Status TakeRowsOf(RootId base, uint32_t number);
  absl::Status TakeRows(const std::string& packed, PostingKind kind,
                        uint32_t ordinal, bool gained);
  absl::StatusOr<RowNumbers> RowsOf(RootId base) const;
  absl::Status WriteValue(const PostingKey& key, Batch& batch) const;
  // Calls `visit` with the entries of every value of a kind, or of those of a
  // number, ordered.
  absl::Status ForEachValue(
      PostingKind kind, std::optional<uint32_t> number,
      absl::FunctionRef<void(const PostingKey&, const PostingSet&)> visit)
      const;

  const Reader& reader_;
  KnownStamp watermark_;
  std::vector<KnownStamp> taken_;
  Deltas deltas_;
  // Nothing: nobody has it any more.
  std::map<uint32_t, std::optional<SubjectId>> ordinals_;
  // Numbers given to bases here.
  std::map<RootId, uint32_t> new_bases_;
  // Bases that lost a subject.
  std::map<RootId, uint32_t> left_bases_;
  // Bases that nobody is kept against any more.
  std::set<RootId> dropped_bases_;
  // 0: not yet read.
  uint32_t next_base_ = 0;
};

}  // namespace rollcall::collector
