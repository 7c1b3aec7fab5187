#include "collector/reconcile/position.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/contracts/quantity.h"
#include "collector/reconcile/not_counted.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using State = v1::Position;

// On how many devices each distinct install is.
using InstallCounts = std::map<Install, int>;

InstallCounts CountInstalls(const PositionInput& input) {
  InstallCounts counts;
  for (const DeviceDemand* demand : input.demands) {
    for (const Install& install : demand->installs) ++counts[install];
  }
  return counts;
}

std::string WhatItIsFor(const v1::Entitlement& line) {
  std::vector<std::string> parts;
  if (line.has_version()) {
    parts.push_back(absl::StrCat("version ", line.version()));
  }
  if (line.has_edition()) {
    parts.push_back(absl::StrCat("edition ", line.edition()));
  }
  return absl::StrJoin(parts, ", ");
}

// Why a line in term does not count: the first install that it does not admit;
// empty if it admits all.
std::string NotApplicable(const v1::Entitlement& line,
                          const InstallCounts& installs) {
  for (const auto& [install, devices] : installs) {
    if (Admits(line, install)) continue;
    return absl::StrCat("is for ", WhatItIsFor(line),
                        "; also used: ", InstallInWords(install), " on ",
                        devices, devices == 1 ? " device" : " devices");
  }
  return "";
}

// The lines by id, if any of them builds upon another.
absl::flat_hash_set<absl::string_view> PossibleBases(
    const PositionInput& input) {
  absl::flat_hash_set<absl::string_view> ids;
  if (std::none_of(input.lines.begin(), input.lines.end(),
                   [](const v1::Entitlement* line) {
                     return BuildsUponAnother(line->licence_kind());
                   })) {
    return ids;
  }
  for (const v1::Entitlement* line : input.lines) {
    ids.insert(line->entitlement_id());
  }
  return ids;
}

// What is to be said of the line that this one builds upon; empty where it is
// one of the position's.
absl::string_view WhereItsBaseIs(
    const v1::Entitlement& line,
    const absl::flat_hash_set<absl::string_view>& bases) {
  if (!BuildsUponAnother(line.licence_kind())) return "";
  if (!line.has_base_entitlement_id()) {
    return "; which one it builds upon is not stated";
  }
  return bases.contains(line.base_entitlement_id())
             ? ""
             : "; the one it builds upon is no line of this position";
}

// What became of the lines.
struct Lines {
  std::vector<const v1::Entitlement*> counted;
  int out_of_term = 0;
  int not_applicable = 0;
  // In term, and no right by itself; and which of these say so in a note.
  int no_right = 0;
  bool has_building = false;
  bool has_evaluation = false;
};

void AddNoRight(const v1::Entitlement& line, Lines& lines) {
  ++lines.no_right;
  lines.has_building |= BuildsUponAnother(line.licence_kind());
  lines.has_evaluation |=
      line.licence_kind() == v1::Entitlement::LICENCE_KIND_EVALUATION;
}

Lines SortLines(const PositionInput& input, std::vector<std::string>& reasons) {
  const InstallCounts installs = CountInstalls(input);
  const auto bases = PossibleBases(input);
  Lines lines;
  for (const v1::Entitlement* line : input.lines) {
    std::string reason = OutOfTerm(*line, input.effective_date);
    const absl::string_view no_right = NoRightAlone(line->licence_kind());
    if (!reason.empty()) {
      ++lines.out_of_term;
    } else if (!no_right.empty()) {
      AddNoRight(*line, lines);
      reason = absl::StrCat(no_right, WhereItsBaseIs(*line, bases));
    } else {
      reason = NotApplicable(*line, installs);
      if (!reason.empty()) ++lines.not_applicable;
    }
    if (reason.empty()) lines.counted.push_back(line);
    reasons.push_back(std::move(reason));
  }
  return lines;
}

// Adds up. What is without limit decides, wherever it comes.
class QuantitySum {
 public:
  void Include(Quantity quantity) {
    if (quantity.IsUnlimited()) {
      is_unlimited_ = true;
    } else if (sum_.ok()) {
      sum_ = Add(*sum_, quantity);
    }
  }
  // OUT_OF_RANGE as for Quantity.
  absl::StatusOr<Quantity> Total() const {
    return is_unlimited_ ? Quantity::Unlimited() : sum_;
  }

 private:
  bool is_unlimited_ = false;
  absl::StatusOr<Quantity> sum_ = Quantity();
};

absl::StatusOr<Quantity> SumLines(const Lines& lines) {
  QuantitySum sum;
  for (const v1::Entitlement* line : lines.counted) {
    const auto quantity = Quantity::FromProto(line->quantity());
    if (!quantity.ok()) {
      return Annotate(quantity.status(),
                      absl::StrCat("contract ", line->contract_number(),
                                   ", line ", line->line()));
    }
    sum.Include(*quantity);
  }
  return sum.Total();
}

struct Consumed {
  Quantity low;
  Quantity expected;
  Quantity high;

  v1::QuantityRange ToProto() const {
    v1::QuantityRange range;
    *range.mutable_low() = low.ToProto();
    *range.mutable_expected() = expected.ToProto();
    *range.mutable_high() = high.ToProto();
    return range;
  }
};

