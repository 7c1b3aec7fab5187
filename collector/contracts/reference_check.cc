#include "collector/contracts/reference_check.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/contracts/contract_content.h"
#include "collector/contracts/documents/document_check.h"
#include "collector/contracts/master_check.h"
#include "collector/contracts/object_kind.h"
#include "collector/contracts/object_references.h"
#include "collector/contracts/object_table.h"
#include "collector/contracts/object_timeline.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

using States = std::vector<ObjectTimeline::State>;

struct ObjectRef {
  uint16_t kind;
  ObjectName name;

  friend auto operator<=>(const ObjectRef&, const ObjectRef&) = default;
};

ObjectRef RefTo(const v1::ContractObject& object) {
  return {static_cast<uint16_t>(object.object_case()), NameOf(object)};
}

std::string InWords(const v1::ContractObject& object) {
  return absl::StrCat(FindObjectKind(object.object_case())->word(), " ",
                      NameInWords(object));
}

// Whether what refers so must end by the time that the other does. What is
// history stays.
bool EndsWith(ObjectNumber kind, ObjectNumber target) {
  return (kind == ObjectNumber::kEntitlement ||
          kind == ObjectNumber::kContract) &&
         target != ObjectNumber::kAmendment;
}

// Whether objects of the kind are referred to.
bool IsTarget(int kind) {
  return kind == ObjectNumber::kVendor || kind == ObjectNumber::kContract ||
         kind == ObjectNumber::kAmendment;
}

// The changes, and the objects that they are of and refer to, read once each.
class ReferenceCheck {
 public:
  ReferenceCheck(ChangeWalk changes, const Reader& reader)
      : changes_(changes), reader_(reader), documents_(reader) {}

  absl::Status Run() {
    ROLLCALL_RETURN_IF_ERROR(Index(/*targets=*/true));
    ROLLCALL_RETURN_IF_ERROR(changes_(
        [this](const v1::ObjectChange& change) { return CheckOne(change); }));
    return CheckTakenAway();
  }

 private:
  absl::Status CheckOne(const v1::ObjectChange& change) {
    ROLLCALL_RETURN_IF_ERROR(documents_.Check(change));
    if (change.action() == v1::ObjectChange::ACTION_SET) {
      return CheckSet(change);
    }
    TakeAway(change.object());
    return change.action() == v1::ObjectChange::ACTION_RETRACT
               ? CheckWhatIsLeft(change.object())
               : absl::OkStatus();
  }

  // Of what others refer to, or of all else.
  absl::Status Index(bool targets) {
    return changes_([&](const v1::ObjectChange& change) {
      if (IsTarget(change.object().object_case()) == targets) {
        proposed_[RefTo(change.object())].push_back(change);
      }
      return absl::OkStatus();
    });
  }

  // What is proposed of an object. Those many that nothing refers to are
  // indexed once one of them is asked for.
  absl::StatusOr<absl::Span<const v1::ObjectChange>> ProposedOf(
      const ObjectRef& ref) {
    if (!all_indexed_ && !IsTarget(ref.kind)) {
      ROLLCALL_RETURN_IF_ERROR(Index(/*targets=*/false));
      all_indexed_ = true;
    }
    const auto it = proposed_.find(ref);
    if (it == proposed_.end()) return absl::Span<const v1::ObjectChange>();
    return absl::Span<const v1::ObjectChange>(it->second);
  }

  absl::StatusOr<States> StatesOf(const ObjectRef& ref) {
    ROLLCALL_ASSIGN_OR_RETURN(const auto proposed, ProposedOf(ref));
    return ReadTimeline(reader_, static_cast<ObjectNumber>(ref.kind), ref.name,
                        proposed);
  }

  absl::StatusOr<const States*> Target(const ObjectRef& ref) {
    auto it = targets_.find(ref);
    if (it == targets_.end()) {
      ROLLCALL_ASSIGN_OR_RETURN(States states, StatesOf(ref));
      it = targets_.emplace(ref, std::move(states)).first;
    }
    return &it->second;
  }

