// Rules, ready to be asked. Pure.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "collector/catalog/rule_pack.h"
#include "rollcall/v1/device_service.pb.h"
#include "rollcall/v1/inventory.pb.h"

namespace re2 {
class RE2;
}  // namespace re2

namespace rollcall::collector {

// Says what packages are. Immutable, thread-safe.
class Recogniser {
 public:
  // INVALID_ARGUMENT, naming the rule, if a pattern is no RE2 expression or too
  // large.
  static absl::StatusOr<std::unique_ptr<Recogniser>> Create(
      absl::Span<const LoadedPack> packs);
  ~Recogniser();

  // The product that the package is an install of by the first rule that fits;
  // nothing if none does. The same package always gives the same answer.
  std::optional<v1::RecognisedProduct> Recognise(
      const v1::SoftwarePackage& package) const;

 private:
  struct CompiledRule;
  Recogniser();
  absl::Status Add(const std::string& pack_id, const rules::v1::Rule& rule);

  // In the order in which they are asked.
  std::vector<CompiledRule> rules_;
};

// Runs the packs' own tests. INVALID_ARGUMENT, naming pack and package and
// saying what was expected and what came out, for the first that fails.
absl::Status RunRuleTests(absl::Span<const LoadedPack> packs,
                          const Recogniser& recogniser);

}  // namespace rollcall::collector
