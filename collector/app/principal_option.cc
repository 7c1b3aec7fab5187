#include "collector/app/principal_option.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "collector/identity/role_change.h"
#include "common/status.h"
#include "common/text.h"
#include "common/tls.h"

namespace rollcall::collector {
namespace {

constexpr size_t kMostFirst = 16;

absl::Status RefusePrincipal(absl::string_view argument,
                             absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat(EscapeForTerminal(argument), " ", why));
}

absl::StatusOr<RoleSet> ParseRoles(absl::string_view argument,
                                   absl::string_view words) {
  RoleSet roles;
  for (const absl::string_view word : absl::StrSplit(words, ',')) {
    const auto role = RoleOfWord(word);
    if (!role.has_value()) {
      return RefusePrincipal(
          argument,
          absl::StrCat("names a role that is none of ", RolesText(kAllRoles)));
    }
    if (roles.Contains(*role))
      return RefusePrincipal(argument, "names a role again");
    roles.Insert(*role);
  }
  return roles;
}

absl::StatusOr<FirstPrincipal> ParseOne(absl::string_view argument) {
  const size_t colon = argument.find(':');
  if (colon == absl::string_view::npos) {
    return RefusePrincipal(argument, "is not NAME:ROLE[,ROLE...]");
  }
  const absl::string_view name = argument.substr(0, colon);
  if (!IsPrincipalName(name) || name == kByInstallation) {
    return RefusePrincipal(
        argument, absl::StrCat("does not begin with a name of 1 to 64 of a-z, "
                               "0-9, \".\", \"_\", \"-\", which is not \"",
                               kByInstallation, "\""));
  }
  ROLLCALL_ASSIGN_OR_RETURN(const RoleSet roles,
                            ParseRoles(argument, argument.substr(colon + 1)));
  return FirstPrincipal{std::string(name), roles};
}

}  // namespace

absl::StatusOr<std::vector<FirstPrincipal>> ParseFirstPrincipals(
    const std::vector<std::string>& arguments) {
  if (arguments.size() > kMostFirst) {
    return absl::InvalidArgumentError(
        absl::StrCat(arguments.size(), " are too many; at most ", kMostFirst));
  }
  std::vector<FirstPrincipal> principals;
  bool any_admin = false;
  for (const std::string& argument : arguments) {
    ROLLCALL_ASSIGN_OR_RETURN(FirstPrincipal one, ParseOne(argument));
    for (const FirstPrincipal& other : principals) {
      if (other.name == one.name) {
        return RefusePrincipal(argument, "comes again");
      }
    }
    any_admin |= one.roles.Contains(v1::ROLE_ADMIN);
    principals.push_back(std::move(one));
  }
  if (principals.empty() || any_admin) return principals;
  return absl::InvalidArgumentError(
      "one of them needs the role admin: nobody could grant roles");
}

}  // namespace rollcall::collector
