// Imports of files: of entitlements, and of all else that mappings are for.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "collector/changes/change_sets.h"
#include "collector/contracts/exchange/import_plan.h"
#include "collector/contracts/exchange/mapping_book.h"
#include "collector/rpc/access.h"
#include "collector/storage/committer.h"
#include "collector/storage/engine.h"
#include "collector/storage/request_table.h"
#include "common/clock.h"
#include "rollcall/v1/contract_service.pb.h"

namespace rollcall::collector {

// A file as it was read, and how it is to be compared.
struct ReadImport {
  mappings::v1::Mapping::Target target;
  ImportPlanOptions options;
  ImportedFile file;
};

// All bad lines of a file and of its plan, in order of line.
std::vector<BadLine> AllBad(ImportedFile& file, ImportPlan& plan);

// Tells what is wrong with a file and what a plan of it comes to.
void DescribeImport(const ImportedFile& file, const std::vector<BadLine>& bad,
                    const ImportPlan& plan,
                    v1::ImportEntitlementsResponse& response);

// Turns files into change-sets and proposes them. Thread-safe. All references
// outlive it.
class EntitlementImporter {
 public:
  // `metrics` are the names of the metrics that a line may be bought under.
  // `clock` says which day it is. `mappings`: null: there are none but the
  // collector's own. `products` are what rules recognise; nothing: not known.
  EntitlementImporter(const Engine& engine, Committer& committer,
                      ChangeSets& change_sets, const Clock& clock,
                      std::vector<std::string> metrics,
                      const MappingBook* mappings = nullptr,
                      std::optional<KnownProducts> products = std::nullopt)
      : engine_(engine),
        committer_(committer),
        change_sets_(change_sets),
        clock_(clock),
        metrics_(std::move(metrics)),
        mappings_(mappings),
        products_(std::move(products)) {}

  // As ContractService.ImportEntitlements says. Either all of the change-set is
  // stored or nothing. ABORTED if others kept changing what this one is
  // compared with. Blocking.
  absl::StatusOr<v1::ImportEntitlementsResponse> Import(
      const v1::ImportEntitlementsRequest& request, const Caller& caller);

  // Reads the file of a request, which outlives what is returned.
  // INVALID_ARGUMENT as for Import.
  absl::StatusOr<ReadImport> Read(
      const v1::ImportEntitlementsRequest& request) const;

  // As ContractService.ListMappings says.
  absl::StatusOr<v1::ListMappingsResponse> ListMappings(
      const v1::ListMappingsRequest& request) const;

 private:
  struct Job;
  absl::StatusOr<const ImportMapping*> FindMapping(
      absl::string_view name) const;
  // What files of every kind are compared with besides the store.
  void Know(ImportPlanOptions& options) const;
  // Reads a CycloneDX document, as Read does.
  absl::StatusOr<ReadImport> ReadCycloneDxImport(
      const v1::ImportEntitlementsRequest& request,
      const ImportDefaults& defaults) const;
  absl::StatusOr<v1::ImportEntitlementsResponse> Attempt(const Job& job);
  absl::StatusOr<v1::ImportEntitlementsResponse> Propose(
      const Job& job, const ReadImport& read, ImportPlan plan,
      const std::vector<BadLine>& bad, v1::ImportEntitlementsResponse response);

  // Keeps the answer to a file that changes nothing.
  absl::StatusOr<v1::ImportEntitlementsResponse> Keep(
      const Job& job, v1::ImportEntitlementsResponse response);

  const Engine& engine_;
  Committer& committer_;
  ChangeSets& change_sets_;
  const Clock& clock_;
  const std::vector<std::string> metrics_;
  const MappingBook* const mappings_;
  const std::optional<KnownProducts> products_;
};

}  // namespace rollcall::collector
