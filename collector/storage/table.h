// A typed view of one table: keys are structs, values are messages.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "collector/storage/engine.h"
#include "collector/storage/key.h"
#include "common/status.h"

namespace rollcall::collector {

// A table of `Value` (a protobuf message) under `Key`, which has
//   void Encode(KeyWriter&) const;  static Key Decode(KeyReader&);
// Stateless and thread-safe. Reads go through a Reader (the engine or a
// snapshot), writes through a Batch. A stored key or value that does not parse
// is DATA_LOSS and names table and key.
template <typename Key, typename Value>
class Table {
 public:
  struct Entry {
    Key key;
    Value value;
  };

  constexpr explicit Table(TableId id) : id_(id) {}

  absl::StatusOr<std::optional<Value>> Get(const Reader& reader,
                                           const Key& key) const {
    const std::string bytes = KeyBytes(key);
    ROLLCALL_ASSIGN_OR_RETURN(const std::optional<std::string> stored,
                              reader.Get(id_, bytes));
    if (!stored.has_value()) return std::optional<Value>();
    ROLLCALL_ASSIGN_OR_RETURN(Value value, ParseValue(bytes, *stored));
    return std::optional<Value>(std::move(value));
  }

  // The same as it is stored.
  absl::StatusOr<std::optional<std::string>> GetBytes(const Reader& reader,
                                                      const Key& key) const {
    return reader.Get(id_, KeyBytes(key));
  }
  // What is stored there under the key.
  absl::StatusOr<Value> Parse(const Key& key, absl::string_view bytes) const {
    return ParseValue(KeyBytes(key), bytes);
  }

  void Put(Batch& batch, const Key& key, const Value& value) const {
    batch.Put(id_, KeyBytes(key), value.SerializeAsString());
  }

  // What GetBytes tells from then on.
  void PutBytes(Batch& batch, const Key& key, absl::string_view bytes) const {
    batch.Put(id_, KeyBytes(key), std::string(bytes));
  }

  void Delete(Batch& batch, const Key& key) const {
    batch.Delete(id_, KeyBytes(key));
  }

  // Walks over entries in order of their keys.
  class Iterator {
   public:
    Iterator(const Table& table, std::unique_ptr<Cursor> cursor)
        : table_(table), cursor_(std::move(cursor)) {}

    // The next entry; nothing at the end.
    absl::StatusOr<std::optional<Entry>> Next() {
      if (started_ && cursor_->Valid()) cursor_->Next();
      started_ = true;
      if (!cursor_->Valid()) {
        ROLLCALL_RETURN_IF_ERROR(cursor_->status());
        return std::optional<Entry>();
      }
      ROLLCALL_ASSIGN_OR_RETURN(Key key, table_.ParseKey(cursor_->key()));
      ROLLCALL_ASSIGN_OR_RETURN(
          Value value, table_.ParseValue(cursor_->key(), cursor_->value()));
      return std::optional<Entry>(Entry{std::move(key), std::move(value)});
    }

   private:
    const Table table_;
    std::unique_ptr<Cursor> cursor_;
    bool started_ = false;
  };

  // Entries whose encoded key starts with the bytes that `prefix` took; an
  // empty KeyWriter means the whole table.
  Iterator ScanPrefix(const Reader& reader, KeyWriter prefix) const {
    const std::string begin = prefix.Take();
    return Iterator(*this, reader.Scan(id_, begin, PrefixEnd(begin)));
  }
  // As ScanPrefix, last entry first.
  Iterator ReverseScanPrefix(const Reader& reader, KeyWriter prefix) const {
    const std::string begin = prefix.Take();
    return Iterator(*this, reader.ReverseScan(id_, begin, PrefixEnd(begin)));
  }
  // Entries from `from` on, as far as `prefix` goes: to resume a listing.
  Iterator ScanFrom(const Reader& reader, const Key& from,
                    KeyWriter prefix) const {
    return Iterator(*this,
                    reader.Scan(id_, KeyBytes(from), PrefixEnd(prefix.Take())));
  }

 private:
  static std::string KeyBytes(const Key& key) {
    KeyWriter writer;
    key.Encode(writer);
    return writer.Take();
  }

  absl::StatusOr<Key> ParseKey(absl::string_view bytes) const {
    KeyReader reader(bytes);
    Key key = Key::Decode(reader);
    if (!reader.Done()) return Damaged("key", bytes);
    return key;
  }

  absl::StatusOr<Value> ParseValue(absl::string_view key,
                                   absl::string_view bytes) const {
    Value value;
    if (!value.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return Damaged("value", key);
    }
    return value;
  }

  absl::Status Damaged(absl::string_view what, absl::string_view key) const {
    return absl::DataLossError(absl::StrCat(
        "table ", AllTables()[static_cast<size_t>(id_)].name, ": unreadable ",
        what, " at key ", absl::BytesToHexString(key)));
  }

  TableId id_;
};

}  // namespace rollcall::collector