  absl::Status CheckSet(const v1::ObjectChange& change) {
    const auto day = EffectiveDay(change);
    const uint32_t from = day.has_value() ? day->Ordinal() : 0;
    const ObjectNumber kind = change.object().object_case();
    for (const ObjectReference& to : ReferencesOf(change.object())) {
      ROLLCALL_ASSIGN_OR_RETURN(
          const States* const target,
          Target({static_cast<uint16_t>(to.kind), to.name}));
      ROLLCALL_RETURN_IF_ERROR(CheckBegin(change.object(), from, to, *target));
      if (!EndsWith(kind, to.kind)) continue;
      const auto end =
          EndAfter(*target, std::max(from, FirstDayOf(*target).value_or(0)));
      if (!end.has_value()) continue;
      // Seldom, so that not each line of a file has its own states read.
      ROLLCALL_ASSIGN_OR_RETURN(const States own,
                                StatesOf(RefTo(change.object())));
      if (NextAfter(own, from) <= *end) continue;
      return GoesOn(change.object(), to.words, *end);
    }
    if (kind != ObjectNumber::kContract) return absl::OkStatus();
    ROLLCALL_ASSIGN_OR_RETURN(const States* const own,
                              Target(RefTo(change.object())));
    return CheckMaster(change.object(), from, NextAfter(*own, from));
  }

  static absl::Status CheckBegin(const v1::ContractObject& object,
                                 uint32_t from, const ObjectReference& to,
                                 const States& target) {
    const auto first = FirstDayOf(target);
    if (!first.has_value()) {
      return absl::FailedPreconditionError(
          absl::StrCat(InWords(object), " refers to ", to.words,
                       ", which is not known; propose it first, or with it"));
    }
    if (from == 0 || !EndsWith(object.object_case(), to.kind) ||
        IsThereOn(target, from)) {
      return absl::OkStatus();
    }
    return absl::FailedPreconditionError(
        absl::StrCat(InWords(object), " refers to ", to.words,
                     ", which is not there on ", DayInWords(from)));
  }

  static absl::Status GoesOn(const v1::ContractObject& object,
                             absl::string_view target, uint32_t end) {
    return absl::FailedPreconditionError(
        absl::StrCat(target, " ends on ", DayInWords(end), ", and ",
                     InWords(object), " goes on; end it by then, or with it"));
  }

  // Whether a contract is under itself from a day on until another.
  absl::Status CheckMaster(const v1::ContractObject& object, uint32_t from,
                           uint32_t until) {
    const v1::Contract& contract = object.contract();
    if (!contract.has_master_contract_number()) return absl::OkStatus();
    return masters_.Check(
        contract.contract_number(), contract.master_contract_number(), from,
        until,
        [this](const std::string& number)
            -> absl::StatusOr<absl::Span<const ObjectTimeline::State>> {
          ROLLCALL_ASSIGN_OR_RETURN(
              const States* const states,
              Target({ObjectNumber::kContract, {{number, "", ""}}}));
          return absl::MakeConstSpan(*states);
        });
  }

  // Once a day is void, the state before it goes on, and what that refers to
  // may have ended by then.
  absl::Status CheckWhatIsLeft(const v1::ContractObject& object) {
    ROLLCALL_ASSIGN_OR_RETURN(const States own, StatesOf(RefTo(object)));
    ROLLCALL_RETURN_IF_ERROR(
        CheckStates(own, [](const ObjectRef&) { return true; }));
    for (const ObjectTimeline::State& state : own) {
      if (!state.object.has_value()) continue;
      ROLLCALL_RETURN_IF_ERROR(
          CheckMaster(*state.object, state.from, NextAfter(own, state.from)));
    }
    return absl::OkStatus();
  }

  // Notes an object that ends, or of which a day is void.
  void TakeAway(const v1::ContractObject& object) {
    if (IsTarget(object.object_case())) taken_.insert(RefTo(object));
  }

