#include "collector/alerts/contract_facts.h"

#include <optional>
#include <string>
#include <utility>

#include "collector/alerts/term_states.h"
#include "collector/contracts/object_states.h"
#include "collector/contracts/object_timeline.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

// Hands each object of the kind, as it was at the point, to `take`.
template <typename Take>
absl::Status ReadEach(const Reader& reader, ObjectNumber kind, const AsAt& at,
                      Take take) {
  ObjectWalk walk(reader, kind, at);
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto next, walk.Next());
    if (!next.has_value()) return absl::OkStatus();
    take(next->object);
  }
}

// Hands the term of each object of the kind to `take`, with its ids, in order;
// of those that were there on the day or before.
template <typename Take>
absl::Status ReadTerms(const Reader& reader, ObjectNumber kind,
                       const CivilDate& on, KnownStamp as_of, Take take) {
  KeyWriter prefix;
  prefix.U16(static_cast<uint16_t>(kind));
  ObjectEntries entries(kObjectTable.ScanPrefix(reader, std::move(prefix)));
  std::optional<ObjectName> name;
  ObjectTimeline timeline;
  const auto finish = [&] {
    auto term = TermOn(std::exchange(timeline, ObjectTimeline()).Take(), on);
    if (!term.has_value()) return;
    FindObjectKind(static_cast<int>(kind))->SetIds(term->object);
    take(*std::move(term));
  };
  while (true) {
    ROLLCALL_ASSIGN_OR_RETURN(auto entry, entries.Next());
    if (!entry.has_value()) break;
    if (name != entry->key.name) {
      finish();
      name = entry->key.name;
    }
    if (entry->key.stamp <= as_of) timeline.Add(*std::move(entry));
  }
  finish();
  return absl::OkStatus();
}

void NoteEnd(const std::string& id, const TermState& term,
             ContractFacts& facts) {
  if (term.end != StatedEndOf(term.object)) {
    facts.later_ends.emplace(id, term.end);
  }
}

}  // namespace

absl::StatusOr<ContractFacts> ReadContractFacts(const Reader& reader,
                                                const CivilDate& on,
                                                KnownStamp as_of) {
  const AsAt at = {on, as_of};
  ContractFacts facts;
  using Object = v1::ContractObject;
  ROLLCALL_RETURN_IF_ERROR(ReadTerms(
      reader, ObjectNumber::kContract, on, as_of, [&facts](TermState term) {
        const std::string& id = term.object.contract().contract_id();
        NoteEnd(id, term, facts);
        if (term.is_ended) facts.ended.insert(id);
        facts.contracts.push_back(std::move(*term.object.mutable_contract()));
      }));
  ROLLCALL_RETURN_IF_ERROR(ReadTerms(
      reader, ObjectNumber::kEntitlement, on, as_of, [&facts](TermState term) {
        NoteEnd(term.object.entitlement().entitlement_id(), term, facts);
        facts.entitlements.push_back(
            std::move(*term.object.mutable_entitlement()));
      }));
  ROLLCALL_RETURN_IF_ERROR(
      ReadEach(reader, ObjectNumber::kAudit, at, [&](Object& object) {
        facts.audits.push_back(std::move(*object.mutable_audit()));
      }));
  ROLLCALL_RETURN_IF_ERROR(
      ReadEach(reader, ObjectNumber::kReview, at, [&](Object& object) {
        facts.reviews.push_back(std::move(*object.mutable_review()));
      }));
  return facts;
}

}  // namespace rollcall::collector
