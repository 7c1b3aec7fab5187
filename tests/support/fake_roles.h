// Principals whose roles a test says.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "collector/changes/role_holders.h"
#include "collector/rpc/access.h"

namespace rollcall::testing {

// Not thread-safe while roles change.
class FakeRoles final : public collector::PrincipalRoles,
                        public collector::RoleHolders {
 public:
  // `since`: when he got them.
  void Give(const std::string& principal, collector::RoleSet roles,
            absl::Time since = absl::InfinitePast()) {
    roles_[principal] = roles;
    since_[principal] = since;
  }

  absl::StatusOr<collector::RoleSet> RolesOf(
      absl::string_view principal) const override {
    const auto found = roles_.find(std::string(principal));
    return found == roles_.end() ? collector::RoleSet() : found->second;
  }

  absl::StatusOr<bool> Holds(const collector::Reader&,
                             absl::string_view principal, v1::Role role,
                             absl::Time since) const override {
    const auto got = since_.find(std::string(principal));
    return got != since_.end() && got->second <= since &&
           RolesOf(principal)->Contains(role);
  }

  // A call of the principal as it is now.
  collector::Caller CallBy(const std::string& principal) const {
    return {principal, absl::InfiniteFuture(), *RolesOf(principal)};
  }

 private:
  std::map<std::string, collector::RoleSet> roles_;
  std::map<std::string, absl::Time> since_;
};

}  // namespace rollcall::testing
