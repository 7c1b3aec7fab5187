// Rule packs as files: reading and checking them. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "rollcall/rules/v1/rules.pb.h"

namespace rollcall::collector {

// A file of a rule pack: protobuf text format of rollcall.rules.v1.RulePack.
struct RuleFile {
  // For messages, for example "databases.textproto".
  std::string name;
  std::string text;
};

// A pack that was read.
struct LoadedPack {
  rules::v1::RulePack pack;
  // SHA-256 of the file, 64 hex digits.
  std::string sha256;
};

// A file larger than this, in bytes, is refused.
inline constexpr size_t kMaxRuleFileBytes = 1 << 20;

// Reads packs and orders them by id. INVALID_ARGUMENT, naming file and rule
// (and line where the text does not parse), if a required field is missing, an
// id is malformed or there twice, or a test says neither product nor none.
absl::StatusOr<std::vector<LoadedPack>> ReadRulePacks(
    absl::Span<const RuleFile> files);

}  // namespace rollcall::collector
