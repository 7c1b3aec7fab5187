// What an entry of the ledger says, and the line of JSON that says it: what is
// hashed, kept and exported is that line. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rollcall::collector {

// Something that took effect, or that somebody decided.
struct LedgerEntry {
  // What happened, for example "change-set-approved": 1 to 64 of a-z, 0-9, "-".
  std::string kind;
  // The principal that did it: 1 to 256 bytes.
  std::string actor;
  // What there is to say of it, in an order that stays. A name is 1 to 64 of
  // a-z, 0-9, "_", and there once.
  std::vector<std::pair<std::string, std::string>> facts;

  // Adds a fact; nothing where there is nothing to say.
  void AddFact(absl::string_view name, absl::string_view value) {
    if (!value.empty()) facts.emplace_back(name, value);
  }

  // The value of a fact; empty if there is none of that name.
  absl::string_view Fact(absl::string_view name) const;
};

// The collector's own entries.
inline constexpr char kLedgerOpened[] = "ledger-opened";
inline constexpr char kLedgerKeyChanged[] = "ledger-key-changed";
inline constexpr char kLedgerActor[] = "collector";
// Their facts: the ledger's id; the fingerprint of the key that signs from this
// entry on, and its public half (DER SubjectPublicKeyInfo, base64); the
// fingerprint of the key that signed before.
inline constexpr char kLogFact[] = "log";
inline constexpr char kKeyFact[] = "key_sha256";
inline constexpr char kPublicKeyFact[] = "public_key";
inline constexpr char kOldKeyFact[] = "old_key_sha256";

// Whether an entry of this kind tells a key that signs from it on.
bool TellsKey(absl::string_view kind);

// An entry in its place.
struct LedgerLine {
  // From 0.
  uint64_t index = 0;
  // To the microsecond.
  absl::Time time;
  LedgerEntry entry;
};

inline constexpr size_t kMaxLedgerLineBytes = 64 << 10;

// UTC to the microsecond: "2026-11-22T11:46:02.917554Z".
std::string LedgerTimeText(absl::Time time);

// The line, without a line end: an object with "index" (a number), "time",
// "kind", "actor" and "facts" (an object of texts), in this order, without
// spaces. INVALID_ARGUMENT for an entry that is not as said above, is no valid
// UTF-8, or makes more than kMaxLedgerLineBytes.
absl::StatusOr<std::string> WriteLedgerLine(const LedgerLine& line);

// Takes exactly what WriteLedgerLine makes; INVALID_ARGUMENT for all else.
absl::StatusOr<LedgerLine> ParseLedgerLine(absl::string_view text);

}  // namespace rollcall::collector
