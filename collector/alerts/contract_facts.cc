#include "collector/alerts/contract_facts.h"

#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "collector/contracts/object_states.h"
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

// Notes those whose last state, of whatever day, ends later than `ends` has it.
class LaterEnds {
 public:
  explicit LaterEnds(ContractFacts& facts) : facts_(facts) {}

  template <typename Object>
  void NoteNow(const std::string& id, const Object& object) {
    const auto end = DayOf(object.has_end_date(), object.end_date());
    if (end.has_value()) ends_.emplace(id, *end);
  }

  template <typename Object>
  void NoteLast(const std::string& id, const Object& object) {
    const auto now = ends_.find(id);
    if (now == ends_.end()) return;
    const auto end = DayOf(object.has_end_date(), object.end_date());
    if (end.has_value() && *end <= now->second) return;
    facts_.later_ends.emplace(id, end);
  }

 private:
  ContractFacts& facts_;
  absl::flat_hash_map<std::string, CivilDate> ends_;
};

}  // namespace

absl::StatusOr<ContractFacts> ReadContractFacts(const Reader& reader,
                                                const CivilDate& on,
                                                KnownStamp as_of) {
  const AsAt at = {on, as_of};
  const AsAt last = {kAtLast.effective, as_of};
  ContractFacts facts;
  LaterEnds ends(facts);
  using Object = v1::ContractObject;
  ROLLCALL_RETURN_IF_ERROR(
      ReadEach(reader, ObjectNumber::kContract, at, [&](Object& object) {
        ends.NoteNow(object.contract().contract_id(), object.contract());
        facts.contracts.push_back(std::move(*object.mutable_contract()));
      }));
  ROLLCALL_RETURN_IF_ERROR(
      ReadEach(reader, ObjectNumber::kEntitlement, at, [&](Object& object) {
        ends.NoteNow(object.entitlement().entitlement_id(),
                     object.entitlement());
        facts.entitlements.push_back(std::move(*object.mutable_entitlement()));
      }));
  ROLLCALL_RETURN_IF_ERROR(
      ReadEach(reader, ObjectNumber::kAudit, at, [&](Object& object) {
        facts.audits.push_back(std::move(*object.mutable_audit()));
      }));
  ROLLCALL_RETURN_IF_ERROR(
      ReadEach(reader, ObjectNumber::kReview, at, [&](Object& object) {
        facts.reviews.push_back(std::move(*object.mutable_review()));
      }));
  ROLLCALL_RETURN_IF_ERROR(
      ReadEach(reader, ObjectNumber::kContract, last, [&](Object& object) {
        ends.NoteLast(object.contract().contract_id(), object.contract());
      }));
  ROLLCALL_RETURN_IF_ERROR(
      ReadEach(reader, ObjectNumber::kEntitlement, last, [&](Object& object) {
        ends.NoteLast(object.entitlement().entitlement_id(),
                      object.entitlement());
      }));
  return facts;
}

}  // namespace rollcall::collector
