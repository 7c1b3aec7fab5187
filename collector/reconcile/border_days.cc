#include "collector/reconcile/border_days.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "collector/reconcile/use_rights.h"

namespace rollcall::collector {
namespace {

bool InTerm(const LineSaying* saying, const CivilDate& day) {
  return saying != nullptr && OutOfTerm(saying->line, day).empty();
}

// Whether what is proposed shows also where the line is out of term: it says by
// being there that its product is bought, and under which metric.
bool MovesOutOfTerm(const LineHistory::Stretch& stretch) {
  if (stretch.before == nullptr || stretch.after == nullptr) return true;
  return stretch.before->product != stretch.after->product ||
         stretch.before->line.metric() != stretch.after->line.metric();
}

// Days on which the term of the line begins, or is over.
void AddTermBorders(const LineSaying* saying, std::vector<CivilDate>& days) {
  if (saying == nullptr) return;
  const auto start = CivilDate::Parse(saying->line.start_date());
  if (start.ok()) days.push_back(*start);
  if (!saying->line.has_end_date()) return;
  const auto end = CivilDate::Parse(saying->line.end_date());
  const auto over = end.ok() ? end->Plus(1) : std::nullopt;
  if (over.has_value()) days.push_back(*over);
}

// The first days of the parts of a stretch: within a part each state is in term
// on all days or on none. `next` is where the next stretch begins.
std::vector<CivilDate> PartsOf(const LineHistory::Stretch& stretch,
                               const std::optional<CivilDate>& next) {
  std::vector<CivilDate> days;
  AddTermBorders(stretch.before, days);
  AddTermBorders(stretch.after, days);
  days.erase(std::remove_if(days.begin(), days.end(),
                            [&](const CivilDate& day) {
                              return (stretch.from.has_value() &&
                                      day < *stretch.from) ||
                                     (next.has_value() && day >= *next);
                            }),
             days.end());
  if (stretch.from.has_value()) days.push_back(*stretch.from);
  std::sort(days.begin(), days.end());
  days.erase(std::unique(days.begin(), days.end()), days.end());
  return days;
}

// The first days of what differs on some days, and not today.
void AddBorders(const LineHistory& line, const CivilDate& today,
                std::map<CivilDate, int>& lines_of) {
  const auto stretches = line.stretches();
  for (size_t i = 0; i < stretches.size(); ++i) {
    const LineHistory::Stretch& stretch = stretches[i];
    if (!stretch.Differs()) continue;
    const std::optional<CivilDate> next =
        i + 1 < stretches.size() ? stretches[i + 1].from : std::nullopt;
    const std::vector<CivilDate> parts = PartsOf(stretch, next);
    for (size_t part = 0; part < parts.size(); ++part) {
      const CivilDate& first = parts[part];
      const bool shows = InTerm(stretch.before, first) ||
                         InTerm(stretch.after, first) ||
                         (first == stretch.from && MovesOutOfTerm(stretch));
      if (!shows) continue;
      const auto over = part + 1 < parts.size() ? parts[part + 1] : next;
      if (first <= today && (!over.has_value() || today < *over)) continue;
      ++lines_of[first];
    }
  }
}

}  // namespace

BorderDays BorderDaysOf(absl::Span<const LineHistory> lines,
                        const CivilDate& today, size_t most) {
  std::map<CivilDate, int> lines_of;
  for (const LineHistory& line : lines) AddBorders(line, today, lines_of);
  lines_of.erase(today);
  std::vector<std::pair<CivilDate, int>> days(lines_of.begin(), lines_of.end());
  const auto rank = [&](const std::pair<CivilDate, int>& day) {
    const int after = day.first.DaysAfter(today);
    return std::make_tuple(-day.second, std::abs(after), -after);
  };
  std::sort(days.begin(), days.end(),
            [&](const auto& a, const auto& b) { return rank(a) < rank(b); });
  BorderDays borders;
  borders.compared.push_back(today);
  for (const auto& [day, count] : days) {
    (borders.compared.size() < most ? borders.compared : borders.left_out)
        .push_back(day);
  }
  std::sort(borders.compared.begin(), borders.compared.end());
  std::sort(borders.left_out.begin(), borders.left_out.end());
  return borders;
}

}  // namespace rollcall::collector
