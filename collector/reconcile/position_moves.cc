#include "collector/reconcile/position_moves.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "collector/reconcile/position.h"
#include "collector/reconcile/position_book.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr size_t kMostUnits = 100;

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

v1::PositionMove MakeMove(const CivilDate& day, const v1::Position* before,
                          const v1::Position* after,
                          const std::set<std::string>& units) {
  const v1::Position& any = after != nullptr ? *after : *before;
  v1::PositionMove move;
  move.set_effective_date(day.ToString());
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

// The moves of one day.
class MovesOfDay {
 public:
  MovesOfDay(int most, size_t most_bytes)
      : most_(most), bytes_left_(most_bytes) {}

  void Add(v1::PositionMove move) {
    ++count_;
    const size_t bytes = move.ByteSizeLong();
    if (bytes > bytes_left_) most_ = 0;
    if (static_cast<int>(told_.size()) >= most_) return;
    bytes_left_ -= bytes;
    told_.push_back(std::move(move));
  }

  int count() const { return count_; }
  std::vector<v1::PositionMove>& told() { return told_; }

 private:
  int most_;
  size_t bytes_left_;
  int count_ = 0;
  std::vector<v1::PositionMove> told_;
};

// One product: its lines on one day, without and with what is proposed.
struct ProductOnDay {
  BookedProduct before;
  BookedProduct after;
  bool differs = false;
  // Of the lines that differ, some of them where there are many.
  std::set<std::string> units;
};

// Works out the positions of one product.
class ProductMoves {
 public:
  ProductMoves(const ProductKey& key, std::vector<const LineHistory*> lines,
               FleetUse& fleet_use)
      : key_(key), lines_(std::move(lines)), fleet_use_(fleet_use) {
    const auto used = fleet_use.products().find(key);
    if (used != fleet_use.products().end()) use_ = &used->second;
  }

  absl::Status AddMoves(const CivilDate& day, MovesOfDay& moves) {
    const ProductOnDay on_day = On(day);
    if (!on_day.differs) return absl::OkStatus();
    ROLLCALL_ASSIGN_OR_RETURN(const auto was, Positions(on_day.before, day));
    ROLLCALL_ASSIGN_OR_RETURN(const auto is, Positions(on_day.after, day));
    std::set<std::string> metrics;
    for (const auto& [metric, position] : was) metrics.insert(metric);
    for (const auto& [metric, position] : is) metrics.insert(metric);
    for (const std::string& metric : metrics) {
      const auto before = was.find(metric);
      const auto after = is.find(metric);
      const bool both = before != was.end() && after != is.end();
      if (both && Stands(before->second, after->second)) continue;
      moves.Add(MakeMove(day, before == was.end() ? nullptr : &before->second,
                         after == is.end() ? nullptr : &after->second,
                         on_day.units));
    }
    return absl::OkStatus();
  }

 private:
  ProductOnDay On(const CivilDate& day) const {
    ProductOnDay on_day;
    if (use_ != nullptr) {
      on_day.before.publisher = on_day.after.publisher = use_->publisher;
      on_day.before.product = on_day.after.product = use_->product;
      on_day.before.is_used = on_day.after.is_used = true;
    }
    on_day.before.is_unrecognised = on_day.after.is_unrecognised =
        fleet_use_.IsUnrecognised(key_);
    for (const LineHistory* line : lines_) {
      const LineHistory::Stretch& stretch = line->On(day);
      const bool differs = stretch.Differs();
      Include(stretch.before, differs, on_day.before, on_day);
      Include(stretch.after, differs, on_day.after, on_day);
    }
    return on_day;
  }

  void Include(const LineSaying* saying, bool differs, BookedProduct& product,
               ProductOnDay& on_day) const {
    if (saying == nullptr || saying->product != key_) return;
    product.AddLine(saying->line);
    if (!differs) return;
    on_day.differs = true;
    if (on_day.units.size() < kMostUnits) {
      on_day.units.insert(saying->line.organisation_unit());
    }
  }

  // By metric; none where it is neither bought nor used.
  absl::StatusOr<std::map<std::string, v1::Position>> Positions(
      const BookedProduct& product, const CivilDate& day) {
    std::map<std::string, v1::Position> positions;
    if (product.lines.empty() && !product.is_used) return positions;
    for (const std::string& metric : product.Metrics()) {
      ROLLCALL_ASSIGN_OR_RETURN(const auto* const demands, Demands(metric));
      positions.emplace(
          metric,
          ComputePosition(product.InputOf(metric, day, *demands)).position);
    }
    return positions;
  }

  // The same on all days.
  absl::StatusOr<const std::vector<DeviceDemand>*> Demands(
      const std::string& metric) {
    const auto known = demands_.find(metric);
    if (known != demands_.end()) return &known->second;
    std::vector<DeviceDemand>& demands = demands_[metric];
    if (use_ != nullptr) {
      ROLLCALL_ASSIGN_OR_RETURN(
          demands, fleet_use_.Demands(*use_, MetricOrUnknown(metric)));
    }
    return &demands;
  }

  const ProductKey& key_;
  const std::vector<const LineHistory*> lines_;
  FleetUse& fleet_use_;
  // Null: it is not used.
  const ProductUse* use_ = nullptr;
  std::map<std::string, std::vector<DeviceDemand>> demands_;
};

// The lines by product, each under all that it is, was or would be of.
std::map<ProductKey, std::vector<const LineHistory*>> ByProduct(
    absl::Span<const LineHistory> lines) {
  std::map<ProductKey, std::vector<const LineHistory*>> products;
  for (const LineHistory& line : lines) {
    for (const LineSaying& saying : line.said()) {
      if (saying.action != v1::ObjectChange::ACTION_SET) continue;
      auto& of = products[saying.product];
      if (of.empty() || of.back() != &line) of.push_back(&line);
    }
  }
  return products;
}

}  // namespace

absl::StatusOr<PositionMoves> PositionMovesOn(
    absl::Span<const CivilDate> days, absl::Span<const LineHistory> lines,
    FleetUse& use) {
  std::vector<MovesOfDay> moves(
      days.size(), MovesOfDay(kMostMoves / static_cast<int>(days.size()),
                              kMostMoveBytes / days.size()));
  for (auto& [key, of] : ByProduct(lines)) {
    ProductMoves product(key, std::move(of), use);
    for (size_t i = 0; i < days.size(); ++i) {
      ROLLCALL_RETURN_IF_ERROR(product.AddMoves(days[i], moves[i]));
    }
  }
  PositionMoves all;
  for (MovesOfDay& of_day : moves) {
    all.count += of_day.count();
    for (v1::PositionMove& move : of_day.told()) {
      all.told.push_back(std::move(move));
    }
  }
  return all;
}

}  // namespace rollcall::collector
