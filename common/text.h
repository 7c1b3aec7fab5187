// Hostile text: checking it on the way in and escaping it at each sink. Pure.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace rollcall {

// Whether `text` is well-formed UTF-8 (no surrogates, no overlong forms).
bool IsValidUtf8(absl::string_view text);

// `text` with every malformed byte replaced by U+FFFD; `*replaced`, if given,
// tells how many were.
std::string ToValidUtf8(absl::string_view text, int* replaced = nullptr);

// For a terminal or a log line: control characters, malformed bytes and
// characters that reorder text become \xNN or \u{NNNN}; a backslash stays.
std::string EscapeForTerminal(absl::string_view text);

// The columns that valid UTF-8 `text` takes on a terminal, one per code point.
int DisplayWidth(absl::string_view text);

// Whether a spreadsheet takes `text` for a formula (OWASP, "CSV Injection").
bool StartsLikeFormula(absl::string_view text);

// A field for a CSV file that a spreadsheet may open: quoted where needed, and
// with a leading apostrophe where the text would be taken for a formula.
std::string EscapeForCsv(absl::string_view text);

// Whether valid UTF-8 `text` holds characters that nobody sees (all that
// Unicode has programs ignore by default), or that control a terminal, or
// reorder or hide what stands beside them: two names that look alike could
// differ by them. Of the controls of ASCII only DEL counts; which others may be
// depends on the text. Blanks are seen.
bool HoldsHiddenCharacters(absl::string_view text);

// `text` without blanks at its ends: those of ASCII, and those of Unicode,
// which look like a space (a no-break space is what spreadsheets leave).
// Malformed bytes are none.
absl::string_view StripBlanks(absl::string_view text);

// The first blank in valid UTF-8 `text` that looks like a space and is another
// character, for example "U+00A0"; "" if there is none.
std::string UncommonBlankIn(absl::string_view text);

// At most `max_bytes` of `text`, cut between code points; "…" marks the cut.
std::string Abbreviate(absl::string_view text, size_t max_bytes);

}  // namespace rollcall
