// The tables of postings: derived from heads and bases, and kept behind them.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "collector/inventory/posting_set.h"
#include "collector/storage/known_stamp.h"
#include "collector/storage/table.h"
#include "common/id.h"
#include "rollcall/stored/v1/inventory.pb.h"

namespace rollcall::collector {

// Stored; never renumber. 1 was kRowInBase with a value for each row, up to
// schema version 3.
enum class PostingKind : uint16_t {
  kBase = 2,        // base number -> ordinals of the subjects kept against it
  kRowAdded = 3,    // row number -> ordinals that have it beyond their base
  kRowRemoved = 4,  // row number -> ordinals that lack it of their base
  kRowInBase = 5,   // row number -> numbers of the bases that hold it
};

// Whose members a posting lists.
struct PostingTerm {
  PostingKind kind = PostingKind::kRowInBase;
  // A row's or a base's.
  uint32_t number = 0;

  friend auto operator<=>(const PostingTerm&, const PostingTerm&) = default;
};

// Rows that follow each other share the values of kRowInBase: a machine that is
// unlike all others brings a base of rows that nobody had, numbered in one go,
// and so changes a value for every so many of them and not one for each.
inline constexpr uint32_t kRowsPerValue = 32;

// One value holds the members that share their upper 16 bits, so that a change
// rewrites little however many there are.
struct PostingKey {
  PostingKind kind = PostingKind::kRowInBase;
  // A base's, or a row's; of kRowInBase a row's divided by kRowsPerValue.
  uint32_t number = 0;
  uint16_t chunk = 0;

  friend auto operator<=>(const PostingKey&, const PostingKey&) = default;

  void Encode(KeyWriter& writer) const {
    writer.U16(static_cast<uint16_t>(kind)).U32(number).U16(chunk);
  }
  static PostingKey Decode(KeyReader& reader) {
    PostingKey key;
    key.kind = static_cast<PostingKind>(reader.U16());
    key.number = reader.U32();
    key.chunk = reader.U16();
    return key;
  }
};

// Where a member of a term stands: in which value, and as what.
struct PostingPlace {
  PostingKey key;
  // The member; of kRowInBase its lower 16 bits, above them the rest of the row
  // number's division.
  uint32_t entry = 0;
};
PostingPlace PlaceOf(PostingTerm term, uint32_t member);

// Of whom it says what.
struct PostingMember {
  PostingTerm term;
  uint32_t member = 0;
};
PostingMember MemberAt(const PostingPlace& place);

struct BaseNumberKey {
  RootId root;
  void Encode(KeyWriter& writer) const { writer.AddId(root); }
  static BaseNumberKey Decode(KeyReader& reader) {
    return {reader.TakeId<RootId>()};
  }
};

struct OrdinalKey {
  uint32_t ordinal = 0;
  void Encode(KeyWriter& writer) const { writer.U32(ordinal); }
  static OrdinalKey Decode(KeyReader& reader) { return {reader.U32()}; }
};

inline constexpr Table<PostingKey, stored::v1::Posting> kPostingTable(
    TableId::kPosting);
inline constexpr Table<BaseNumberKey, stored::v1::NumberedBase>
    kBaseNumberTable(TableId::kBaseNumber);
inline constexpr Table<OrdinalKey, stored::v1::OrdinalSubject> kOrdinalTable(
    TableId::kOrdinal);

// Keys of meta, whose values are decimal texts.
// The stamp of the newest change that is in the postings.
inline constexpr absl::string_view kPostingsWatermarkKey = "postings_watermark";
// The next base's number; numbers are never given twice.
inline constexpr absl::string_view kNextBaseNumberKey = "next_base_number";

// One of them; 0 if it is absent. DATA_LOSS if it is unreadable.
absl::StatusOr<uint64_t> ReadPostingMeta(const Reader& reader,
                                         absl::string_view key);

// How far stored postings are behind.
struct PostingsLag {
  // The newest change that is stored; zero if there is none.
  KnownStamp watermark;
  int64_t waiting = 0;
};
absl::StatusOr<PostingsLag> ReadPostingsLag(const Reader& reader);

// The entries of a stored posting. DATA_LOSS if they are malformed; names the
// key.
absl::StatusOr<PostingSet> EntriesOf(const PostingKey& key,
                                     const stored::v1::Posting& posting);
// The write that makes a stored posting this; an empty one is not kept.
void WritePosting(const PostingKey& key, PostingSet entries, Batch& batch);
void WriteOrdinal(uint32_t ordinal, std::optional<SubjectId> subject,
                  Batch& batch);
void WritePostingMeta(absl::string_view key, uint64_t value, Batch& batch);

}  // namespace rollcall::collector
