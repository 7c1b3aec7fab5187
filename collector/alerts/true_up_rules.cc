// True-ups: when growth is reported and ordered.
#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "collector/alerts/alert_rules.h"

namespace rollcall::collector {
namespace {

// A yearly day in a year; 02-29 is 02-28 in years without it.
std::optional<CivilDate> DayInYear(absl::string_view day, int year) {
  const auto date = CivilDate::Parse(absl::StrCat(year, "-", day));
  if (date.ok()) return *date;
  if (day != "02-29") return std::nullopt;
  return DayOf(true, absl::StrCat(year, "-02-28"));
}

absl::string_view CountText(v1::TrueUpClause::Method method) {
  switch (method) {
    case v1::TrueUpClause::METHOD_ON_DATE:
      return "Count what is in use on this day";
    case v1::TrueUpClause::METHOD_HIGH_WATER_MARK:
      return "Count the most that was in use since the last one";
    case v1::TrueUpClause::METHOD_AVERAGE:
      return "Count the mean use since the last one";
    default:
      return "Count what is in use as the contract says";
  }
}

// Adds the dates of one contract.
class TrueUps {
 public:
  TrueUps(const v1::Contract& contract, const ContractFacts& facts,
          KeyDates& dates)
      : clause_(contract.clauses().true_up()),
        subject_(SubjectOf(contract)),
        start_(DayOf(true, contract.start_date())),
        end_(EndOf(contract, facts)),
        dates_(dates) {}

  void AddAll() {
    for (const std::string& text : clause_.dates()) {
      if (const auto day = DayOf(true, text)) AddOne(*day);
    }
    if (clause_.yearly_dates().empty()) return;
    // Of a year outside these nothing is shown.
    const CivilDate first =
        ShiftedOrEdge(dates_.FirstDue(), -clause_.order_window_days());
    const CivilDate last =
        ShiftedOrEdge(dates_.LastDue(), clause_.report_window_days());
    const int first_year =
        std::max(first.year(), start_.has_value() ? start_->year() : 0);
    const int last_year =
        end_.has_value() ? std::min(last.year(), end_->year()) : last.year();
    for (int year = first_year; year <= last_year; ++year) {
      for (const std::string& text : clause_.yearly_dates()) {
        const auto day = DayInYear(text, year);
        if (day.has_value() && IsInTerm(*day)) AddOne(*day);
      }
    }
  }

 private:
  static CivilDate ShiftedOrEdge(const CivilDate& day, int days) {
    const uint32_t edge = days < 0 ? 1 : CivilDate::kLastOrdinal;
    return day.Plus(days).value_or(*CivilDate::FromOrdinal(edge));
  }

  bool IsInTerm(const CivilDate& day) const {
    return (!start_.has_value() || day >= *start_) &&
           (!end_.has_value() || day <= *end_);
  }

  void AddOne(const CivilDate& day) {
    const auto opens = day.Plus(-clause_.report_window_days());
    const bool has_window = clause_.report_window_days() > 0;
    if (has_window && opens.has_value() && dates_.on() <= day) {
      dates_.Add(subject_, {.kind = v1::Alert::KIND_TRUE_UP_REPORT,
                            .due = *opens,
                            .action = absl::StrCat(
                                "The true-up of ", day.ToString(),
                                " may be reported from this day on: prepare "
                                "the count")});
    }
    dates_.Add(subject_, {.kind = v1::Alert::KIND_TRUE_UP,
                          .due = day,
                          .action = absl::StrCat(
                              CountText(clause_.method()), ", and report it",
                              has_window && opens.has_value()
                                  ? absl::StrCat(", which may be done from ",
                                                 opens->ToString(), " on")
                                  : "")});
    if (clause_.order_window_days() == 0) return;
    if (const auto order = day.Plus(clause_.order_window_days())) {
      dates_.Add(subject_, {.kind = v1::Alert::KIND_TRUE_UP_ORDER,
                            .due = *order,
                            .action = absl::StrCat(
                                "Order by this day what the true-up of ",
                                day.ToString(), " found")});
    }
  }

  const v1::TrueUpClause& clause_;
  const AlertSubject subject_;
  const std::optional<CivilDate> start_;
  const std::optional<CivilDate> end_;
  KeyDates& dates_;
};

}  // namespace

void AddTrueUps(const ContractFacts& facts, KeyDates& dates) {
  for (const v1::Contract& contract : facts.contracts) {
    if (contract.clauses().has_true_up()) {
      TrueUps(contract, facts, dates).AddAll();
    }
  }
}

}  // namespace rollcall::collector
