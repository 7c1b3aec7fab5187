// Roles as values.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rollcall/v1/role.pb.h"

namespace rollcall::collector {

// A set of roles. ROLE_UNSPECIFIED, and numbers that this build does not know,
// are in none: they can be neither inserted nor found. A value.
class RoleSet {
 public:
  constexpr RoleSet() = default;
  constexpr RoleSet(std::initializer_list<v1::Role> roles) {
    for (const v1::Role role : roles) Insert(role);
  }

  constexpr void Insert(v1::Role role) { bits_ |= BitOf(role); }
  constexpr void Erase(v1::Role role) { bits_ &= ~BitOf(role); }
  constexpr bool Contains(v1::Role role) const {
    return (bits_ & BitOf(role)) != 0;
  }
  // Whether both have a role in common.
  constexpr bool Meets(RoleSet other) const {
    return (bits_ & other.bits_) != 0;
  }
  constexpr bool empty() const { return bits_ == 0; }

  // In the order of their numbers.
  std::vector<v1::Role> List() const;

  friend constexpr RoleSet operator|(RoleSet a, RoleSet b) {
    a.bits_ |= b.bits_;
    return a;
  }
  friend constexpr RoleSet operator-(RoleSet a, RoleSet b) {
    a.bits_ &= ~b.bits_;
    return a;
  }
  friend constexpr bool operator==(const RoleSet&, const RoleSet&) = default;

 private:
  static constexpr uint32_t BitOf(v1::Role role) {
    return role > v1::ROLE_UNSPECIFIED && role <= v1::Role_MAX
               ? uint32_t{1} << role
               : 0;
  }

  uint32_t bits_ = 0;
};

// Every role that there is.
inline constexpr RoleSet kAllRoles = {v1::ROLE_VIEWER,      v1::ROLE_ITAM,
                                      v1::ROLE_PROCUREMENT, v1::ROLE_SECURITY,
                                      v1::ROLE_AUDITOR,     v1::ROLE_ADMIN};

// Those that move what is owed and what is owned. Two people grant them, and
// nobody else can get a token to log in as who has one.
inline constexpr RoleSet kGuardedRoles = {v1::ROLE_ITAM, v1::ROLE_PROCUREMENT};

// A role's word, for example "itam"; its number for one that is not known.
std::string RoleWord(v1::Role role);
// The other way round; nothing for another word.
std::optional<v1::Role> RoleOfWord(absl::string_view word);

// "itam", "itam and viewer", "admin, itam and viewer"; `none` for no role.
std::string RolesText(RoleSet roles, absl::string_view none = "nobody");

}  // namespace rollcall::collector
