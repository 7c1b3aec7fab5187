#include "collector/contracts/exchange/vendor_names.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/contracts/object_kind.h"
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

// What vendors are called.
class VendorNames {
 public:
  absl::Status Read(const Reader& reader) {
    ObjectWalk walk(reader, ObjectNumber::kVendor, kAtLast);
    while (true) {
      ROLLCALL_ASSIGN_OR_RETURN(const auto next, walk.Next());
      if (!next.has_value()) return absl::OkStatus();
      const v1::Vendor& vendor = next->object.vendor();
      auto& all = by_name_[absl::AsciiStrToLower(vendor.name())];
      all.push_back(vendor.name());
      for (const std::string& alias : vendor.aliases()) {
        all.push_back(alias);
        by_alias_[absl::AsciiStrToLower(alias)].insert(vendor.name());
      }
    }
  }

  bool has_aliases() const { return !by_alias_.empty(); }

  // The vendors that have the alias; null: it is none, or a vendor's name.
  const std::set<std::string>* FindAlias(const std::string& text) const {
    const std::string key = absl::AsciiStrToLower(text);
    const auto found = by_alias_.find(key);
    if (found == by_alias_.end() || by_name_.contains(key)) return nullptr;
    return &found->second;
  }

  // All that the vendor is called that is called so, its name first; null: it
  // is none, or one of several.
  const std::vector<std::string>* FindAll(const std::string& text) const {
    auto found = by_name_.find(absl::AsciiStrToLower(text));
    if (found == by_name_.end()) {
      const std::set<std::string>* const vendors = FindAlias(text);
      if (vendors == nullptr || vendors->size() > 1) return nullptr;
      found = by_name_.find(absl::AsciiStrToLower(*vendors->begin()));
    }
    return &found->second;
  }

 private:
  // By names in lower case.
  absl::flat_hash_map<std::string, std::vector<std::string>> by_name_;
  absl::flat_hash_map<std::string, std::set<std::string>> by_alias_;
};

// The lines of invoices that are known, which are named by their vendors too.
class KnownInvoiceLines {
 public:
  KnownInvoiceLines(const Reader& reader, const VendorNames& vendors)
      : reader_(reader), vendors_(vendors) {}

  // What the vendor is called in the line as it is known: as the line has it,
  // else by its name, else by an alias. Empty: it is known under none of them.
  absl::StatusOr<std::string> VendorIn(const v1::InvoiceLine& line) {
    const auto* const all = vendors_.FindAll(line.vendor());
    if (all == nullptr || all->size() == 1) return std::string();
    ROLLCALL_ASSIGN_OR_RETURN(const auto* const in_use, InUse(*all));
    std::vector<std::string> names = *in_use;
    std::stable_partition(names.begin(), names.end(),
                          [&](const std::string& name) {
                            return absl::EqualsIgnoreCase(name, line.vendor());
                          });
    for (const std::string& name : names) {
      v1::ContractObject asked;
      *asked.mutable_invoice_line() = line;
      asked.mutable_invoice_line()->set_vendor(name);
      ROLLCALL_ASSIGN_OR_RETURN(const auto known,
                                FindObject(reader_, ObjectNumber::kInvoiceLine,
                                           NameOf(asked), kAtLast));
      if (known.has_value()) return known->object.invoice_line().vendor();
    }
    return std::string();
  }

 private:
  // Those of a vendor's names that any line is known under.
  absl::StatusOr<const std::vector<std::string>*> InUse(
      const std::vector<std::string>& all) {
    const auto [place, is_new] = in_use_.try_emplace(all.front());
    if (!is_new) return &place->second;
    for (const std::string& name : all) {
      if (vendors_.FindAll(name) != &all) continue;  // another one's, too
      ObjectWalk walk(reader_, ObjectNumber::kInvoiceLine, kAtLast, name);
      ROLLCALL_ASSIGN_OR_RETURN(const auto line, walk.Next());
      if (line.has_value()) place->second.push_back(name);
    }
    return &place->second;
  }

  const Reader& reader_;
  const VendorNames& vendors_;
  // By vendor's name.
  std::map<std::string, std::vector<std::string>> in_use_;
};

// Calls vendors as they are to be called, line by line.
class VendorNaming {
 public:
  VendorNaming(const Reader& reader, const VendorNames& vendors)
      : vendors_(vendors), known_(reader, vendors) {}

  // Names the object's vendor and says, for people, what was done; empty:
  // nothing was.
  absl::StatusOr<std::string> Name(v1::ContractObject& object) {
    std::string* const vendor = VendorOf(object);
    if (vendor == nullptr) return std::string();
    const auto* const alias_of = vendors_.FindAlias(*vendor);
    if (object.has_invoice_line()) {
      ROLLCALL_ASSIGN_OR_RETURN(const std::string known,
                                known_.VendorIn(object.invoice_line()));
      const bool is_known_by_name =
          alias_of != nullptr &&
          absl::EqualsIgnoreCase(known, *alias_of->begin());
      if (!known.empty() && !is_known_by_name) {
        return KeepKnown(known, alias_of != nullptr, *vendor);
      }
    }
    if (alias_of == nullptr) return std::string();
    if (alias_of->size() > 1) {
      return absl::StrCat("vendor: ", *vendor,
                          " is left as it is, an alias of ",
                          absl::StrJoin(*alias_of, " and "));
    }
    const std::string alias = std::exchange(*vendor, *alias_of->begin());
    return absl::StrCat("vendor: ", alias, " is read as ", *vendor,
                        ", whose alias it is");
  }

 private:
  // With another name it would be another line, and be billed once more.
  static std::string KeepKnown(const std::string& known, bool is_alias,
                               std::string& vendor) {
    constexpr absl::string_view kWhere =
        " in lines of invoices that are known under it";
    if (!absl::EqualsIgnoreCase(known, vendor)) {
      const std::string written = std::exchange(vendor, known);
      return absl::StrCat("vendor: ", written, " is read as ", known, kWhere);
    }
    if (!is_alias) return "";
    return absl::StrCat("vendor: ", vendor, " is left as it is", kWhere);
  }

  const VendorNames& vendors_;
  KnownInvoiceLines known_;
};

}  // namespace

absl::Status UseVendorNames(const Reader& reader, ImportedFile& file) {
  VendorNames vendors;
  ROLLCALL_RETURN_IF_ERROR(vendors.Read(reader));
  if (!vendors.has_aliases()) return absl::OkStatus();
  VendorNaming naming(reader, vendors);
  std::map<std::string, int> lines_by_text;
  for (v1::ContractObject& object : file.good) {
    ROLLCALL_ASSIGN_OR_RETURN(const std::string text, naming.Name(object));
    if (!text.empty()) ++lines_by_text[text];
  }
  for (LeftOutLine& line : file.left_out) {
    if (!line.object.has_invoice_line()) continue;
    ROLLCALL_RETURN_IF_ERROR(naming.Name(line.object).status());
  }
  for (const auto& [text, lines] : lines_by_text) {
    v1::ImportConversion& conversion = file.conversions.emplace_back();
    conversion.set_text(text);
    conversion.set_line_count(lines);
  }
  return absl::OkStatus();
}

}  // namespace rollcall::collector
