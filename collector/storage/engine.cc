#include "collector/storage/engine.h"

#include <utility>

namespace rollcall::collector {

void Batch::Put(TableId table, std::string key, std::string value) {
  bytes_ += key.size() + value.size();
  ops_.push_back({table, std::move(key), std::move(value)});
}

void Batch::Delete(TableId table, std::string key) {
  bytes_ += key.size();
  ops_.push_back({table, std::move(key), std::nullopt});
}

void Batch::Append(Batch&& other) {
  bytes_ += other.bytes_;
  for (Op& op : other.ops_) ops_.push_back(std::move(op));
  other.Clear();
}

void Batch::Clear() {
  ops_.clear();
  bytes_ = 0;
}

}  // namespace rollcall::collector
