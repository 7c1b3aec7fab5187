// The mappings that a collector has.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "collector/contracts/exchange/mapping_rules.h"
#include "rollcall/v1/contract_service.pb.h"

namespace rollcall::collector {

// Immutable, thread-safe.
class MappingBook {
 public:
  // Errors of ReadMappings.
  static absl::StatusOr<std::unique_ptr<const MappingBook>> Create(
      absl::Span<const MappingFile> files);

  // The mapping of that name; null for the collector's own columns ("" and
  // "rollcall"). INVALID_ARGUMENT, naming those there are, if there is none.
  absl::StatusOr<const ImportMapping*> Find(absl::string_view name) const;

  // As ContractService.ListMappings says.
  absl::StatusOr<v1::ListMappingsResponse> List(
      const v1::ListMappingsRequest& request) const;

 private:
  explicit MappingBook(
      std::vector<std::unique_ptr<const ImportMapping>> mappings)
      : mappings_(std::move(mappings)) {}

  const std::vector<std::unique_ptr<const ImportMapping>> mappings_;
};

}  // namespace rollcall::collector
