// What a file would change in the repository, whatever its lines are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "collector/contracts/civil_date.h"
#include "collector/contracts/exchange/import_target.h"
#include "collector/inventory/product_lookup.h"
#include "collector/storage/engine.h"
#include "collector/storage/known_stamp.h"
#include "rollcall/v1/contract.pb.h"
#include "rollcall/v1/contract_service.pb.h"

namespace rollcall::collector {

struct ImportPlanOptions {
  // From when on the lines are so; nothing: they always were.
  std::optional<CivilDate> effective;
  // Vendors and contracts that nobody knows are made, too.
  bool create_contracts = false;
  // The file has the collector's own columns: what contradicts the repository
  // without being impossible is told, and imported all the same.
  bool is_own = false;
  // What rules recognise; null: not known, and nothing is said of it.
  const KnownProducts* products = nullptr;
  // The day that it is; nothing: not known, and nothing is over.
  std::optional<CivilDate> today;
};

// A difference and what it was compared with.
struct ImportPlan {
  // NewestEffect of the change-set's kind. Once it is another the plan is void.
  KnownStamp base;
  std::vector<v1::ObjectChange> changes;
  int added_count = 0;
  int changed_count = 0;
  int unchanged_count = 0;
  int created_contract_count = 0;
  // Lines of the file that fit nothing in the store, in order of line.
  std::vector<BadLine> bad;
  // What looks odd, in order of line.
  std::vector<v1::ImportError> warnings;
  // Ordered by publisher and product.
  std::vector<v1::UnknownProduct> unknown_products;
  // What lines name that the file leaves out, and what is not over; in order of
  // line.
  std::vector<v1::ImportError> still_known;
};

// The kind of change-set that a file of the target becomes.
v1::ChangeSet::Kind ChangeKindOf(mappings::v1::Mapping::Target target);

// Compares the good lines of a file with what the store says of them on the
// day; takes their objects out of it, of which there are many. Lines that are
// of the same once vendors are called by their names become bad ones of the
// file. FAILED_PRECONDITION of CheckReferences where contracts refer to what is
// not there as long as they are.
absl::StatusOr<ImportPlan> PlanImport(mappings::v1::Mapping::Target target,
                                      ImportedFile& file,
                                      const ImportPlanOptions& options,
                                      const Reader& snapshot);

// For planners.

// A place in a good line of a file, called by the label of the field's column.
v1::ImportError PlaceOf(const ImportedFile& file, size_t index,
                        absl::string_view field, absl::string_view value,
                        absl::string_view reason);
// A good line that is bad after all.
BadLine FaultyLine(const ImportedFile& file, size_t index,
                   std::vector<v1::ImportError> errors);

// Adds a change that makes the object so, unless it is; counts it.
absl::Status AddChange(v1::ContractObject object,
                       const ImportPlanOptions& options, const Reader& snapshot,
                       ImportPlan& plan);
v1::ObjectChange SetOf(v1::ContractObject object);

}  // namespace rollcall::collector
