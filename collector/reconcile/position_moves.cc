#include "collector/reconcile/position_moves.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "collector/contracts/contract_words.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using PositionKey = std::pair<ProductKey, std::string>;
using Positions = std::map<PositionKey, v1::Position>;
using Differing = std::map<ProductKey, std::set<std::string>>;

absl::StatusOr<Positions> ReadPositions(PositionReader& reader,
                                        const Differing& products,
                                        const CivilDate& date) {
  Positions positions;
  for (const auto& [key, units] : products) {
    const auto booked = reader.book().find(key);
    if (booked == reader.book().end()) continue;
    for (const std::string& metric : booked->second.Metrics()) {
      ROLLCALL_ASSIGN_OR_RETURN(ReadPosition read,
                                reader.Read(key, metric, date));
      positions.emplace(PositionKey(key, metric),
                        std::move(read.result.position));
    }
  }
  return positions;
}

// "STATE_NOT_LICENSED" as "not licensed".
std::string StateInWords(v1::Position::State state) {
  const std::string& name = v1::Position::State_Name(state);
  return absl::StrReplaceAll(
      absl::AsciiStrToLower(absl::StripPrefix(name, "STATE_")), {{"_", " "}});
}

// Whether people would call it the same position.
bool Stands(const v1::Position& a, const v1::Position& b) {
  return a.state() == b.state() &&
         a.entitled().SerializeAsString() == b.entitled().SerializeAsString() &&
         a.shortfall().SerializeAsString() == b.shortfall().SerializeAsString();
}

void SetBefore(const v1::Position& position, v1::PositionMove& move) {
  if (position.has_entitled()) {
    *move.mutable_entitled_before() = position.entitled();
  }
  if (position.has_shortfall()) {
    *move.mutable_shortfall_before() = position.shortfall();
  }
  move.set_state_before(StateInWords(position.state()));
}

void SetAfter(const v1::Position& position, v1::PositionMove& move) {
  if (position.has_entitled()) {
    *move.mutable_entitled_after() = position.entitled();
  }
  if (position.has_shortfall()) {
    *move.mutable_shortfall_after() = position.shortfall();
  }
  move.set_state_after(StateInWords(position.state()));
}

v1::PositionMove MakeMove(const v1::Position* before, const v1::Position* after,
                          const std::set<std::string>& units) {
  const v1::Position& any = after != nullptr ? *after : *before;
  v1::PositionMove move;
  move.set_publisher(any.publisher());
  move.set_product(any.product());
  move.set_metric(any.metric());
  for (const std::string& unit : units) {
    if (!unit.empty()) move.add_organisation_units(unit);
  }
  if (before != nullptr) SetBefore(*before, move);
  if (after != nullptr) SetAfter(*after, move);
  return move;
}

}  // namespace

Differing ProductsThatDiffer(absl::Span<const v1::Entitlement> before,
                             absl::Span<const v1::Entitlement> after) {
  std::map<std::string, const v1::Entitlement*> gone;
  for (const v1::Entitlement& line : before) {
    gone.emplace(line.entitlement_id(), &line);
  }
  Differing differing;
  const auto add = [&differing](const v1::Entitlement& line) {
    differing[ProductKey::Of(line.publisher(), line.product())].insert(
        line.organisation_unit());
  };
  for (const v1::Entitlement& line : after) {
    const auto it = gone.find(line.entitlement_id());
    if (it == gone.end()) {
      add(line);
      continue;
    }
    if (!SayTheSame(*it->second, line)) {
      add(*it->second);
      add(line);
    }
    gone.erase(it);
  }
  for (const auto& [id, line] : gone) add(*line);
  return differing;
}

absl::StatusOr<std::vector<v1::PositionMove>> PositionMoves(
    PositionReader& reader, const CivilDate& date,
    std::vector<v1::Entitlement> after) {
  const Differing products = ProductsThatDiffer(reader.entitlements(), after);
  ROLLCALL_ASSIGN_OR_RETURN(const Positions was,
                            ReadPositions(reader, products, date));
  reader.UseEntitlements(std::move(after));
  ROLLCALL_ASSIGN_OR_RETURN(const Positions is,
                            ReadPositions(reader, products, date));
  std::set<PositionKey> keys;
  for (const auto& [key, position] : was) keys.insert(key);
  for (const auto& [key, position] : is) keys.insert(key);
  std::vector<v1::PositionMove> moves;
  for (const PositionKey& key : keys) {
    const auto before = was.find(key);
    const auto now = is.find(key);
    const bool both = before != was.end() && now != is.end();
    if (both && Stands(before->second, now->second)) continue;
    moves.push_back(MakeMove(before == was.end() ? nullptr : &before->second,
                             now == is.end() ? nullptr : &now->second,
                             products.at(key.first)));
  }
  return moves;
}

}  // namespace rollcall::collector
