#include "collector/identity/match_rules.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace rollcall::collector {
namespace {

using Outcome = KindFinding::Outcome;

// More values are not listed in a finding.
constexpr size_t kMaxListed = 3;

// One side's values of one kind.
struct OneSide {
  std::vector<std::string> worthy;
  std::vector<std::string> worthless;
  std::vector<std::string> texts;  // of `worthy`
};

OneSide Select(absl::Span<const EvidencePiece> pieces, EvidenceKind kind,
               const IsWorthless& is_worthless) {
  OneSide values;
  for (const EvidencePiece& piece : pieces) {
    if (piece.kind != kind) continue;
    if (is_worthless(piece)) {
      values.worthless.push_back(piece.value);
    } else {
      values.worthy.push_back(piece.value);
      values.texts.push_back(piece.Text());
    }
  }
  return values;
}

std::vector<std::string> Common(const std::vector<std::string>& a,
                                const std::vector<std::string>& b) {
  std::vector<std::string> common;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(),
                        std::back_inserter(common));
  return common;
}

std::string Listed(const std::vector<std::string>& texts) {
  const size_t count = std::min(texts.size(), kMaxListed);
  std::string out = absl::StrJoin(
      texts.begin(), texts.begin() + static_cast<int>(count), ", ");
  if (count < texts.size()) {
    absl::StrAppend(&out, " and ", texts.size() - count, " more");
  }
  return out;
}

std::string TextOf(EvidenceKind kind, const std::vector<std::string>& values) {
  std::vector<std::string> texts;
  texts.reserve(values.size());
  for (const std::string& value : values) {
    texts.push_back(EvidencePiece{kind, value}.Text());
  }
  return Listed(texts);
}

KindFinding Compare(EvidenceKind kind, const OneSide& a, const OneSide& b) {
  const int weight = InfoOf(kind).weight;
  const auto common = Common(a.worthy, b.worthy);
  if (a.worthy.empty() || b.worthy.empty()) {
    const auto shared = Common(a.worthless, b.worthless);
    if (!shared.empty()) {
      return {kind, Outcome::kWorthless, 0, TextOf(kind, shared)};
    }
    return {kind, Outcome::kOneSided, 0,
            Listed(a.worthy.empty() ? b.texts : a.texts)};
  }
  if (common.empty()) {
    return {kind, Outcome::kDiffers, weight,
            absl::StrCat(Listed(a.texts), " / ", Listed(b.texts))};
  }
  const size_t smaller = std::min(a.worthy.size(), b.worthy.size());
  if (2 * common.size() > smaller) {
    return {kind, Outcome::kAgrees, weight, TextOf(kind, common)};
  }
  return {kind, Outcome::kPartly, 0, TextOf(kind, common)};
}

// The findings by what they mean together.
class Tally {
 public:
  explicit Tally(const std::vector<KindFinding>& findings) {
    for (const KindFinding& finding : findings) Count(finding);
  }

  // Parts of the hardware that agree, with nothing in them that does not.
  int parts_for() const {
    return IsFor(MachinePart::kChassis) + IsFor(MachinePart::kBoard) +
           IsFor(MachinePart::kDisk);
  }
  bool nothing_differs() const { return weight_against_ == 0; }
  bool Agrees(EvidenceKind kind) const { return agrees_[Index(kind)]; }
  bool Differs(EvidenceKind kind) const { return differs_[Index(kind)]; }
  bool unique_agrees() const { return unique_agrees_; }
  int weight_for() const { return weight_for_; }
  int weight_against() const { return weight_against_; }

 private:
  static size_t Index(EvidenceKind kind) { return static_cast<size_t>(kind); }
  static size_t Index(MachinePart part) { return static_cast<size_t>(part); }

  void Count(const KindFinding& finding) {
    const EvidenceKindInfo& info = InfoOf(finding.kind);
    const size_t part = Index(info.part);
    if (finding.outcome == Outcome::kAgrees) {
      agrees_[Index(finding.kind)] = true;
      part_agrees_[part] = true;
      unique_agrees_ |= info.unique;
      weight_for_ += finding.weight;
    } else if (finding.outcome == Outcome::kDiffers) {
      differs_[Index(finding.kind)] = true;
      part_mixed_[part] = true;
      // What images copy and people type proves nothing by being different.
      if (info.part != MachinePart::kInstallation) {
        weight_against_ += finding.weight;
      }
    } else if (finding.outcome == Outcome::kPartly) {
      part_mixed_[part] = true;
    }
  }

