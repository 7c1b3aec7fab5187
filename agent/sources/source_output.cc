#include "agent/sources/source_output.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/text.h"

namespace rollcall {

void SourceReport::Note(v1::SourceStatus::Outcome outcome,
                        absl::string_view note) {
  // The outcomes are numbered from best to worst.
  outcome_ = std::max(outcome_, outcome);
  notes_.insert(Abbreviate(ToValidUtf8(note), kMaxNoteBytes));
  if (notes_.size() > kMaxNotes) {
    notes_.erase(std::prev(notes_.end()));
    ++dropped_notes_;
  }
}

void SourceReport::NoteError(const absl::Status& status) {
  if (status.ok() || absl::IsNotFound(status)) return;
  Note(absl::IsPermissionDenied(status)
           ? v1::SourceStatus::OUTCOME_PERMISSION_DENIED
           : v1::SourceStatus::OUTCOME_PARTIAL,
       status.message());
}

void SourceReport::Fail(const absl::Status& status) {
  failed_ = true;
  Note(absl::IsPermissionDenied(status)
           ? v1::SourceStatus::OUTCOME_PERMISSION_DENIED
           : v1::SourceStatus::OUTCOME_FAILED,
       status.message());
}

void SourceReport::CountMalformed(absl::string_view where, int count) {
  if (count <= 0) return;
  outcome_ = std::max(outcome_, v1::SourceStatus::OUTCOME_MALFORMED);
  std::string place = Abbreviate(ToValidUtf8(where), kMaxNoteBytes);
  if (malformed_.size() >= kMaxNotes && malformed_.count(place) == 0) {
    place = "~ elsewhere";
  }
  malformed_[place] += count;
}

v1::SourceStatus SourceReport::ToStatus(absl::string_view source) const {
  v1::SourceStatus status;
  status.set_source(std::string(source));
  status.set_outcome(outcome_);
  std::set<std::string> notes = notes_;
  int malformed_count = 0;
  for (const auto& [where, count] : malformed_) {
    malformed_count += count;
    notes.insert(absl::StrCat(where, ": ", count, " malformed"));
  }
  if (malformed_count > 0) status.set_malformed_count(malformed_count);
  for (const std::string& note : notes) status.add_notes(note);
  if (dropped_notes_ > 0) {
    status.add_notes(absl::StrCat("~ and ", dropped_notes_, " more"));
  }
  return status;
}

void SourceOutput::Add(const v1::Row& row) {
  const RowKind* kind = FindRowKind(row);
  if (kind == nullptr) return;
  EncodedRow encoded;
  encoded.bytes = EncodeRow(row);
  // Tag and length of the fact take at least two bytes; nothing follows if no
  // field is set.
  const google::protobuf::Message* fact = FactOf(row);
  if (fact->ByteSizeLong() == 0) return;
  if (encoded.bytes.size() > limits_.max_row_bytes) {
    report(kind->section)
        .Note(v1::SourceStatus::OUTCOME_PARTIAL,
              absl::StrCat("rows larger than ", limits_.max_row_bytes,
                           " bytes were left out"));
    return;
  }
  std::vector<EncodedRow>& rows = rows_[kind->section];
  if (rows.size() >= limits_.max_rows_per_section) {
    report(kind->section)
        .Note(v1::SourceStatus::OUTCOME_PARTIAL,
              absl::StrCat("more than the ", limits_.max_rows_per_section,
                           " rows that a section may have"));
    return;
  }
  encoded.id = ComputeRowId(kind->section, kRowLevel, encoded.bytes);
  encoded.scope = kind->scope;
  rows.push_back(std::move(encoded));
}

}  // namespace rollcall
