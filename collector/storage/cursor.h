// Keys as cursors: what the tokens of listings hold that go from key to key of
// a table.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "collector/storage/key.h"

namespace rollcall::collector {

// `Key` has Encode and Decode, as for Table.
template <typename Key>
std::string CursorOf(const Key& key) {
  KeyWriter writer;
  key.Encode(writer);
  return writer.Take();
}

// The key that a cursor of CursorOf holds; nothing for "", as the first page
// has it. INVALID_ARGUMENT, about the page token, if it holds none.
template <typename Key>
absl::StatusOr<std::optional<Key>> KeyOfCursor(absl::string_view cursor) {
  if (cursor.empty()) return std::optional<Key>();
  KeyReader reader(cursor);
  Key key = Key::Decode(reader);
  if (reader.Done()) return std::optional<Key>(std::move(key));
  return absl::InvalidArgumentError(
      "page_token is malformed; use next_page_token as it was given");
}

}  // namespace rollcall::collector
