#include "collector/contracts/quantity.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "common/status.h"

namespace rollcall::collector {

absl::StatusOr<Quantity> Quantity::Parse(absl::string_view text) {
  if (absl::EqualsIgnoreCase(text, "unlimited")) return Unlimited();
  ROLLCALL_ASSIGN_OR_RETURN(const Rational value, Rational::ParseDecimal(text));
  return Of(value);
}

absl::StatusOr<Quantity> Quantity::FromProto(const v1::Quantity& proto) {
  if (proto.has_value()) {
    ROLLCALL_ASSIGN_OR_RETURN(const Rational value,
                              Rational::FromProto(proto.value()));
    return Of(value);
  }
  if (proto.unlimited()) return Unlimited();
  return absl::InvalidArgumentError("the quantity holds no amount");
}

v1::Quantity Quantity::ToProto() const {
  v1::Quantity proto;
  if (IsUnlimited()) {
    proto.set_unlimited(true);
  } else {
    *proto.mutable_value() = value().ToProto();
  }
  return proto;
}

std::string Quantity::ToString() const {
  return IsUnlimited() ? "unlimited" : value().ToString();
}

absl::StatusOr<Quantity> Add(Quantity a, Quantity b) {
  if (a.IsUnlimited() || b.IsUnlimited()) return Quantity::Unlimited();
  ROLLCALL_ASSIGN_OR_RETURN(const Rational sum, Add(a.value(), b.value()));
  return Quantity::Of(sum);
}

absl::StatusOr<Quantity> Excess(Quantity a, Quantity b) {
  if (a <= b) return Quantity();
  if (a.IsUnlimited()) return Quantity::Unlimited();
  ROLLCALL_ASSIGN_OR_RETURN(const Rational rest,
                            Subtract(a.value(), b.value()));
  return Quantity::Of(rest);
}

std::strong_ordering operator<=>(Quantity a, Quantity b) {
  if (a.IsUnlimited() || b.IsUnlimited()) {
    return a.IsUnlimited() <=> b.IsUnlimited();
  }
  return a.value() <=> b.value();
}

}  // namespace rollcall::collector
