// What matching sees of subjects and values: the store with what the pass in
// progress has changed on top.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "collector/identity/contact_times.h"
#include "collector/identity/evidence_pieces.h"
#include "collector/identity/link_tables.h"
#include "collector/identity/match_rules.h"

namespace rollcall::collector {

// Subjects kept per value; a value that more gave is worth nothing.
inline constexpr size_t kMaxHolders = 16;

// A subject as matching sees it.
struct LinkSubject {
  SubjectId id;
  stored::v1::Subject record;
  std::vector<EvidencePiece> pieces;
  // Where it belongs.
  DeviceId device;
  stored::v1::SubjectLink link;
  LifeSpan life;
  // Contacts of its agents.
  int64_t contacts = 0;
  // From the last of them to the last check-in on the stream that it opened.
  absl::Duration held;
  // Several machines reported as one of its agents: what it says of itself is
  // several machines'.
  bool cloned = false;
};

// The device that the subject was made with, if matching moved it to another.
std::optional<DeviceId> HomeOfMatched(const LinkSubject& subject);

// The subjects that a link names: the heir, and those whose place was taken.
std::vector<SubjectId> SubjectsIn(const stored::v1::SubjectLink& link);
// Only those whose place was taken.
std::vector<SubjectId> TakenOver(const stored::v1::SubjectLink& link);

// Whether `heir` took the place of the other.
bool TookPlaceOf(const LinkSubject& heir, SubjectId other);

// What is known of the subjects that gave a value.
struct ValueHolders {
  std::vector<SubjectId> subjects;
  bool crowded = false;
};

// Reads what is stored of a value.
absl::StatusOr<ValueHolders> ReadHolders(const Reader& reader, uint64_t hash);

// Host names prove so little that they are compared only, never looked up.
inline bool IsIndexed(const EvidencePiece& piece) {
  return piece.kind != EvidenceKind::kHostname;
}

// Not thread-safe. Pointers that it hands out are valid for its life.
class LinkView {
 public:
  // Both outlive it.
  LinkView(const Reader& reader, const ContactTimes& times)
      : reader_(reader), times_(times) {}

  // The subject; nullptr if there is none (any more).
  absl::StatusOr<LinkSubject*> Subject(SubjectId id);

  // The subjects that gave the value.
  absl::StatusOr<ValueHolders*> Holders(const EvidencePiece& piece);

  // Adds a holder, if it is none yet.
  absl::Status AddHolder(const EvidencePiece& piece, SubjectId id);

  // Whether several machines had the value at once, or more than are kept, or
  // an agent whose key was copied gave it.
  absl::StatusOr<bool> IsWorthless(const EvidencePiece& piece);

  // Compares two subjects by what is worth something.
  absl::StatusOr<MatchDecision> Compare(const LinkSubject& a,
                                        const LinkSubject& b);

  // One whose place on their device the subject took and that has spoken since
  // the subject began; nullptr for none.
  absl::StatusOr<const LinkSubject*> FindReturned(const LinkSubject& subject);

  // Adds the holders that changed to the batch.
  void WriteHolders(Batch& batch) const;

 private:
  struct Entry {
    ValueHolders holders;
    bool changed = false;
  };
  absl::StatusOr<Entry*> Load(const EvidencePiece& piece);
  absl::Status MakeRoom(ValueHolders& holders);

  const Reader& reader_;
  const ContactTimes& times_;
  absl::flat_hash_map<SubjectId, std::unique_ptr<LinkSubject>> subjects_;
  absl::flat_hash_map<uint64_t, std::unique_ptr<Entry>> values_;
};

}  // namespace rollcall::collector
