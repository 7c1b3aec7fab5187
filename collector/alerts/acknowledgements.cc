#include "collector/alerts/acknowledgements.h"

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "collector/alerts/acknowledgement_rules.h"
#include "collector/alerts/acknowledgement_table.h"
#include "collector/contracts/field_check.h"
#include "collector/storage/apply_once.h"
#include "collector/storage/as_of.h"
#include "common/proto_time.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr size_t kLeastDigits = 6;
constexpr size_t kIdDigits = 32;
constexpr int kMostDaysAhead = 366;
constexpr size_t kMaxNoteBytes = 1'024;
// The name (Change::names) of every change here.
constexpr char kName[] = "alert-acknowledgements";

absl::StatusOr<std::string> ReadDigits(absl::string_view text) {
  std::string digits = absl::AsciiStrToLower(text);
  if (digits.size() < kLeastDigits || digits.size() > kIdDigits ||
      digits.find_first_not_of("0123456789abcdef") != std::string::npos) {
    return absl::InvalidArgumentError(
        absl::StrCat("alert_id must be ", kIdDigits,
                     " hex digits, or the first ", kLeastDigits, " or more"));
  }
  return digits;
}

absl::Status Ambiguous(absl::string_view digits) {
  return absl::FailedPreconditionError(absl::StrCat(
      "several alerts begin with ", digits, "; write more digits"));
}

absl::Status SaysMore(absl::string_view digits, KnownStamp as_of) {
  return absl::FailedPreconditionError(absl::StrCat(
      "alert ", digits, " says something new since ",
      absl::FormatTime(absl::RFC3339_full, as_of.time(), absl::UTCTimeZone()),
      ": list alerts again, look at it, and acknowledge that"));
}

absl::StatusOr<CivilDate> ReadUntil(const std::string& text,
                                    const CivilDate& today) {
  const auto until = CivilDate::Parse(text);
  if (!until.ok()) return Annotate(until.status(), "until_date");
  if (*until >= today && until->DaysAfter(today) <= kMostDaysAhead) {
    return *until;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("until_date is ", text, "; it must be from today, ",
                   today.ToString(), ", to ", kMostDaysAhead, " days ahead"));
}

absl::Status CheckNote(const std::string& note) {
  FieldCheck check;
  check.Notes("note", !note.empty(), note, kMaxNoteBytes);
  return check.status();
}

using Found = KnownAcknowledgements::value_type;

// The acknowledgement in effect that the digits name.
absl::StatusOr<Found> FindInEffect(const Reader& reader,
                                   absl::string_view digits,
                                   const CivilDate& today) {
  ROLLCALL_ASSIGN_OR_RETURN(const auto known,
                            ReadAcknowledgements(reader, KnownStamp::Max()));
  const Found* found = nullptr;
  for (const Found& one : known) {
    const auto until =
        CivilDate::Parse(one.second.acknowledgement().until_date());
    if (!one.second.revoked_by().empty() || !until.ok() || *until < today ||
        !absl::StartsWith(one.first.ToHex(), digits)) {
      continue;
    }
    if (found != nullptr) return Ambiguous(digits);
    found = &one;
  }
  if (found != nullptr) return *found;
  return absl::NotFoundError(
      absl::StrCat("no acknowledgement of an alert ", digits, " is in effect"));
}

}  // namespace

absl::StatusOr<v1::Alert> Acknowledgements::FindAt(
    AlertMoment& moment, absl::string_view digits) const {
  AlertSettings settings;
  settings.told_horizon_days = settings.horizon_days;
  settings.horizon_days = kMaxHorizonDays;
  settings.id_begin = std::string(digits);
  ROLLCALL_ASSIGN_OR_RETURN(const AlertReader::Alerts alerts,
                            reader_.Read(moment, std::move(settings)));
  if (alerts->size() > 1) return Ambiguous(digits);
  if (!alerts->empty()) return alerts->front();
  return absl::NotFoundError(absl::StrCat("there is no alert ", digits, " on ",
                                          moment.on().ToString()));
}