absl::StatusOr<Consumed> SumDemands(const PositionInput& input) {
  QuantitySum low;
  QuantitySum expected;
  QuantitySum high;
  for (const DeviceDemand* demand : input.demands) {
    low.Include(demand->measured.low);
    expected.Include(demand->measured.expected);
    high.Include(demand->measured.high);
  }
  Consumed sum;
  ROLLCALL_ASSIGN_OR_RETURN(sum.low, low.Total());
  ROLLCALL_ASSIGN_OR_RETURN(sum.expected, expected.Total());
  ROLLCALL_ASSIGN_OR_RETURN(sum.high, high.Total());
  return sum;
}

int CountUndetermined(const PositionInput& input) {
  return static_cast<int>(
      std::count_if(input.demands.begin(), input.demands.end(),
                    [](const DeviceDemand* demand) {
                      return !demand->measured.missing_facts.empty();
                    }));
}

v1::Position::State StateOf(const PositionInput& input, const Consumed& used,
                            Quantity entitled) {
  if (input.bought_under.empty() && !input.demands.empty()) {
    return State::STATE_NOT_LICENSED;
  }
  if (used.expected > entitled) return State::STATE_SHORTFALL;
  return used.high > entitled ? State::STATE_UNDETERMINED
                              : State::STATE_COVERED;
}

void AddNotesOfLines(const Lines& lines, v1::Position& position) {
  if (lines.not_applicable > 0) {
    position.add_notes(
        "lines for one version or edition count only where they admit all that "
        "is used, so that a shortfall may be smaller than shown");
  }
  if (lines.has_building) {
    position.add_notes(
        "upgrades, step-ups and add-ons add nothing, whether or not what they "
        "build upon counts here, since installs are not assigned to lines yet; "
        "so a shortfall may be smaller than shown");
  }
  if (lines.has_evaluation) {
    position.add_notes("lines for evaluation cover no use");
  }
}

void AddNotes(const PositionInput& input, v1::Position& position) {
  if (input.bought_under.empty()) {
    position.add_notes(
        absl::StrCat("bought under no metric; counted by ", input.metric));
  } else if (input.bought_under.size() > 1) {
    position.add_notes(absl::StrCat(
        "bought under several metrics (",
        absl::StrJoin(input.bought_under, ", "),
        "); all use is counted under each, so that the positions must not be "
        "added up"));
  }
}

absl::StatusOr<Quantity> SumEntitled(const Lines& lines) {
  absl::StatusOr<Quantity> entitled = SumLines(lines);
  if (entitled.ok()) return entitled;
  return Annotate(entitled.status(),
                  "what is bought (import again any line whose quantity is "
                  "wrong)");
}

// Sets the amounts and the state that they come to. On an error those that
// were not computed stay absent.
absl::Status SetAmounts(const PositionInput& input, const Lines& lines,
                        v1::Position& position) {
  if (const std::string why = WhyNotCounted(input); !why.empty()) {
    ROLLCALL_ASSIGN_OR_RETURN(const Quantity entitled, SumEntitled(lines));
    *position.mutable_entitled() = entitled.ToProto();
    return absl::UnimplementedError(
        absl::StrCat("what is used by ", input.metric, ": ", why));
  }
  const absl::StatusOr<Consumed> used = SumDemands(input);
  if (!used.ok()) return Annotate(used.status(), "what is used");
  *position.mutable_consumed() = used->ToProto();
  ROLLCALL_ASSIGN_OR_RETURN(const Quantity entitled, SumEntitled(lines));
  *position.mutable_entitled() = entitled.ToProto();
  ROLLCALL_ASSIGN_OR_RETURN(const Quantity shortfall,
                            Excess(used->expected, entitled));
  ROLLCALL_ASSIGN_OR_RETURN(const Quantity surplus,
                            Excess(entitled, used->expected));
  *position.mutable_shortfall() = shortfall.ToProto();
  *position.mutable_surplus() = surplus.ToProto();
  position.set_state(StateOf(input, *used, entitled));
  return absl::OkStatus();
}

}  // namespace

bool CountAlike(const v1::Entitlement& a, const v1::Entitlement& b) {
  return a.publisher() == b.publisher() && a.product() == b.product() &&
         a.has_version() == b.has_version() && a.version() == b.version() &&
         a.has_edition() == b.has_edition() && a.edition() == b.edition() &&
         a.metric() == b.metric() && a.start_date() == b.start_date() &&
         a.has_end_date() == b.has_end_date() && a.end_date() == b.end_date() &&
         a.licence_kind() == b.licence_kind() &&
         a.quantity().SerializeAsString() == b.quantity().SerializeAsString();
}

PositionResult ComputePosition(const PositionInput& input) {
  PositionResult result;
  const Lines lines = SortLines(input, result.reasons);
  v1::Position& position = result.position;
  position.set_publisher(input.publisher);
  position.set_product(input.product);
  position.set_metric(input.metric);
  const absl::Status status = SetAmounts(input, lines, position);
  if (!status.ok()) {
    position.set_state(State::STATE_NOT_COMPUTABLE);
    position.add_notes(absl::StrCat("cannot be computed: ", status.message()));
  }
  position.set_unrecognised(input.is_unrecognised);
  position.set_device_count(static_cast<int32_t>(input.demands.size()));
  position.set_undetermined_count(CountUndetermined(input));
  position.set_entitlement_count(static_cast<int32_t>(lines.counted.size()) +
                                 lines.not_applicable + lines.no_right);
  position.set_entitlement_out_of_term_count(lines.out_of_term);
  position.set_entitlement_not_applicable_count(lines.not_applicable);
  position.set_entitlement_no_right_count(lines.no_right);
  AddNotes(input, position);
  AddNotesOfLines(lines, position);
  return result;
}

}  // namespace rollcall::collector
