#include "collector/changes/change_digest.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr size_t kMostBases = 100;

std::string Quoted(const std::string& text) {
  return absl::StrCat("\"", absl::Utf8SafeCEscape(text), "\"");
}

bool Later(const Moved& a, const Moved& b) { return a.stamp > b.stamp; }

// Keeps the newest.
void AddBase(const ComparedItem& item, std::vector<Moved>& bases) {
  if (item.base == KnownStamp()) return;
  bases.push_back(
      {absl::StrCat(item.difference.kind(), " ", item.difference.name()),
       item.base, item.base_change_set});
  if (bases.size() < 2 * kMostBases) return;
  std::stable_sort(bases.begin(), bases.end(), Later);
  bases.resize(kMostBases);
}

void Count(const ComparedItem& item, Compared& compared) {
  switch (item.difference.outcome()) {
    case v1::ObjectDifference::OUTCOME_ADDED:
      ++compared.added_count;
      break;
    case v1::ObjectDifference::OUTCOME_CHANGED:
      ++compared.changed_count;
      break;
    case v1::ObjectDifference::OUTCOME_REMOVED:
      ++compared.removed_count;
      break;
    default:
      break;
  }
}

absl::string_view OutcomeWord(v1::ObjectDifference::Outcome outcome) {
  switch (outcome) {
    case v1::ObjectDifference::OUTCOME_ADDED:
      return "added";
    case v1::ObjectDifference::OUTCOME_CHANGED:
      return "changed";
    case v1::ObjectDifference::OUTCOME_REMOVED:
      return "removed";
    default:
      return "unchanged";
  }
}

}  // namespace

void SetText(ComparedItem& item) {
  v1::ObjectDifference& difference = item.difference;
  const std::string& date = difference.effective_date();
  const std::string& id = difference.object_id();
  std::string text = absl::StrCat(
      difference.kind(), " ", Quoted(difference.name()), " ", id,
      id.empty() ? "" : " ", OutcomeWord(difference.outcome()), "\n  from ",
      date.empty() ? "always" : date, "\n  upon ",
      item.base == KnownStamp() ? "nothing"
                                : absl::StrFormat("%016x", item.base.raw()));
  if (!item.said.empty()) absl::StrAppend(&text, "\n  said ", item.said);
  for (const v1::FieldDifference& field : difference.fields()) {
    absl::StrAppend(&text, "\n  ", field.field(), ": ", Quoted(field.before()),
                    " -> ", Quoted(field.after()));
  }
  difference.set_text(std::move(text));
}

DigestOfTexts::DigestOfTexts(ChangeSetId change_set) {
  hash_.Update(absl::StrCat("rollcall difference of change-set ",
                            change_set.ToHex(), "\n"));
}

void DigestOfTexts::Add(const std::string& text) {
  hash_.Update(text).Update("\n");
}

std::string DigestOfTexts::Finish() {
  return absl::BytesToHexString(hash_.Finish());
}

absl::StatusOr<ComparedItem> CompareItem(const ChangeContent& content,
                                         const std::vector<std::string>& items,
                                         size_t at, const Reader& reader,
                                         KnownStamp as_of) {
  absl::string_view next;
  if (at + 1 < items.size()) next = items[at + 1];
  ROLLCALL_ASSIGN_OR_RETURN(ComparedItem item,
                            content.Compare(items[at], next, reader, as_of));
  SetText(item);
  return item;
}

absl::StatusOr<Compared> CompareItems(const ChangeContent& content,
                                      ChangeSetId change_set,
                                      const std::vector<std::string>& items,
                                      const Reader& reader, KnownStamp as_of) {
  Compared compared;
  DigestOfTexts digest(change_set);
  for (size_t at = 0; at < items.size(); ++at) {
    ROLLCALL_ASSIGN_OR_RETURN(const ComparedItem item,
                              CompareItem(content, items, at, reader, as_of));
    digest.Add(item.difference.text());
    Count(item, compared);
    AddBase(item, compared.bases);
    const std::string& date = item.difference.effective_date();
    if (at == 0 || date < compared.first_effective_date) {
      compared.first_effective_date = date;
    }
  }
  std::stable_sort(compared.bases.begin(), compared.bases.end(), Later);
  compared.bases.resize(std::min(compared.bases.size(), kMostBases));
  compared.digest = digest.Finish();
  return compared;
}

}  // namespace rollcall::collector
