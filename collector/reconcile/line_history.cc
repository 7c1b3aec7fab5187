#include "collector/reconcile/line_history.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "collector/reconcile/position.h"

namespace rollcall::collector {
namespace {

// What the line is from the day of `saying` on, which is what was said last of
// that day. Where that voids the day, it is what it was.
const LineSaying* Decide(const LineSaying& saying, const LineSaying* was) {
  switch (saying.action) {
    case v1::ObjectChange::ACTION_SET:
      return &saying;
    case v1::ObjectChange::ACTION_RETRACT:
      return was;
    default:
      return nullptr;
  }
}

}  // namespace

bool LineHistory::Stretch::Differs() const {
  if (before == nullptr || after == nullptr) return before != after;
  return before != after && !CountAlike(before->line, after->line);
}

LineHistory::LineHistory(std::vector<LineSaying> said)
    : said_(std::move(said)), stretches_(1) {
  std::sort(said_.begin(), said_.end(), [](const auto& a, const auto& b) {
    return std::tie(a.effective, a.is_proposed, a.stamp) <
           std::tie(b.effective, b.is_proposed, b.stamp);
  });
  for (size_t i = 0; i < said_.size(); ++i) {
    const LineSaying& saying = said_[i];
    if (saying.effective != stretches_.back().from) {
      Stretch next = stretches_.back();
      next.from = saying.effective;
      stretches_.push_back(next);
    }
    const bool ends_day =
        i + 1 == said_.size() || said_[i + 1].effective != saying.effective;
    Stretch& stretch = stretches_.back();
    if (!saying.is_proposed && (ends_day || said_[i + 1].is_proposed)) {
      stretch.before = Decide(saying, stretch.before);
    }
    if (ends_day) stretch.after = Decide(saying, stretch.after);
  }
}

const LineHistory::Stretch& LineHistory::On(const CivilDate& day) const {
  const auto after = std::upper_bound(
      stretches_.begin() + 1, stretches_.end(), day,
      [](const CivilDate& a, const Stretch& b) { return a < *b.from; });
  return *(after - 1);
}

}  // namespace rollcall::collector
