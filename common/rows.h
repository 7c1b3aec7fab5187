// Rows, their ids and their roots: what agent and collector must agree on to
// the byte. On the wire and on disk; a change here is a new row level.
//
//   row id       = first 16 bytes of SHA-256(0x00, u32 len, section, u32 level,
//   canonical bytes) section root = first 16 bytes of SHA-256(0x01, row ids in
//   ascending order) subject root = first 16 bytes of SHA-256(0x02, for each
//   section in order of
//                  name: u32 len, name, section root)
//
// u32 is four bytes, most significant first. All functions are pure and
// thread-safe.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/hash.h"
#include "common/id.h"
#include "google/protobuf/descriptor.h"
#include "rollcall/v1/inventory.pb.h"
#include "rollcall/v1/options.pb.h"

namespace rollcall {

// The newest row schema level. This build knows it and all below it, down to 1;
// options.proto says what each introduced.
inline constexpr int kRowLevel = 2;
// A larger row is refused.
inline constexpr size_t kMaxRowBytes = 16 * 1024;
// More rows in one section are refused.
inline constexpr size_t kMaxRowsPerSection = 20'000;

// One kind of row, as its message declares it in options.proto.
struct RowKind {
  // The field of Row that holds it.
  const google::protobuf::FieldDescriptor* field;
  std::string section;
  v1::RowScope scope;
  std::vector<const google::protobuf::FieldDescriptor*> natural_key;
  // The row schema level that introduced it.
  int since_level = 1;
};

// All row kinds in order of their field number.
absl::Span<const RowKind> AllRowKinds();
// The kind of the fact that `row` holds, or nullptr if it holds none.
const RowKind* FindRowKind(const v1::Row& row);
// All section names, in order of name.
absl::Span<const std::string> AllSections();
// Whether rows of the section may be one machine's own.
bool HasOwnRows(absl::string_view section);
// Whether the level has a section of this name.
bool IsSection(absl::string_view name, int level = kRowLevel);

// The canonical bytes of `row`, at every level that it fits.
std::string EncodeRow(const v1::Row& row);

// The row with these canonical bytes at `level`. INVALID_ARGUMENT if they are
// too long, not a row of `section`, not UTF-8 where text is due, or not
// canonical: what a later level introduced is not.
absl::StatusOr<v1::Row> DecodeRow(absl::string_view section,
                                  absl::string_view bytes,
                                  int level = kRowLevel);

RowId ComputeRowId(absl::string_view section, int level,
                   absl::string_view canonical_bytes);

// REQUIRES: `ids` are in ascending order without repetition.
RootId ComputeSectionRoot(absl::Span<const RowId> ids);
// The same of a set that comes piece by piece. A copy goes on from what came so
// far. Not thread-safe.
class SectionRootBuilder {
 public:
  SectionRootBuilder() { hash_.Update("\x01"); }
  // REQUIRES: the pieces are one such set together.
  void Add(absl::Span<const RowId> ids);
  // Once.
  RootId Finish() { return hash_.FinishAs<RootId>(); }

 private:
  Sha256 hash_;
};

RootId ComputeSubjectRoot(const std::map<std::string, RootId>& section_roots);

// Hash of the evidence's deterministic serialisation.
RootId ComputeEvidenceHash(const v1::Evidence& evidence);

// A text that two rows share exactly if they describe the same thing on one
// machine: kind and natural key. Empty if the row holds no fact.
std::string NaturalKey(const v1::Row& row);

// The message inside the row, for reflection; nullptr if it holds no fact.
const google::protobuf::Message* FactOf(const v1::Row& row);

}  // namespace rollcall