absl::StatusOr<Acknowledgements::Seen> Acknowledgements::FindSeen(
    absl::string_view digits, KnownStamp as_of, const CivilDate& today) const {
  AlertMoment now(reader_.sources(), KnownStamp::Max(), today);
  ROLLCALL_ASSIGN_OR_RETURN(const v1::Alert alert, FindAt(now, digits));
  ROLLCALL_ASSIGN_OR_RETURN(const auto name, now.ReadName());
  const KnownStamp newest = name.has_value() ? name->as_of : KnownStamp();
  if (as_of >= newest) return Seen{alert, alert, newest};
  AlertMoment moment(reader_.sources(), as_of, today);
  absl::StatusOr<v1::Alert> then = FindAt(moment, alert.alert_id());
  // What was not there was not seen either.
  if (absl::IsNotFound(then.status())) return SaysMore(digits, as_of);
  if (!then.ok()) return then.status();
  if (!IsCovered(alert, AsAcknowledged(*then), as_of.time())) {
    return SaysMore(digits, as_of);
  }
  return Seen{alert, *std::move(then), as_of};
}

absl::StatusOr<v1::AcknowledgeAlertResponse> Acknowledgements::Acknowledge(
    const v1::AcknowledgeAlertRequest& request, absl::string_view principal) {
  const CivilDate today = CivilDate::InUtc(clock_.Now());
  ROLLCALL_ASSIGN_OR_RETURN(const std::string digits,
                            ReadDigits(request.alert_id()));
  ROLLCALL_RETURN_IF_ERROR(CheckNote(request.note()));
  ROLLCALL_ASSIGN_OR_RETURN(const KnownStamp as_of, AsOf(request));
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto repeatable,
      RepeatableRequest::Create("rollcall.v1.AlertService.AcknowledgeAlert",
                                principal, request.request_id(), request));
  ROLLCALL_ASSIGN_OR_RETURN(auto given,
                            repeatable.FindAnswer<v1::AcknowledgeAlertResponse>(
                                reader_.sources().fleet.engine));
  if (given.has_value()) return *std::move(given);
  ROLLCALL_ASSIGN_OR_RETURN(const CivilDate until,
                            ReadUntil(request.until_date(), today));
  ROLLCALL_ASSIGN_OR_RETURN(const Seen seen, FindSeen(digits, as_of, today));
  const auto work = [&](KnownStamp stamp, const Reader&, Writes& writes,
                        v1::AcknowledgeAlertResponse& response) {
    *response.mutable_alert() = seen.now;
    v1::AlertAcknowledgement& one =
        *response.mutable_alert()->mutable_acknowledgement();
    one.Clear();
    one.set_until_date(until.ToString());
    one.set_note(request.note());
    one.set_principal(std::string(principal));
    *one.mutable_time() = ToProto(stamp.time());
    stored::v1::AlertAcknowledgementRecord record;
    AcknowledgedAlert kept = AsAcknowledged(seen.then);
    *record.mutable_alert() = std::move(kept.alert);
    if (kept.had_caveat.has_value()) record.set_had_caveat(*kept.had_caveat);
    *record.mutable_acknowledgement() = one;
    record.set_seen_stamp(seen.stamp.raw());
    kAcknowledgementTable.Put(
        writes.head, {*AlertId::FromHex(seen.now.alert_id()), stamp}, record);
    return absl::OkStatus();
  };
  auto response = ApplyOnce<v1::AcknowledgeAlertResponse>(committer_, {kName},
                                                          repeatable, work);
  if (response.ok()) ++changes_;
  return response;
}

absl::StatusOr<v1::RevokeAcknowledgementResponse> Acknowledgements::Revoke(
    const v1::RevokeAcknowledgementRequest& request,
    absl::string_view principal) {
  const CivilDate today = CivilDate::InUtc(clock_.Now());
  ROLLCALL_ASSIGN_OR_RETURN(const std::string digits,
                            ReadDigits(request.alert_id()));
  ROLLCALL_ASSIGN_OR_RETURN(
      const auto repeatable,
      RepeatableRequest::Create(
          "rollcall.v1.AlertService.RevokeAcknowledgement", principal,
          request.request_id(), request));
  const auto work =
      [&](KnownStamp stamp, const Reader& reader, Writes& writes,
          v1::RevokeAcknowledgementResponse& response) -> absl::Status {
    ROLLCALL_ASSIGN_OR_RETURN(const Found found,
                              FindInEffect(reader, digits, today));
    stored::v1::AlertAcknowledgementRecord record = found.second;
    record.set_revoked_by(std::string(principal));
    kAcknowledgementTable.Put(writes.head, {found.first, stamp}, record);
    response.set_alert_id(found.first.ToHex());
    *response.mutable_acknowledgement() = found.second.acknowledgement();
    return absl::OkStatus();
  };
  auto response = ApplyOnce<v1::RevokeAcknowledgementResponse>(
      committer_, {kName}, repeatable, work);
  if (response.ok()) ++changes_;
  return response;
}

}  // namespace rollcall::collector
