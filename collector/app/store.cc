#include "collector/app/store.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "collector/contracts/migration.h"
#include "collector/identity/store_incarnation.h"
#include "collector/inventory/migrations.h"
#include "collector/ledger/ledger_key_file.h"
#include "collector/ledger/ledger_view.h"
#include "collector/storage/rocksdb_engine.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/status.h"

namespace rollcall::collector {

absl::StatusOr<std::unique_ptr<Engine>> OpenStore(
    const CollectorOptions& options) {
  if (mkdir(options.data_dir.c_str(), 0700) != 0 && errno != EEXIST) {
    return FileError(options.data_dir, "cannot make the folder of the store",
                     errno);
  }
  RocksDbOptions store;
  store.path = options.data_dir;
  store.migrations = Migrations();
  store.migrations.push_back(MigrateToVersion5);
  return OpenRocksDb(store);
}

absl::StatusOr<LedgerSigner> LoadLedgerKey(const CollectorOptions& options,
                                           const Engine& engine) {
  if (!options.ledger_key_file.empty()) {
    return ReadLedgerKey(options.ledger_key_file);
  }
  ROLLCALL_ASSIGN_OR_RETURN(const uint64_t size, LedgerView(engine).Size());
  return OwnLedgerKey(options.data_dir, /*may_make=*/size == 0);
}

absl::StatusOr<int64_t> NoteRestored(const CollectorOptions& options) {
  // A wrong path must not make an empty store and say that all is well.
  if (access(absl::StrCat(options.data_dir, "/CURRENT").c_str(), F_OK) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("there is no store in ", options.data_dir));
  }
  ROLLCALL_ASSIGN_OR_RETURN(const auto engine, OpenStore(options));
  return BeginStoreIncarnation(*engine, SystemClock().Now());
}

}  // namespace rollcall::collector
