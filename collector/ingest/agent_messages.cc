#include "collector/ingest/agent_messages.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/rows.h"
#include "common/status.h"
#include "common/text.h"

namespace rollcall::collector {
namespace {

constexpr int kMaxAgentVersionBytes = 64;
constexpr int kMaxRowLevels = 16;

absl::Status ValidateRowLevels(const v1::Hello& hello) {
  const auto& levels = hello.row_levels();
  if (levels.size() > kMaxRowLevels) {
    return absl::InvalidArgumentError(
        absl::StrCat("hello.row_levels has ", levels.size(),
                     " values; at most ", kMaxRowLevels));
  }
  int last = 0;
  for (const int level : levels) {
    if (level <= last) {
      return absl::InvalidArgumentError(
          "hello.row_levels are not from 1, ascending");
    }
    last = level;
  }
  const int root_level = hello.root_level();
  if (root_level != 0 &&
      !std::binary_search(levels.begin(), levels.end(), root_level)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "hello.root_level ", root_level, " is not one of hello.row_levels"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RootId> RootFrom(absl::string_view field,
                                absl::string_view bytes) {
  const auto root = RootId::FromBytes(bytes);
  if (root.has_value()) return *root;
  return absl::InvalidArgumentError(
      absl::StrCat(field, " has ", bytes.size(), " bytes; it must have 16"));
}

absl::Status ValidateHello(const v1::Hello& hello) {
  if (hello.agent_version().size() > kMaxAgentVersionBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("hello.agent_version has ", hello.agent_version().size(),
                     " bytes; at most ", kMaxAgentVersionBytes));
  }
  if (!hello.boot_id().empty() && hello.boot_id().size() != 16) {
    return absl::InvalidArgumentError(
        "hello.boot_id must have 16 bytes or none");
  }
  return ValidateRowLevels(hello);
}

absl::StatusOr<int> ChooseRowLevel(const v1::Hello& hello, int wanted) {
  const int highest = std::clamp(wanted, 1, kRowLevel);
  int chosen = 0;
  for (const int level : hello.row_levels()) {
    if (level <= highest) chosen = level;
  }
  if (chosen != 0) return chosen;
  return absl::FailedPreconditionError(absl::StrCat(
      "this collector takes rows of levels 1 to ", highest,
      " and the agent encodes only ", absl::StrJoin(hello.row_levels(), ", "),
      "; upgrade the older of both"));
}

int RootLevelOf(const v1::Hello& hello) {
  if (hello.root_level() != 0 || hello.row_levels().empty()) {
    return hello.root_level();
  }
  return *hello.row_levels().rbegin();
}

absl::StatusOr<std::map<std::string, RootId>> ReadRoots(const v1::Roots& roots,
                                                        int row_level) {
  std::map<std::string, RootId> result;
  for (const v1::SectionRoot& section : roots.sections()) {
    if (!IsSection(section.section(), row_level)) {
      return absl::InvalidArgumentError(
          absl::StrCat("roots: there is no section \"",
                       EscapeForTerminal(Abbreviate(section.section(), 64)),
                       "\" at row level ", row_level));
    }
    if (!result.empty() && section.section() <= result.rbegin()->first) {
      return absl::InvalidArgumentError(
          "roots: sections are not in order of their names");
    }
    ROLLCALL_ASSIGN_OR_RETURN(result[section.section()],
                              RootFrom("roots.root", section.root()));
  }
  return result;
}

}  // namespace rollcall::collector
