// Principals whose roles a test says.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "collector/rpc/access.h"

namespace rollcall::testing {

// Not thread-safe while roles change.
class FakeRoles final : public collector::PrincipalRoles {
 public:
  void Give(const std::string& principal, collector::RoleSet roles) {
    roles_[principal] = roles;
  }

  absl::StatusOr<collector::RoleSet> RolesOf(
      absl::string_view principal) const override {
    const auto found = roles_.find(std::string(principal));
    return found == roles_.end() ? collector::RoleSet() : found->second;
  }

  // A call of the principal as it is now.
  collector::Caller CallBy(const std::string& principal) const {
    return {principal, absl::InfiniteFuture(), *RolesOf(principal)};
  }

 private:
  std::map<std::string, collector::RoleSet> roles_;
};

}  // namespace rollcall::testing
