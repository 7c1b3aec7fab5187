// A store in memory. Opening one takes a tenth of a second, so that the tests
// of one process share theirs, one after another.
#pragma once

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "collector/storage/rocksdb_engine.h"
#include "gtest/gtest.h"

namespace rollcall::testing {

namespace memory_store_internal {
inline collector::Engine& Shared() {
  static const std::unique_ptr<collector::Engine> kEngine = [] {
    collector::RocksDbOptions options;
    options.path = "/memory";
    options.in_memory = true;
    auto opened = collector::OpenRocksDb(options);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return *std::move(opened);
  }();
  return *kEngine;
}
}  // namespace memory_store_internal

// The store of this process, as new. REQUIRES: nobody uses it any more, as far
// as it was handed out before.
inline collector::Engine& EmptyStore() {
  collector::Engine& engine = memory_store_internal::Shared();
  collector::Batch batch;
  for (const collector::TableSpec& table : collector::AllTables()) {
    for (auto cursor = engine.Scan(table.id, "", ""); cursor->Valid();
         cursor->Next()) {
      if (cursor->key() == "schema_version") continue;
      batch.Delete(table.id, std::string(cursor->key()));
    }
  }
  EXPECT_TRUE(engine.Write(batch, collector::Durability::kBuffered).ok());
  return engine;
}

}  // namespace rollcall::testing