  // Checks what refers to what was taken away: each kind is walked over once,
  // however much was taken.
  absl::Status CheckTakenAway() {
    bool any_vendor = false;
    bool any_contract = false;
    // First parts of the names of what is under a contract.
    std::set<std::string> numbers;
    for (const ObjectRef& ref : taken_) {
      any_vendor = any_vendor || ref.kind == ObjectNumber::kVendor;
      any_contract = any_contract || ref.kind == ObjectNumber::kContract;
      if (ref.kind != ObjectNumber::kVendor) numbers.insert(ref.name.parts[0]);
    }
    const bool all_contracts = any_vendor || any_contract;
    if (all_contracts) {
      ROLLCALL_RETURN_IF_ERROR(CheckAll(ObjectNumber::kContract));
    }
    if (any_contract) ROLLCALL_RETURN_IF_ERROR(CheckAll(ObjectNumber::kAudit));
    for (const std::string& number : numbers) {
      if (!all_contracts) {
        ROLLCALL_RETURN_IF_ERROR(CheckAll(ObjectNumber::kContract, number));
      }
      for (const ObjectNumber kind :
           {ObjectNumber::kEntitlement, ObjectNumber::kAmendment,
            ObjectNumber::kReview}) {
        ROLLCALL_RETURN_IF_ERROR(CheckAll(kind, number));
      }
    }
    return absl::OkStatus();
  }

  // Checks what refers to what was taken away among the objects of a kind whose
  // name begins so.
  absl::Status CheckAll(ObjectNumber kind, absl::string_view begin = "") {
    KeyWriter prefix;
    prefix.U16(static_cast<uint16_t>(kind));
    if (!begin.empty()) prefix.Text(begin);
    ObjectEntries entries(kObjectTable.ScanPrefix(reader_, prefix));
    std::optional<ObjectName> name;
    ObjectTimeline timeline;
    const auto check = [&]() -> absl::Status {
      if (!name.has_value()) return absl::OkStatus();
      return CheckStates(
          std::move(timeline).Take(),
          [this](const ObjectRef& ref) { return taken_.contains(ref); });
    };
    while (true) {
      ROLLCALL_ASSIGN_OR_RETURN(auto entry, entries.Next());
      if (!entry.has_value()) return check();
      if (name != entry->key.name) {
        ROLLCALL_RETURN_IF_ERROR(check());
        name = entry->key.name;
        ROLLCALL_ASSIGN_OR_RETURN(
            const auto proposed,
            ProposedOf({static_cast<uint16_t>(kind), entry->key.name}));
        timeline = ObjectTimeline(proposed);
      }
      timeline.Add(*std::move(entry));
    }
  }

  // Checks what the states of one object refer to, of that which is asked for.
  absl::Status CheckStates(const States& states,
                           absl::FunctionRef<bool(const ObjectRef&)> is_asked) {
    for (const ObjectTimeline::State& state : states) {
      if (!state.object.has_value()) continue;
      for (const ObjectReference& to : ReferencesOf(*state.object)) {
        const ObjectRef ref = {static_cast<uint16_t>(to.kind), to.name};
        if (!is_asked(ref)) continue;
        ROLLCALL_ASSIGN_OR_RETURN(const States* const target, Target(ref));
        ROLLCALL_RETURN_IF_ERROR(
            CheckBegin(*state.object, state.from, to, *target));
        if (!EndsWith(state.object->object_case(), to.kind)) continue;
        const auto end = EndAfter(
            *target, std::max(state.from, FirstDayOf(*target).value_or(0)));
        if (end.has_value() && NextAfter(states, state.from) > *end) {
          return GoesOn(*state.object, to.words, *end);
        }
      }
    }
    return absl::OkStatus();
  }

  const ChangeWalk changes_;
  const Reader& reader_;
  DocumentCheck documents_;
  std::map<ObjectRef, std::vector<v1::ObjectChange>> proposed_;
  bool all_indexed_ = false;
  std::map<ObjectRef, States> targets_;
  MasterCheck masters_;
  // What ends, or of which a day is void, of that which others refer to.
  std::set<ObjectRef> taken_;
};

}  // namespace

absl::Status CheckReferences(ChangeWalk changes, const Reader& reader) {
  return ReferenceCheck(changes, reader).Run();
}

absl::Status CheckReferences(absl::Span<const v1::ObjectChange> changes,
                             const Reader& reader) {
  const auto walk = [changes](EachChange each) -> absl::Status {
    for (const v1::ObjectChange& change : changes) {
      ROLLCALL_RETURN_IF_ERROR(each(change));
    }
    return absl::OkStatus();
  };
  return CheckReferences(ChangeWalk(walk), reader);
}

}  // namespace rollcall::collector
