#include "collector/cli/option_names.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace rollcall::cli {
namespace {

struct OptionOfField {
  absl::string_view field;
  absl::string_view option;
};

constexpr OptionOfField kOptions[] = {
    {"agent_id", "AGENT-ID"},
    {"alert_id", "ID"},
    {"as_of", "--as-of"},
    {"change_set_id", "--change-set"},
    {"contains", "--contains"},
    {"contract_number", "--contract"},
    {"deletion_id", "ID"},
    {"device_class", "--class"},
    {"device_id", "ID"},
    {"effective_date", "--date"},
    {"event_id", "EVENT"},
    {"first_index", "--from"},
    {"hold_id", "--hold"},
    {"horizon_days", "--within"},
    {"index", "INDEX"},
    {"life", "--days"},
    {"max_uses", "--uses"},
    {"name_contains", "--name"},
    {"note", "--note"},
    {"organisation_unit", "--unit"},
    {"other_device_id", "OTHER"},
    {"principal", "--principal"},
    {"reason", "--reason"},
    {"register", "--register"},
    {"request_id", "--request-id"},
    {"sections", "--section"},
    {"stale_days", "--stale-days"},
    {"states", "--state"},
    {"subject_ids", "--subjects"},
    {"token_id", "ID"},
    {"until_date", "--until"},
};

bool IsNameCharacter(char c) { return absl::ascii_islower(c) || c == '_'; }

// What stands for `word` at byte `place` of a message: itself if it is no
// field.
absl::string_view WordFor(absl::string_view word, size_t place) {
  if (place > 0 && !absl::StrContains(word, '_')) return word;
  for (const OptionOfField& known : kOptions) {
    if (known.field == word) return known.option;
  }
  return word;
}

}  // namespace

std::string NameOptions(absl::string_view message) {
  std::string out;
  size_t place = 0;
  while (place < message.size()) {
    size_t end = place;
    while (end < message.size() && IsNameCharacter(message[end])) ++end;
    if (end == place) {
      out += message[place++];
      continue;
    }
    // What comes before "=" is the key of a default, which is no option.
    const bool is_key = end < message.size() && message[end] == '=';
    absl::string_view word = message.substr(place, end - place);
    if (!is_key) word = WordFor(word, place);
    out.append(word.data(), word.size());
    place = end;
  }
  return out;
}

}  // namespace rollcall::cli
