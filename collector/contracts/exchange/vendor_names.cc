#include "collector/contracts/exchange/vendor_names.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/contracts/object_states.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// Where the line says its vendor; null: its kind says none.
std::string* VendorOf(v1::ContractObject& object) {
  switch (object.object_case()) {
    case v1::ContractObject::kEntitlement:
      return object.mutable_entitlement()->mutable_vendor();
    case v1::ContractObject::kContract:
      return object.mutable_contract()->mutable_vendor();
    case v1::ContractObject::kInvoiceLine:
      return object.mutable_invoice_line()->mutable_vendor();
    default:
      return nullptr;
  }
}

class Aliases {
 public:
  absl::Status Read(const Reader& reader) {
    ObjectWalk walk(reader, ObjectNumber::kVendor, kAtLast);
    while (true) {
      ROLLCALL_ASSIGN_OR_RETURN(const auto next, walk.Next());
      if (!next.has_value()) return absl::OkStatus();
      const v1::Vendor& vendor = next->object.vendor();
      names_.insert(absl::AsciiStrToLower(vendor.name()));
      for (const std::string& alias : vendor.aliases()) {
        by_alias_[absl::AsciiStrToLower(alias)].insert(vendor.name());
      }
    }
  }

  bool empty() const { return by_alias_.empty(); }

  // The vendors that have the alias; null: it is none, or a vendor's name.
  const std::set<std::string>* Find(const std::string& text) const {
    const std::string key = absl::AsciiStrToLower(text);
    const auto found = by_alias_.find(key);
    if (found == by_alias_.end() || names_.contains(key)) return nullptr;
    return &found->second;
  }

 private:
  absl::flat_hash_set<std::string> names_;
  absl::flat_hash_map<std::string, std::set<std::string>> by_alias_;
};

std::string InWords(const std::string& alias,
                    const std::set<std::string>& vendors) {
  if (vendors.size() == 1) {
    return absl::StrCat("vendor: ", alias, " is read as ", *vendors.begin(),
                        ", whose alias it is");
  }
  return absl::StrCat("vendor: ", alias, " is left as it is, an alias of ",
                      absl::StrJoin(vendors, " and "));
}

}  // namespace

absl::Status UseVendorNames(const Reader& reader, ImportedFile& file) {
  Aliases aliases;
  ROLLCALL_RETURN_IF_ERROR(aliases.Read(reader));
  if (aliases.empty()) return absl::OkStatus();
  std::map<std::string, int> lines_by_text;
  for (v1::ContractObject& object : file.good) {
    std::string* const vendor = VendorOf(object);
    if (vendor == nullptr) continue;
    const std::set<std::string>* const found = aliases.Find(*vendor);
    if (found == nullptr) continue;
    ++lines_by_text[InWords(*vendor, *found)];
    if (found->size() == 1) *vendor = *found->begin();
  }
  for (const auto& [text, lines] : lines_by_text) {
    v1::ImportConversion& conversion = file.conversions.emplace_back();
    conversion.set_text(text);
    conversion.set_line_count(lines);
  }
  return absl::OkStatus();
}

}  // namespace rollcall::collector