  bool IsFor(MachinePart part) const {
    return part_agrees_[Index(part)] && !part_mixed_[Index(part)];
  }

  std::array<bool, 16> agrees_ = {};
  std::array<bool, 16> differs_ = {};
  std::array<bool, 8> part_agrees_ = {};
  std::array<bool, 8> part_mixed_ = {};
  bool unique_agrees_ = false;
  int weight_for_ = 0;
  int weight_against_ = 0;
};

std::pair<MatchVerdict, std::string> Judge(const Tally& tally) {
  const bool enough = tally.weight_for() >= kMatchWeight;
  const MatchVerdict doubtful =
      enough ? MatchVerdict::kPossible : MatchVerdict::kNone;
  if (tally.Differs(EvidenceKind::kCloudInstance)) {
    return {doubtful, "they are two instances of a cloud"};
  }
  if (tally.Differs(EvidenceKind::kSerialNumber)) {
    return {doubtful, "their serial numbers differ"};
  }
  if (!enough) return {doubtful, "too little agrees"};
  if (!tally.unique_agrees()) {
    return {doubtful,
            "only texts of the firmware agree, which makers leave at fillers"};
  }
  if (tally.Agrees(EvidenceKind::kCloudInstance) &&
      !tally.Differs(EvidenceKind::kSystemUuid)) {
    return {MatchVerdict::kMatch, "they are one instance of a cloud"};
  }
  if (tally.Agrees(EvidenceKind::kTpmKey)) {
    return {MatchVerdict::kMatch, "they have one TPM"};
  }
  if (tally.parts_for() >= 2) {
    return {MatchVerdict::kMatch,
            absl::StrCat(tally.parts_for(), " parts of the hardware agree")};
  }
  if (tally.Agrees(EvidenceKind::kSystemUuid) &&
      tally.Agrees(EvidenceKind::kMac) && tally.nothing_differs()) {
    return {MatchVerdict::kMatch, "the board agrees and nothing differs"};
  }
  return {doubtful, "only one part of the hardware agrees"};
}

absl::string_view OutcomeText(Outcome outcome) {
  switch (outcome) {
    case Outcome::kAgrees:
      return "agrees";
    case Outcome::kPartly:
      return "agrees in part";
    case Outcome::kDiffers:
      return "differs";
    case Outcome::kWorthless:
      return "is on several live machines";
    case Outcome::kOneSided:
      return "is known of one only";
  }
  return "";
}

}  // namespace

MatchDecision CompareMachines(absl::Span<const EvidencePiece> a,
                              absl::Span<const EvidencePiece> b,
                              const IsWorthless& is_worthless) {
  MatchDecision decision;
  for (const EvidenceKindInfo& info : AllEvidenceKinds()) {
    const OneSide of_a = Select(a, info.kind, is_worthless);
    const OneSide of_b = Select(b, info.kind, is_worthless);
    const bool any = !of_a.worthy.empty() || !of_a.worthless.empty() ||
                     !of_b.worthy.empty() || !of_b.worthless.empty();
    if (any) decision.findings.push_back(Compare(info.kind, of_a, of_b));
  }
  const Tally tally(decision.findings);
  decision.weight_for = tally.weight_for();
  decision.weight_against = tally.weight_against();
  std::tie(decision.verdict, decision.reason) = Judge(tally);
  return decision;
}

std::string FindingText(const KindFinding& finding) {
  std::string text = absl::StrCat(InfoOf(finding.kind).name, " ",
                                  OutcomeText(finding.outcome));
  if (finding.weight > 0) absl::StrAppend(&text, " (", finding.weight, ")");
  if (!finding.detail.empty()) absl::StrAppend(&text, ": ", finding.detail);
  return text;
}

bool LivedAtOnce(const LifeSpan& a, const LifeSpan& b) {
  return std::max(a.first, b.first) < std::min(a.last, b.last);
}

}  // namespace rollcall::collector
