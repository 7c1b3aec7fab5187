// Terms of contracts in files: one a line, several for each contract. Pure.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/contracts/exchange/import_target.h"

namespace rollcall::collector {

// contract_number, kind, begin_date, end_date, description, document, comments.
absl::Span<const TargetField> TermFields();

// Reads a record of those fields; see ImportTarget. The object is a contract
// with its number, the paragraph in notes, and in title the part of it that
// says which paragraph it replaces.
ReadLine ReadTermLine(const CsvRecord& record, const LineContext& context);

// The notes with the paragraph that begins as `head` replaced, or with
// `paragraph` as their last one.
std::string WithParagraph(absl::string_view notes, absl::string_view head,
                          absl::string_view paragraph);

}  // namespace rollcall::collector
