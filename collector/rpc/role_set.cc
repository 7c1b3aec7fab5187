#include "collector/rpc/role_set.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace rollcall::collector {

std::vector<v1::Role> RoleSet::List() const {
  std::vector<v1::Role> roles;
  for (int number = 1; number < v1::Role_ARRAYSIZE; ++number) {
    const auto role = static_cast<v1::Role>(number);
    if (Contains(role)) roles.push_back(role);
  }
  return roles;
}

std::string RoleWord(v1::Role role) {
  const std::string& name = v1::Role_Name(role);
  if (name.empty()) return absl::StrCat(static_cast<int>(role));
  return absl::AsciiStrToLower(absl::StripPrefix(name, "ROLE_"));
}

std::optional<v1::Role> RoleOfWord(absl::string_view word) {
  for (const v1::Role role : kAllRoles.List()) {
    if (RoleWord(role) == word) return role;
  }
  return std::nullopt;
}

std::string RolesText(RoleSet roles, absl::string_view none) {
  const std::vector<v1::Role> list = roles.List();
  if (list.empty()) return std::string(none);
  std::string text = RoleWord(list[0]);
  for (size_t i = 1; i < list.size(); ++i) {
    absl::StrAppend(&text, i + 1 == list.size() ? " and " : ", ",
                    RoleWord(list[i]));
  }
  return text;
}

}  // namespace rollcall::collector
