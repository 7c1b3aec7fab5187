// Change-sets of every kind, what they propose, and the lines that their
// imports kept aside.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/storage/engine.h"
#include "collector/storage/key.h"
#include "collector/storage/known_stamp.h"
#include "collector/storage/table.h"
#include "common/id.h"
#include "rollcall/stored/v1/changes.pb.h"

namespace rollcall::collector {

// Newest first.
struct ChangeSetKey {
  // Of the change that proposed it.
  KnownStamp stamp;
  ChangeSetId id;

  void Encode(KeyWriter& writer) const {
    writer.DescendingStamp(stamp).AddId(id);
  }
  static ChangeSetKey Decode(KeyReader& reader) {
    ChangeSetKey key;
    key.stamp = reader.DescendingStamp();
    key.id = reader.TakeId<ChangeSetId>();
    return key;
  }
};

inline constexpr Table<ChangeSetKey, stored::v1::ChangeSetRecord>
    kChangeSetTable(TableId::kChangeSet);

// Where each is.
struct ChangeSetPlaceKey {
  ChangeSetId id;

  void Encode(KeyWriter& writer) const { writer.AddId(id); }
  static ChangeSetPlaceKey Decode(KeyReader& reader) {
    return {reader.TakeId<ChangeSetId>()};
  }
};

inline constexpr Table<ChangeSetPlaceKey, stored::v1::ChangeSetPlace>
    kChangeSetPlaceTable(TableId::kChangeSetPlace);

// What a change-set proposes, in parts.
struct ProposedPartKey {
  ChangeSetId id;
  // From 0.
  uint32_t part = 0;

  void Encode(KeyWriter& writer) const { writer.AddId(id).U32(part); }
  static ProposedPartKey Decode(KeyReader& reader) {
    ProposedPartKey key;
    key.id = reader.TakeId<ChangeSetId>();
    key.part = reader.U32();
    return key;
  }
};

inline constexpr Table<ProposedPartKey, stored::v1::ProposedPart>
    kProposedPartTable(TableId::kProposedPart);

struct QuarantineKey {
  ChangeSetId change_set;
  // The line of the file, from 1.
  uint64_t line = 0;

  void Encode(KeyWriter& writer) const { writer.AddId(change_set).U64(line); }
  static QuarantineKey Decode(KeyReader& reader) {
    QuarantineKey key;
    key.change_set = reader.TakeId<ChangeSetId>();
    key.line = reader.U64();
    return key;
  }
};

inline constexpr Table<QuarantineKey, stored::v1::QuarantineRecord>
    kQuarantineTable(TableId::kQuarantine);

// How the file of a change-set was read that kept lines aside.
struct ImportContextKey {
  ChangeSetId id;

  void Encode(KeyWriter& writer) const { writer.AddId(id); }
  static ImportContextKey Decode(KeyReader& reader) {
    return {reader.TakeId<ChangeSetId>()};
  }
};

inline constexpr Table<ImportContextKey, stored::v1::ImportContext>
    kImportContextTable(TableId::kImportContext);

// A change-set and where it is kept.
struct KeptChangeSet {
  ChangeSetKey key;
  stored::v1::ChangeSetRecord record;
};

// Adds a change-set as it is now, and where it is.
void PutChangeSet(const KeptChangeSet& kept, Batch& batch);

// The change-set that `text` names: an id of 32 hex digits, or the first 6 or
// more that no other has. INVALID_ARGUMENT if it is neither, or several begin
// so; NOT_FOUND if there is none.
absl::StatusOr<KeptChangeSet> FindChangeSet(const Reader& reader,
                                            absl::string_view text);

// Adds what a change-set proposes; returns in how many parts.
int PutProposed(ChangeSetId id, const std::vector<std::string>& items,
                Batch& batch);

// Hands over each item that a change-set proposes, in their order, until one is
// refused. DATA_LOSS if a part is missing.
absl::Status ReadProposedItems(
    const Reader& reader, const KeptChangeSet& change_set,
    absl::FunctionRef<absl::Status(std::string&& item)> each);
// All of them.
absl::StatusOr<std::vector<std::string>> ReadProposed(
    const Reader& reader, const KeptChangeSet& change_set);

// Adds the lines that an import kept aside. `BadLines` is a range of BadLine.
template <typename BadLines>
void PutQuarantine(const BadLines& bad, ChangeSetId id, Batch& batch) {
  for (const auto& line : bad) {
    stored::v1::QuarantineRecord record;
    record.set_content(line.content);
    record.set_content_sha256(line.sha256);
    record.mutable_errors()->Assign(line.errors.begin(), line.errors.end());
    kQuarantineTable.Put(batch, {id, static_cast<uint64_t>(line.line)}, record);
  }
}

// Whether a file with these bytes was imported as that kind of change-set, with
// as many lines kept aside, and neither rejected nor withdrawn since.
absl::StatusOr<bool> WasImported(const Reader& reader, v1::ChangeSet::Kind kind,
                                 absl::string_view file_sha256,
                                 size_t quarantined_count);

// The change-set of that kind that is proposed, of a file with these bytes,
// with these items; nothing if there is none.
// `since`: only if it was proposed after that.
absl::StatusOr<std::optional<ChangeSetId>> FindProposed(
    const Reader& reader, v1::ChangeSet::Kind kind,
    absl::string_view file_sha256, const std::vector<std::string>& items,
    KnownStamp since = KnownStamp());

// The stamp of the newest change-set of any kind and state; zero if there is
// none.
absl::StatusOr<KnownStamp> NewestProposal(const Reader& reader);

// The stamp of the newest change-set of the kind that is in effect; zero if
// there is none. What was compared with a store is void once this is another.
absl::StatusOr<KnownStamp> NewestEffect(const Reader& reader,
                                        v1::ChangeSet::Kind kind);
// Notes that a change-set of the kind takes effect.
void PutNewestEffect(v1::ChangeSet::Kind kind, KnownStamp stamp, Batch& batch);

}  // namespace rollcall::collector
