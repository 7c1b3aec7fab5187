// Whether two lines of reports come from one machine. Pure; thread-safe.
//
// A match needs all of:
//   - two parts of the machine that agree and in which nothing differs
//   (chassis,
//     board, disk), or a board that agrees in UUID and MACs while nothing
//     differs anywhere, or a TPM key or cloud instance;
//   - something that is unique by its making among what agrees, since serial
//     numbers and UUIDs are texts that makers leave at their filler;
//   - weights of 100 or more in what agrees;
//   - no differing serial number or cloud instance.
// So a new system on the same hardware, a new disk, and a swapped board whose
// serial number the service restored are matches; golden images, duplicate
// UUIDs and docks that move are not.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "collector/identity/evidence_pieces.h"

namespace rollcall::collector {

// The weights that must agree.
inline constexpr int kMatchWeight = 100;

// What one kind says of two machines.
struct KindFinding {
  enum class Outcome {
    kAgrees,     // the value, or most of the smaller set
    kPartly,     // some of both sets
    kDiffers,    // both have values, and none in common
    kWorthless,  // a value in common that several live machines have
    kOneSided,   // one of them has no value that is worth anything
  };
  EvidenceKind kind;
  Outcome outcome;
  // What it counts for or against; 0 where it counts for nothing.
  int weight = 0;
  // The values that agree, or those that differ, for people.
  std::string detail;
};

enum class MatchVerdict {
  kNone,      // two machines, as far as can be told
  kPossible,  // a person must decide
  kMatch,
};

struct MatchDecision {
  MatchVerdict verdict = MatchVerdict::kNone;
  int weight_for = 0;
  int weight_against = 0;
  // One per kind that either side has, the weightiest first.
  std::vector<KindFinding> findings;
  // Why, in one line.
  std::string reason;
};

// Whether a value is on several live machines and so says nothing.
using IsWorthless = std::function<bool(const EvidencePiece& piece)>;

MatchDecision CompareMachines(absl::Span<const EvidencePiece> a,
                              absl::Span<const EvidencePiece> b,
                              const IsWorthless& is_worthless);

// For people, for example "serial number agrees (80): dell inc. latitude 1".
std::string FindingText(const KindFinding& finding);

// From the first to the last contact of a line of reports.
struct LifeSpan {
  absl::Time first;
  absl::Time last;
};

// Whether each spoke after the other began: two machines at once, or two agents
// on one.
bool LivedAtOnce(const LifeSpan& a, const LifeSpan& b);

}  // namespace rollcall::collector
