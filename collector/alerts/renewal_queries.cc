#include "collector/alerts/renewal_queries.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "collector/alerts/alert_rules.h"
#include "collector/alerts/renewal_rules.h"
#include "collector/contracts/object_states.h"
#include "collector/rpc/paging.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr int kDefaultDays = 365;
constexpr size_t kMostVendorBytes = 256;

using Entries = std::vector<ObjectEntries::Entry>;

// What the entries of one contract, in the order of their keys, say that it is
// after all days, as known at a stamp.
KnownTerm TermAt(const Entries& entries, const ObjectEntries::Entry& newest) {
  const KnownStamp stamp = newest.key.stamp;
  KnownTerm term = {.known = CivilDate::InUtc(stamp.time()),
                    .change_set_id = newest.change_set.ToHex(),
                    .exists = false,
                    .end = std::nullopt,
                    .vendor = ""};
  StateChoice choice({kAtLast.effective, stamp});
  for (const ObjectEntries::Entry& entry : entries) {
    const v1::ObjectChange& change = entry.record.change();
    if (!choice.Decides(entry.key.effective, entry.key.stamp,
                        change.action())) {
      continue;
    }
    term.exists = change.action() == v1::ObjectChange::ACTION_SET;
    if (!term.exists) break;
    const v1::Contract& contract = change.object().contract();
    term.end = DayOf(contract.has_end_date(), contract.end_date());
    term.vendor = contract.vendor();
    break;
  }
  return term;
}

// Adds the renewals of the contract that all the entries are of.
void AddRenewals(const Entries& entries, std::vector<v1::Renewal>& renewals) {
  if (entries.empty()) return;
  std::vector<const ObjectEntries::Entry*> by_stamp;
  for (const ObjectEntries::Entry& entry : entries) by_stamp.push_back(&entry);
  std::sort(by_stamp.begin(), by_stamp.end(), [](const auto* a, const auto* b) {
    return a->key.stamp < b->key.stamp;
  });
  std::vector<KnownTerm> terms;
  for (size_t i = 0; i < by_stamp.size(); ++i) {
    // One change may say several days of it: they were known together.
    if (i + 1 < by_stamp.size() &&
        by_stamp[i]->key.stamp == by_stamp[i + 1]->key.stamp) {
      continue;
    }
    terms.push_back(TermAt(entries, *by_stamp[i]));
  }
  const v1::Contract& contract =
      by_stamp.back()->record.change().object().contract();
  for (v1::Renewal& renewal : RenewalsOf(
           contract.contract_number(),
           ObjectIdHex(ObjectNumber::kContract, {contract.contract_number()}),
           terms)) {
    renewals.push_back(std::move(renewal));
  }
}

absl::StatusOr<std::vector<v1::Renewal>> ReadRenewals(const Reader& reader) {
  KeyWriter prefix;
  prefix.U16(static_cast<uint16_t>(ObjectNumber::kContract));
  ObjectEntries walk(kObjectTable.ScanPrefix(reader, std::move(prefix)));
  std::vector<v1::Renewal> renewals;
  Entries of_one;
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, walk.Next());
    if (!entry.has_value()) break;
    if (!of_one.empty() && of_one.front().key.name != entry->key.name) {
      AddRenewals(of_one, renewals);
      of_one.clear();
    }
    of_one.push_back(*std::move(entry));
  }
  AddRenewals(of_one, renewals);
  return renewals;
}

absl::StatusOr<CivilDate> ReadDate(absl::string_view field,
                                   const std::string& text,
                                   const CivilDate& otherwise) {
  if (text.empty()) return otherwise;
  const auto day = CivilDate::Parse(text);
  if (!day.ok()) return Annotate(day.status(), field);
  return *day;
}

// The latest day first, then by contract: as text that is ordered so.
std::string OrderOf(const v1::Renewal& renewal) {
  const auto day = CivilDate::Parse(renewal.agreed_date());
  const uint32_t left = CivilDate::kLastOrdinal - (*day).Ordinal();
  return absl::StrCat(absl::Hex(left, absl::kZeroPad8), renewal.contract_id(),
                      renewal.end_date_before(), renewal.change_set_id());
}

}  // namespace

absl::StatusOr<v1::ListRenewalsResponse> RenewalQueries::ListRenewals(
    const v1::ListRenewalsRequest& request) const {
  ROLLCALL_ASSIGN_OR_RETURN(const Page page, ReadPage(request));
  if (request.vendor().size() > kMostVendorBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("vendor is longer than ", kMostVendorBytes, " bytes"));
  }
  ROLLCALL_ASSIGN_OR_RETURN(const CivilDate last,
                            ReadDate("last_date", request.last_date(),
                                     CivilDate::InUtc(clock_.Now())));
  ROLLCALL_ASSIGN_OR_RETURN(
      const CivilDate first,
      ReadDate("first_date", request.first_date(),
               last.Plus(-kDefaultDays).value_or(*CivilDate::FromOrdinal(1))));
  const auto snapshot = engine_.Snapshot();
  ROLLCALL_ASSIGN_OR_RETURN(auto renewals, ReadRenewals(*snapshot));
  std::erase_if(renewals, [&](const v1::Renewal& renewal) {
    const auto day = CivilDate::Parse(renewal.agreed_date());
    return *day < first || *day > last ||
           (!request.vendor().empty() &&
            !absl::EqualsIgnoreCase(request.vendor(), renewal.vendor()));
  });
  std::sort(renewals.begin(), renewals.end(),
            [](const v1::Renewal& a, const v1::Renewal& b) {
              return OrderOf(a) < OrderOf(b);
            });
  v1::ListRenewalsResponse response;
  response.set_first_date(first.ToString());
  response.set_last_date(last.ToString());
  SumUp(renewals, response);
  for (v1::Renewal& renewal : renewals) {
    if (OrderOf(renewal) <= page.after) continue;
    if (response.renewals_size() == page.size) {
      response.set_next_page_token(
          page.TokenAfter(OrderOf(response.renewals(page.size - 1))));
      break;
    }
    *response.add_renewals() = std::move(renewal);
  }
  return response;
}

}  // namespace rollcall::collector
