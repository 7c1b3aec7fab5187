#include "collector/presence/match_words.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/proto_time.h"

namespace rollcall::collector {
namespace {

constexpr size_t kShortIdDigits = 12;

std::string Quoted(absl::string_view text) {
  return absl::StrCat("\"", text, "\"");
}

std::string Counted(size_t count, absl::string_view thing) {
  if (count == 0) return absl::StrCat("no ", thing);
  return absl::StrCat(count, " ", thing, count == 1 ? "" : "s");
}

// The value of one field of a line or a device, in quotes.
template <typename Machine>
std::string FieldValue(const Machine& machine, MatchField field) {
  switch (field) {
    case MatchField::kSerial:
      return Quoted(machine.serial_number());
    case MatchField::kMac:
      return Quoted(absl::StrJoin(machine.macs(), ";"));
    case MatchField::kHostname:
      return Quoted(machine.hostname());
  }
  return "";
}

std::string UseWords(const ValueUse& use) {
  const std::string value =
      absl::StrCat(FieldName(use.field), " ", Quoted(use.value), ": ");
  if (use.lines + use.devices == 0) {
    return absl::StrCat(value, "numbers nothing");
  }
  return absl::StrCat(value, "on ", Counted(use.devices, "device"), " and ",
                      Counted(use.lines, "line"),
                      use.counts ? "" : ", too many to tell which");
}

}  // namespace

std::string TimeWords(const google::protobuf::Timestamp& time) {
  return absl::FormatTime("%Y-%m-%d %H:%MZ", FromProto(time),
                          absl::UTCTimeZone());
}

std::string DeviceWords(const v1::Device& device) {
  const std::string id =
      absl::StrCat("device ", device.device_id().substr(0, kShortIdDigits));
  if (!device.has_hostname()) return id;
  return absl::StrCat(id, " (", Quoted(device.hostname()), ")");
}

std::string LineWords(const v1::ExpectedDevice& line) {
  return absl::StrCat(line.asset_tag(), " of register ",
                      Quoted(line.register_()));
}

std::string FieldWords(const std::vector<MatchField>& fields) {
  return absl::StrJoin(fields, " and ", [](std::string* out, MatchField field) {
    absl::StrAppend(out, FieldName(field));
  });
}

std::string SilenceWords(const DiscoveredDevice& device,
                         absl::Duration stale_after) {
  const std::string last =
      device.facts.has_last_seen()
          ? absl::StrCat("last heard of on ",
                         TimeWords(device.facts.last_seen()))
          : "when it was last heard of is not known";
  return absl::StrCat("its agent has been silent for ",
                      Counted(device.silence / absl::Hours(24), "day"),
                      " in which the collector was there (",
                      stale_after / absl::Hours(24), " allowed); ", last);
}

std::string ValueWords(const std::vector<ValueUse>& uses) {
  std::vector<std::string> values;
  for (const ValueUse& use : uses) {
    if (!use.counts) continue;
    values.push_back(
        absl::StrCat(FieldName(use.field), " ", Quoted(use.value)));
  }
  if (values.size() < 2) return absl::StrJoin(values, "");
  const std::string last = values.back();
  values.pop_back();
  return absl::StrCat(absl::StrJoin(values, ", "), " or ", last);
}

std::string SpeaksWords(const v1::Device& device) {
  return device.has_last_seen()
             ? absl::StrCat("an agent speaks for it, last on ",
                            TimeWords(device.last_seen()))
             : "an agent speaks for it";
}

std::vector<std::string> UseEvidence(const std::vector<ValueUse>& uses) {
  std::vector<std::string> evidence;
  evidence.reserve(uses.size());
  for (const ValueUse& use : uses) evidence.push_back(UseWords(use));
  return evidence;
}

std::vector<std::string> ComparisonEvidence(const RegisterMatch& match,
                                            size_t line, size_t device) {
  const Comparison compared = match.matcher().values().Compare(line, device);
  const v1::ExpectedDevice& expected = match.line(line);
  const v1::Device& facts = match.device(device).facts;
  std::vector<std::string> evidence;
  for (const MatchField field : compared.agreeing) {
    evidence.push_back(absl::StrCat(FieldName(field), " agrees: register ",
                                    FieldValue(expected, field), ", device ",
                                    FieldValue(facts, field)));
  }
  for (const MatchField field : compared.differing) {
    evidence.push_back(absl::StrCat(FieldName(field), " differs: register ",
                                    FieldValue(expected, field), ", device ",
                                    FieldValue(facts, field)));
  }
  return evidence;
}

Obstacle ObstacleBetween(const RegisterMatch& match, size_t line, size_t device,
                         const MatchOutcome& taken, absl::string_view by) {
  if (match.matcher().values().Blocked(line, device)) {
    return {"SERIAL_DIFFERS",
            absl::StrCat(
                "but the device's serial is ",
                FieldValue(match.device(device).facts, MatchField::kSerial),
                " and the register's ",
                FieldValue(match.line(line), MatchField::kSerial))};
  }
  const bool belongs = taken.kind == MatchOutcome::Kind::kMatched;
  return {"COUNTERPART_TAKEN",
          absl::StrCat("but ", belongs ? "belongs to " : "fits also ", by)};
}

}  // namespace rollcall::collector
