#include "collector/catalog/rule_pack.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/status.h"
#include "common/text_proto.h"

namespace rollcall::collector {
namespace {

using rules::v1::Rule;
using rules::v1::RulePack;
using rules::v1::RuleTest;

constexpr size_t kMaxIdBytes = 64;

bool IsId(absl::string_view id) {
  return !id.empty() && id.size() <= kMaxIdBytes &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return absl::ascii_islower(static_cast<unsigned char>(c)) ||
                  absl::ascii_isdigit(static_cast<unsigned char>(c)) ||
                  c == '-';
         });
}

absl::Status CheckRule(const Rule& rule) {
  if (!IsId(rule.rule_id())) {
    return absl::InvalidArgumentError(
        "rule_id must be lower-case letters, digits and \"-\"");
  }
  const std::pair<absl::string_view, absl::string_view> required[] = {
      {"ecosystem", rule.ecosystem()},
      {"name_pattern", rule.name_pattern()},
      {"publisher", rule.publisher()},
      {"product", rule.product()},
      {"because", rule.because()}};
  for (const auto& [name, value] : required) {
    if (value.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(name, " is missing"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckPack(const RulePack& pack) {
  if (!IsId(pack.pack_id())) {
    return absl::InvalidArgumentError(
        "pack_id must be lower-case letters, digits and \"-\"");
  }
  if (pack.version().empty()) {
    return absl::InvalidArgumentError("version is missing");
  }
  std::set<std::string> ids;
  for (const Rule& rule : pack.rules()) {
    ROLLCALL_RETURN_IF_ERROR(Annotate(
        CheckRule(rule), absl::StrCat("rule \"", rule.rule_id(), "\"")));
    if (!ids.insert(rule.rule_id()).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("rule \"", rule.rule_id(), "\" is there twice"));
    }
  }
  for (const RuleTest& test : pack.tests()) {
    if (!test.has_product() && !test.none()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the test of package \"", test.package().name(),
                       "\" must say product or none: true"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<LoadedPack>> ReadRulePacks(
    absl::Span<const RuleFile> files) {
  std::vector<LoadedPack> packs;
  std::set<std::string> ids;
  for (const RuleFile& file : files) {
    RulePack pack;
    absl::Status status = ParseTextProto(file.text, kMaxRuleFileBytes, pack);
    if (status.ok()) status = CheckPack(pack);
    if (status.ok() && !ids.insert(pack.pack_id()).second) {
      status = absl::InvalidArgumentError(absl::StrCat(
          "another file has the pack_id \"", pack.pack_id(), "\" too"));
    }
    if (!status.ok()) {
      return Annotate(status, absl::StrCat("rule pack ", file.name));
    }
    packs.push_back({std::move(pack), Sha256Hex(file.text)});
  }
  std::sort(packs.begin(), packs.end(), [](const auto& a, const auto& b) {
    return a.pack.pack_id() < b.pack.pack_id();
  });
  return packs;
}

}  // namespace rollcall::collector
