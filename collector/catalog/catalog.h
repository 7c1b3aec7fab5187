// What packages are, for everyone who asks.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "collector/catalog/recogniser.h"
#include "collector/catalog/rule_pack.h"
#include "collector/inventory/product_lookup.h"
#include "common/sync.h"

namespace rollcall::collector {

struct CatalogOptions {
  // Answers that are kept; each takes about 300 bytes. A fleet has some ten
  // thousand distinct packages.
  size_t max_cached = 65'536;
};

// Which rules are in force.
struct RulePackInfo {
  std::string pack_id;
  std::string version;
  // SHA-256 of the file, 64 hex digits.
  std::string sha256;
};

// Recognises packages by rule packs and remembers the answers. Thread-safe.
class Catalog final : public ProductLookup {
 public:
  // Reads the packs and runs their tests. INVALID_ARGUMENT, naming the file, if
  // one is malformed or a test fails.
  static absl::StatusOr<std::unique_ptr<Catalog>> Create(
      absl::Span<const RuleFile> files, CatalogOptions options = {});

  std::optional<v1::RecognisedProduct> Lookup(
      const v1::SoftwarePackage& package) const override;
  bool HasRuleFor(absl::string_view publisher,
                  absl::string_view product) const override;

  // Ordered by id.
  absl::Span<const RulePackInfo> packs() const { return packs_; }
  // What the rules can name.
  const KnownProducts& products() const { return products_; }
  // Answers that are kept now.
  size_t cached() const;

 private:
  using Answers =
      absl::flat_hash_map<std::string, std::optional<v1::RecognisedProduct>>;

  Catalog(std::unique_ptr<Recogniser> recogniser,
          std::vector<RulePackInfo> packs, KnownProducts products,
          CatalogOptions options);
  void Remember(std::string facts,
                const std::optional<v1::RecognisedProduct>& answer) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::unique_ptr<Recogniser> recogniser_;
  const std::vector<RulePackInfo> packs_;
  const KnownProducts products_;
  const CatalogOptions options_;

  mutable Mutex mutex_;
  // By the facts that decide. When `young_` is half of what may be kept it
  // becomes `old_`; what is still asked for moves back.
  mutable Answers young_ ABSL_GUARDED_BY(mutex_);
  mutable Answers old_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace rollcall::collector
