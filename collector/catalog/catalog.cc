#include "collector/catalog/catalog.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// The facts that decide what a package is, so that no two different sets of
// them are the same text.
std::string DecidingFacts(const v1::SoftwarePackage& package) {
  const auto part = [](bool has, const std::string& value) {
    return has ? absl::StrCat(value.size(), ":", value) : std::string("-");
  };
  return absl::StrCat(part(package.has_ecosystem(), package.ecosystem()),
                      part(package.has_name(), package.name()),
                      part(package.has_version(), package.version()),
                      part(package.has_publisher(), package.publisher()));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Catalog>> Catalog::Create(
    absl::Span<const RuleFile> files, CatalogOptions options) {
  ROLLCALL_ASSIGN_OR_RETURN(const std::vector<LoadedPack> packs,
                            ReadRulePacks(files));
  ROLLCALL_ASSIGN_OR_RETURN(std::unique_ptr<Recogniser> recogniser,
                            Recogniser::Create(packs));
  ROLLCALL_RETURN_IF_ERROR(RunRuleTests(packs, *recogniser));
  std::vector<RulePackInfo> infos;
  KnownProducts products;
  infos.reserve(packs.size());
  for (const LoadedPack& loaded : packs) {
    infos.push_back(
        {loaded.pack.pack_id(), loaded.pack.version(), loaded.sha256});
    for (const rules::v1::Rule& rule : loaded.pack.rules()) {
      products.emplace(absl::AsciiStrToLower(rule.publisher()),
                       absl::AsciiStrToLower(rule.product()));
    }
  }
  return std::unique_ptr<Catalog>(new Catalog(
      std::move(recogniser), std::move(infos), std::move(products), options));
}

Catalog::Catalog(std::unique_ptr<Recogniser> recogniser,
                 std::vector<RulePackInfo> packs, KnownProducts products,
                 CatalogOptions options)
    : recogniser_(std::move(recogniser)),
      packs_(std::move(packs)),
      products_(std::move(products)),
      options_(options) {}

std::optional<v1::RecognisedProduct> Catalog::Lookup(
    const v1::SoftwarePackage& package) const {
  std::string facts = DecidingFacts(package);
  {
    MutexLock lock(&mutex_);
    if (const auto it = young_.find(facts); it != young_.end()) {
      return it->second;
    }
    if (const auto it = old_.find(facts); it != old_.end()) {
      auto answer = std::move(it->second);
      old_.erase(it);
      Remember(std::move(facts), answer);
      return answer;
    }
  }
  auto answer = recogniser_->Recognise(package);
  MutexLock lock(&mutex_);
  Remember(std::move(facts), answer);
  return answer;
}

bool Catalog::HasRuleFor(absl::string_view publisher,
                         absl::string_view product) const {
  std::pair<std::string, std::string> name = {absl::AsciiStrToLower(publisher),
                                              absl::AsciiStrToLower(product)};
  if (!publisher.empty()) return products_.contains(name);
  // Few: as many as there are rules at most.
  return std::any_of(
      products_.begin(), products_.end(),
      [&name](const auto& known) { return known.second == name.second; });
}

void Catalog::Remember(
    std::string facts,
    const std::optional<v1::RecognisedProduct>& answer) const {
  if (young_.size() >= (options_.max_cached + 1) / 2) {
    old_ = std::move(young_);
    young_.clear();
  }
  young_.insert_or_assign(std::move(facts), answer);
}

size_t Catalog::cached() const {
  MutexLock lock(&mutex_);
  return young_.size() + old_.size();
}

}  // namespace rollcall::collector
