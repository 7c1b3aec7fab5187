#include "collector/catalog/recogniser.h"

#include <re2/re2.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/catalog/package_version.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using rules::v1::Rule;

// Per pattern, in bytes: far more than a name needs.
constexpr int64_t kMaxPatternMemory = 256 << 10;

absl::StatusOr<std::unique_ptr<re2::RE2>> Compile(const std::string& pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxPatternMemory);
  auto compiled = std::make_unique<re2::RE2>(pattern, options);
  if (!compiled->ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the pattern \"", pattern,
                     "\" is no RE2 expression: ", compiled->error()));
  }
  return compiled;
}

std::string ProductVersion(const Rule& rule, const std::string& version) {
  return rule.version_scheme() == Rule::VERSION_SCHEME_DEBIAN
             ? UpstreamOfDebianVersion(version)
             : version;
}

// "publisher / product / edition / version", or "none".
std::string InWords(const std::optional<v1::RecognisedProduct>& product) {
  if (!product.has_value()) return "none";
  return absl::StrCat(product->publisher(), " / ", product->product(), " / ",
                      product->edition(), " / ", product->version());
}

std::string InWords(const rules::v1::RuleTest& test) {
  if (!test.has_product()) return "none";
  return absl::StrCat(test.product().publisher(), " / ",
                      test.product().product(), " / ", test.product().edition(),
                      " / ", test.product().version());
}

}  // namespace

struct Recogniser::CompiledRule {
  std::string id;
  Rule rule;
  std::unique_ptr<re2::RE2> name;
  // Null: any publisher.
  std::unique_ptr<re2::RE2> publisher;

  bool Fits(const v1::SoftwarePackage& package) const {
    return package.ecosystem() == rule.ecosystem() &&
           re2::RE2::FullMatch(package.name(), *name) &&
           (publisher == nullptr ||
            re2::RE2::FullMatch(package.publisher(), *publisher));
  }
};

Recogniser::Recogniser() = default;
Recogniser::~Recogniser() = default;

absl::StatusOr<std::unique_ptr<Recogniser>> Recogniser::Create(
    absl::Span<const LoadedPack> packs) {
  auto recogniser = std::unique_ptr<Recogniser>(new Recogniser());
  for (const LoadedPack& loaded : packs) {
    for (const Rule& rule : loaded.pack.rules()) {
      ROLLCALL_RETURN_IF_ERROR(Annotate(
          recogniser->Add(loaded.pack.pack_id(), rule),
          absl::StrCat("rule ", loaded.pack.pack_id(), "/", rule.rule_id())));
    }
  }
  return recogniser;
}

absl::Status Recogniser::Add(const std::string& pack_id, const Rule& rule) {
  CompiledRule compiled;
  compiled.id = absl::StrCat(pack_id, "/", rule.rule_id());
  compiled.rule = rule;
  ROLLCALL_ASSIGN_OR_RETURN(compiled.name, Compile(rule.name_pattern()));
  if (!rule.publisher_pattern().empty()) {
    ROLLCALL_ASSIGN_OR_RETURN(compiled.publisher,
                              Compile(rule.publisher_pattern()));
  }
  rules_.push_back(std::move(compiled));
  return absl::OkStatus();
}

std::optional<v1::RecognisedProduct> Recogniser::Recognise(
    const v1::SoftwarePackage& package) const {
  for (const CompiledRule& compiled : rules_) {
    if (!compiled.Fits(package)) continue;
    const Rule& rule = compiled.rule;
    v1::RecognisedProduct product;
    product.set_publisher(rule.publisher());
    product.set_product(rule.product());
    product.set_rule_id(compiled.id);
    *product.mutable_included_in_editions() = rule.included_in_editions();
    if (!rule.edition().empty()) product.set_edition(rule.edition());
    if (package.has_version()) {
      product.set_version(ProductVersion(rule, package.version()));
    }
    return product;
  }
  return std::nullopt;
}

absl::Status RunRuleTests(absl::Span<const LoadedPack> packs,
                          const Recogniser& recogniser) {
  for (const LoadedPack& loaded : packs) {
    for (const rules::v1::RuleTest& test : loaded.pack.tests()) {
      const std::string expected = InWords(test);
      const std::string actual = InWords(recogniser.Recognise(test.package()));
      if (expected == actual) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("rule pack ", loaded.pack.pack_id(), ": package ",
                       test.package().name(), " ", test.package().version(),
                       " should be: ", expected, "; it is: ", actual));
    }
  }
  return absl::OkStatus();
}

}  // namespace rollcall::collector
