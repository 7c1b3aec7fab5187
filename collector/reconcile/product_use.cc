#include "collector/reconcile/product_use.h"

#include <algorithm>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace rollcall::collector {
namespace {

Install InstallOf(const v1::RecognisedProduct& product) {
  Install install;
  if (product.has_version()) install.version = product.version();
  if (product.has_edition()) install.edition = product.edition();
  return install;
}

// Whether `row` is no install of its own beside `other`.
bool IsPartOf(const v1::RecognisedProduct& row,
              const v1::RecognisedProduct& other) {
  return row.has_version() && other.has_version() &&
         row.version() == other.version() && other.has_edition() &&
         std::any_of(row.included_in_editions().begin(),
                     row.included_in_editions().end(),
                     [&](const std::string& edition) {
                       return absl::EqualsIgnoreCase(edition, other.edition());
                     });
}

}  // namespace

ProductKey ProductKey::Of(absl::string_view publisher,
                          absl::string_view product) {
  return {absl::AsciiStrToLower(publisher), absl::AsciiStrToLower(product)};
}

std::vector<Install> InstallsOf(absl::Span<const RecognisedRow* const> rows) {
  std::vector<Install> installs;
  for (const RecognisedRow* row : rows) {
    const bool part =
        std::any_of(rows.begin(), rows.end(), [&](const RecognisedRow* other) {
          return other != row && IsPartOf(row->product, other->product);
        });
    if (!part) installs.push_back(InstallOf(row->product));
  }
  std::sort(installs.begin(), installs.end());
  installs.erase(std::unique(installs.begin(), installs.end()), installs.end());
  return installs;
}

bool InListOrder(const RecognisedRow& a, const RecognisedRow& b) {
  const auto order = [](const RecognisedRow& row) {
    const v1::SoftwarePackage& package = row.row->software_package();
    return std::tie(package.ecosystem(), package.name(), package.version(),
                    package.architecture(), row.id);
  };
  return order(a) < order(b);
}

}  // namespace rollcall::collector
