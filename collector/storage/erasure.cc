#include "collector/storage/erasure.h"

#include <map>
#include <memory>
#include <set>

#include "absl/strings/escaping.h"
#include "collector/storage/key.h"
#include "common/hash.h"

namespace rollcall::collector {
namespace {

// The keys of one table.
struct Keys {
  std::set<absl::string_view> deleted;
  std::set<absl::string_view> changed;
};

std::string HashOf(const std::set<absl::string_view>& keys) {
  Sha256 hash;
  for (const absl::string_view key : keys) hash.UpdateSized(key);
  return absl::BytesToHexString(hash.Finish());
}

}  // namespace

std::vector<ErasedKeys> CountErased(const Batch& batch) {
  std::map<TableId, Keys> tables;
  for (const Batch::Op& op : batch.ops()) {
    Keys& keys = tables[op.table];
    const bool deletes = !op.value.has_value();
    (deletes ? keys.deleted : keys.changed).insert(op.key);
    (deletes ? keys.changed : keys.deleted).erase(op.key);
  }
  std::vector<ErasedKeys> result;
  for (const auto& [table, keys] : tables) {
    ErasedKeys erased;
    erased.table = AllTables()[static_cast<size_t>(table)].name;
    erased.deleted = static_cast<int64_t>(keys.deleted.size());
    erased.changed = static_cast<int64_t>(keys.changed.size());
    erased.sha256 = HashOf(keys.deleted);
    result.push_back(std::move(erased));
  }
  return result;
}

absl::Status DeletePrefix(const Reader& reader, TableId table,
                          const std::string& prefix, Batch& batch) {
  const std::unique_ptr<Cursor> cursor =
      reader.Scan(table, prefix, PrefixEnd(prefix));
  for (; cursor->Valid(); cursor->Next()) {
    batch.Delete(table, std::string(cursor->key()));
  }
  return cursor->status();
}

}  // namespace rollcall::collector
