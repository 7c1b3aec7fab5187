#include "collector/presence/undiscovered_rows.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/presence/match_words.h"

namespace rollcall::collector {
namespace {

using v1::UndiscoveredDevice;

UndiscoveredDevice MakeRow(UndiscoveredDevice::State state,
                           const v1::ExpectedDevice* line,
                           const DiscoveredDevice* device) {
  UndiscoveredDevice row;
  row.set_state(state);
  if (line != nullptr) {
    *row.mutable_expected() = *line;
    if (line->has_hostname()) row.set_hostname(line->hostname());
    if (line->has_serial_number()) {
      row.set_serial_number(line->serial_number());
    }
  }
  if (device == nullptr) return row;
  const v1::Device& facts = device->facts;
  row.set_device_id(facts.device_id());
  if (facts.has_hostname()) row.set_hostname(facts.hostname());
  if (facts.has_serial_number()) row.set_serial_number(facts.serial_number());
  if (facts.has_first_seen()) *row.mutable_first_seen() = facts.first_seen();
  if (facts.has_last_seen()) *row.mutable_last_seen() = facts.last_seen();
  return row;
}

void SetReason(absl::string_view code, std::string words,
               UndiscoveredDevice& row) {
  row.set_reason_code(std::string(code));
  row.set_reason(std::move(words));
}

void AddEvidence(const std::vector<std::string>& evidence,
                 UndiscoveredDevice& row) {
  row.mutable_evidence()->Add(evidence.begin(), evidence.end());
}

// Says how the two agree and what blocked them.
void SetFields(const RegisterMatch& match, size_t line, size_t device,
               v1::NearMatch& nearest) {
  const ValueIndex& values = match.matcher().values();
  for (const MatchField field : values.Compare(line, device).agreeing) {
    nearest.add_agreeing_fields(std::string(FieldName(field)));
  }
  if (values.Blocked(line, device)) {
    nearest.add_blocking_fields(std::string(FieldName(MatchField::kSerial)));
  }
}

std::string NearestWords(absl::string_view who, const v1::NearMatch& nearest,
                         const Obstacle& obstacle) {
  return absl::StrCat("; nearest is ", who, ", which agrees in ",
                      absl::StrJoin(nearest.agreeing_fields(), " and "), ", ",
                      obstacle.words);
}

bool AnyCounts(const std::vector<ValueUse>& uses) {
  return std::any_of(uses.begin(), uses.end(),
                     [](const ValueUse& use) { return use.counts; });
}

// The other lines that the device fits as well as `line`.
std::vector<std::string> Rivals(const RegisterMatch& match, size_t line,
                                size_t device) {
  std::vector<std::string> rivals;
  for (const uint32_t rival : match.matcher().device(device).others) {
    if (rival != line) rivals.push_back(match.line(rival).asset_tag());
  }
  return rivals;
}

}  // namespace

UndiscoveredDevice NeverSeenRow(const RegisterMatch& match, size_t line) {
  const v1::ExpectedDevice& expected = match.line(line);
  UndiscoveredDevice row =
      MakeRow(UndiscoveredDevice::STATE_NEVER_SEEN, &expected, nullptr);
  const auto uses = match.matcher().values().LineValues(line);
  AddEvidence(UseEvidence(uses), row);
  const std::string start =
      absl::StrCat("no agent ever spoke for ", LineWords(expected));
  const MatchOutcome& outcome = match.matcher().line(line);
  if (outcome.others.empty()) {
    if (AnyCounts(uses)) {
      SetReason("NO_FIELD_MATCHES",
                absl::StrCat(start, "; no device has ", ValueWords(uses)), row);
    } else {
      SetReason("VALUES_TOO_COMMON",
                absl::StrCat("no value of ", LineWords(expected),
                             " tells which device it is"),
                row);
    }
    return row;
  }
  const size_t device = outcome.others[0];
  const v1::Device& facts = match.device(device).facts;
  row.mutable_nearest()->set_device_id(facts.device_id());
  SetFields(match, line, device, *row.mutable_nearest());
  const MatchOutcome& taken = match.matcher().device(device);
  const std::string by =
      taken.others.empty() ? "" : LineWords(match.line(taken.others[0]));
  const Obstacle obstacle = ObstacleBetween(match, line, device, taken, by);
  SetReason(obstacle.reason_code,
            absl::StrCat(start, NearestWords(DeviceWords(facts), row.nearest(),
                                             obstacle)),
            row);
  return row;
}

UndiscoveredDevice AmbiguousRow(const RegisterMatch& match, size_t line) {
  const v1::ExpectedDevice& expected = match.line(line);
  const MatchOutcome& outcome = match.matcher().line(line);
  UndiscoveredDevice row =
      MakeRow(UndiscoveredDevice::STATE_AMBIGUOUS, &expected, nullptr);
  std::vector<std::string> fitting;
  for (const uint32_t device : outcome.others) {
    fitting.push_back(DeviceWords(match.device(device).facts));
    const auto compared = match.matcher().values().Compare(line, device);
    row.add_evidence(absl::StrCat(fitting.back(), " agrees in ",
                                  FieldWords(compared.agreeing)));
  }
  const size_t first = outcome.others[0];
  row.mutable_nearest()->set_device_id(match.device(first).facts.device_id());
  SetFields(match, line, first, *row.mutable_nearest());
  const auto rivals = Rivals(match, line, first);
  if (fitting.size() > 1) {
    SetReason("SEVERAL_DEVICES_FIT",
              absl::StrCat(LineWords(expected), " fits several devices: ",
                           absl::StrJoin(fitting, ", ")),
              row);
  } else if (!rivals.empty()) {
    SetReason("SEVERAL_LINES_FIT",
              absl::StrCat(fitting[0], " fits ", LineWords(expected),
                           " and also ", absl::StrJoin(rivals, ", ")),
              row);
  } else {
    SetReason("VALUE_SHARED",
              absl::StrCat(LineWords(expected), " fits ", fitting[0],
                           " only by what others carry as well"),
              row);
  }
  return row;
}

UndiscoveredDevice StaleRow(const RegisterMatch& match, size_t line,
                            size_t device, absl::Duration stale_after) {
  UndiscoveredDevice row = MakeRow(UndiscoveredDevice::STATE_AGENT_STALE,
                                   &match.line(line), &match.device(device));
  SetReason("SILENT_TOO_LONG", SilenceWords(match.device(device), stale_after),
            row);
  AddEvidence(ComparisonEvidence(match, line, device), row);
  return row;
}

UndiscoveredDevice ShouldBeGoneRow(const RegisterMatch& match, size_t line,
                                   size_t device) {
  const v1::ExpectedDevice& expected = match.line(line);
  const DiscoveredDevice& seen = match.device(device);
  UndiscoveredDevice row =
      MakeRow(UndiscoveredDevice::STATE_SHOULD_BE_GONE, &expected, &seen);
  SetReason(
      absl::StrCat(absl::AsciiStrToUpper(expected.status()), "_BUT_SPEAKS"),
      absl::StrCat(LineWords(expected), " is ", expected.status(),
                   ", known since ", TimeWords(expected.status_known_time()),
                   ", and an agent spoke for it on ",
                   TimeWords(seen.facts.last_seen())),
      row);
  AddEvidence(ComparisonEvidence(match, line, device), row);
  return row;
}

UndiscoveredDevice NotOwnedRow(const RegisterMatch* nearest,
                               const DiscoveredDevice& device, size_t place) {
  UndiscoveredDevice row =
      MakeRow(UndiscoveredDevice::STATE_NOT_OWNED, nullptr, &device);
  if (nearest == nullptr) {
    SetReason(
        "NO_REGISTER",
        absl::StrCat(SpeaksWords(device.facts), "; no register is imported"),
        row);
    return row;
  }
  const auto uses = nearest->matcher().values().DeviceValues(place);
  AddEvidence(UseEvidence(uses), row);
  const MatchOutcome& outcome = nearest->matcher().device(place);
  if (outcome.others.empty()) {
    SetReason("NO_LINE_MATCHES",
              absl::StrCat(SpeaksWords(device.facts), "; no register has ",
                           AnyCounts(uses) ? ValueWords(uses)
                                           : "a value that tells which it is"),
              row);
    return row;
  }
  const size_t line = outcome.others[0];
  row.mutable_nearest()->set_asset_tag(nearest->line(line).asset_tag());
  SetFields(*nearest, line, place, *row.mutable_nearest());
  const MatchOutcome& taken = nearest->matcher().line(line);
  const std::string by =
      taken.others.empty()
          ? ""
          : DeviceWords(nearest->device(taken.others[0]).facts);
  const Obstacle obstacle = ObstacleBetween(*nearest, line, place, taken, by);
  SetReason(obstacle.reason_code,
            absl::StrCat(SpeaksWords(device.facts), "; no register expects it",
                         NearestWords(LineWords(nearest->line(line)),
                                      row.nearest(), obstacle)),
            row);
  return row;
}

UndiscoveredDevice StaleAndNotOwnedRow(const RegisterMatch* nearest,
                                       const DiscoveredDevice& device,
                                       size_t place,
                                       absl::Duration stale_after) {
  UndiscoveredDevice row = NotOwnedRow(nearest, device, place);
  row.set_state(UndiscoveredDevice::STATE_AGENT_STALE);
  SetReason("SILENT_AND_NOT_OWNED",
            absl::StrCat(SilenceWords(device, stale_after),
                         "; no register expects it"),
            row);
  return row;
}

}  // namespace rollcall::collector
