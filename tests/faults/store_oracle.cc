#include "tests/faults/store_oracle.h"

#include <memory>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/status.h"

namespace rollcall::testing {
namespace {

using collector::Batch;
using collector::Cursor;
using collector::Engine;
using collector::TableId;

constexpr TableId kTables[] = {TableId::kRow, TableId::kHead, TableId::kHistory,
                               TableId::kOwnPack};
constexpr int kChangesPerBatch = 8;
constexpr size_t kKeysPerMultiGet = 64;

absl::Status Wrong(TableId table, absl::string_view key,
                   absl::string_view what) {
  return absl::InternalError(absl::StrCat(
      "table ", collector::AllTables()[static_cast<size_t>(table)].name,
      ", key ", absl::BytesToHexString(key), ": ", what));
}

// DATA_LOSS is an honest answer; no other error is.
absl::Status Judge(const absl::Status& status) {
  if (status.ok() || absl::IsDataLoss(status)) return status;
  return absl::InternalError(
      absl::StrCat("an error of the wrong kind: ", status.ToString()));
}

// Compares a walk with the entries from `at` to `end`.
template <typename Iterator>
absl::Status CompareWalk(TableId table, std::unique_ptr<Cursor> cursor,
                         Iterator at, Iterator end) {
  for (; cursor->Valid(); cursor->Next(), ++at) {
    if (at == end) return Wrong(table, cursor->key(), "was never written");
    if (cursor->key() != at->first) {
      return Wrong(table, at->first, "is passed over");
    }
    if (cursor->value() != at->second) {
      return Wrong(table, at->first, "has another value");
    }
  }
  ROLLCALL_RETURN_IF_ERROR(Judge(cursor->status()));
  return at == end ? absl::OkStatus() : Wrong(table, at->first, "is missing");
}

// Adds what a part found: a wrong answer weighs most.
void Collect(const absl::Status& status, absl::Status& all) {
  if (!absl::IsInternal(all) && !status.ok()) all = status;
}

absl::Status CompareKeys(const Engine& engine, TableId table,
                         const std::vector<std::string>& keys,
                         const std::vector<std::string>& values) {
  const auto found = engine.MultiGet(table, keys);
  if (!found.ok()) return Judge(found.status());
  for (size_t i = 0; i < keys.size(); ++i) {
    if ((*found)[i] != values[i]) return Wrong(table, keys[i], "is not found");
  }
  const auto first = engine.Get(table, keys.front());
  if (!first.ok()) return Judge(first.status());
  return *first == values.front()
             ? absl::OkStatus()
             : Wrong(table, keys.front(), "is not found alone");
}

std::string RandomBytes(Random& random, size_t size) {
  std::string bytes;
  // Some bytes repeat, as real values do.
  while (bytes.size() < size) {
    bytes.append(1 + random.Next64() % 4,
                 static_cast<char>(random.Next64() & 0xff));
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

StoreOracle::StoreOracle(const Engine& engine) {
  for (const TableId table : kTables) {
    Content& content = tables_[table];
    const auto cursor = engine.Scan(table, "", "");
    for (; cursor->Valid(); cursor->Next()) {
      content.emplace(cursor->key(), cursor->value());
    }
  }
}

Batch StoreOracle::NextBatch(Random& random) {
  Batch batch;
  for (int i = 0; i < kChangesPerBatch; ++i) {
    const TableId table = kTables[random.Next64() % std::size(kTables)];
    const Content& content = tables_[table];
    const auto known = content.lower_bound(RandomBytes(random, 4));
    const uint64_t kind = random.Next64() % 8;
    if (kind == 0 && known != content.end()) {
      batch.Delete(table, known->first);
    } else {
      const bool replace = kind < 3 && known != content.end();
      batch.Put(table, replace ? known->first : RandomBytes(random, 16),
                RandomBytes(random, random.Next64() % 300));
    }
  }
  return batch;
}

void StoreOracle::Apply(const Batch& batch) {
  for (const Batch::Op& op : batch.ops()) {
    if (op.value.has_value()) {
      tables_[op.table][op.key] = *op.value;
    } else {
      tables_[op.table].erase(op.key);
    }
  }
}

absl::Status StoreOracle::Compare(const Engine& engine) const {
  absl::Status all;
  for (const auto& [table, content] : tables_) {
    Collect(CompareWalk(table, engine.Scan(table, "", ""), content.begin(),
                        content.end()),
            all);
    Collect(CompareWalk(table, engine.ReverseScan(table, "", ""),
                        content.rbegin(), content.rend()),
            all);
    std::vector<std::string> keys;
    std::vector<std::string> values;
    for (const auto& [key, value] : content) {
      keys.push_back(key);
      values.push_back(value);
      if (keys.size() < kKeysPerMultiGet && key != content.rbegin()->first) {
        continue;
      }
      Collect(CompareKeys(engine, table, keys, values), all);
      keys.clear();
      values.clear();
    }
  }
  return all;
}

size_t StoreOracle::entries() const {
  size_t entries = 0;
  for (const auto& [table, content] : tables_) entries += content.size();
  return entries;
}

}  // namespace rollcall::testing
