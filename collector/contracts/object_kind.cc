#include "collector/contracts/object_kind.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"
#include "collector/contracts/objects/kinds.h"
#include "common/hash.h"
#include "common/id.h"

namespace rollcall::collector {
namespace {

// In the order of their numbers.
constexpr const ObjectKind& (*kKinds[])() = {
    VendorKind,      ContractKind,    AmendmentKind, PurchaseOrderKind,
    EntitlementKind, InvoiceLineKind, AuditKind,     ReviewKind};

}  // namespace

absl::Span<const ObjectKind* const> AllObjectKinds() {
  static const auto kinds = [] {
    std::array<const ObjectKind*, std::size(kKinds)> all{};
    for (size_t i = 0; i < all.size(); ++i) all[i] = &kKinds[i]();
    return all;
  }();
  return kinds;
}

const ObjectKind* FindObjectKind(int number) {
  const auto kinds = AllObjectKinds();
  if (number < 1 || static_cast<size_t>(number) > kinds.size()) return nullptr;
  return kinds[static_cast<size_t>(number) - 1];
}

ObjectName NameOf(const v1::ContractObject& object) {
  const auto parts = FindObjectKind(object.object_case())->NameParts(object);
  ObjectName name;
  for (size_t i = 0; i < parts.size(); ++i) {
    name.parts[i] = absl::AsciiStrToLower(parts[i]);
  }
  return name;
}

std::string NameInWords(const v1::ContractObject& object) {
  auto parts = FindObjectKind(object.object_case())->NameParts(object);
  while (parts.size() > 1 && parts.back().empty()) parts.pop_back();
  return absl::StrJoin(parts, " / ");
}

std::string ObjectIdHex(ObjectNumber kind,
                        const std::vector<std::string>& parts) {
  if (parts.empty() || parts[0].empty()) return "";
  Sha256 hash;
  if (kind != ObjectNumber::kEntitlement) {
    hash.UpdateSized(FindObjectKind(kind)->word());
  }
  for (const std::string& part : parts) {
    hash.UpdateSized(absl::AsciiStrToLower(part));
  }
  return hash.FinishAs<EntitlementId>().ToHex();
}

}  // namespace rollcall::collector
