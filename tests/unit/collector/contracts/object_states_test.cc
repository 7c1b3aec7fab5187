#include "collector/contracts/object_states.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "collector/changes/change_set_table.h"
#include "collector/contracts/contract_content.h"
#include "gtest/gtest.h"
#include "tests/support/sanitizer.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/collector/contracts/contract_store.h"

namespace rollcall::collector {
namespace {

using Action = v1::ObjectChange::Action;
constexpr int kFirstYear = 2020;

// Nothing, or a day of the few that histories are about.
std::string DayText(int day) {
  return day == 0 ? "" : absl::StrCat(kFirstYear + day, "-01-01");
}

v1::ObjectChange VendorChange() {
  v1::ObjectChange change;
  change.set_action(v1::ObjectChange::ACTION_SET);
  change.mutable_object()->mutable_vendor()->set_name("Acme");
  return change;
}

v1::ObjectChange ContractChange(const std::string& number) {
  v1::ObjectChange change;
  change.set_action(v1::ObjectChange::ACTION_SET);
  v1::Contract& contract = *change.mutable_object()->mutable_contract();
  contract.set_contract_number(number);
  contract.set_vendor("Acme");
  contract.set_start_date("2019-01-01");
  return change;
}

v1::ObjectChange LineChange(const std::string& contract,
                            const std::string& line, int day, int quantity,
                            Action action) {
  v1::ObjectChange change;
  change.set_action(action);
  change.set_effective_date(DayText(day));
  v1::Entitlement& entitlement =
      *change.mutable_object()->mutable_entitlement();
  entitlement.set_contract_number(contract);
  entitlement.set_vendor("Acme");
  entitlement.set_publisher("Redis");
  entitlement.set_product("Redis");
  entitlement.set_metric("core");
  entitlement.set_line(line);
  entitlement.set_start_date("2019-01-01");
  entitlement.mutable_quantity()->mutable_value()->set_numerator(quantity);
  entitlement.mutable_quantity()->mutable_value()->set_denominator(1);
  return change;
}

// What was said of one line, as simply as can be.
struct Said {
  int day;
  int known;
  Action action;
  int quantity;
};

// The quantity on a day as known after so many change-sets: of all that is said
// of days up to this one, the latest day decides, and of that what was said
// last; a day whose last word voids it counts for nothing.
std::optional<int> NaiveQuantity(const std::vector<Said>& all, int day,
                                 int known) {
  for (int at = day; at >= 0; --at) {
    const Said* last = nullptr;
    for (const Said& said : all) {
      if (said.day != at || said.known > known) continue;
      if (last == nullptr || said.known > last->known) last = &said;
    }
    if (last == nullptr || last->action == v1::ObjectChange::ACTION_RETRACT) {
      continue;
    }
    if (last->action == v1::ObjectChange::ACTION_END) return std::nullopt;
    return last->quantity;
  }
  return std::nullopt;
}

// A history of some lines under a contract of its own: proposals that come into
// effect one after the other, some for days long past, some never.
class RandomHistory {
 public:
  RandomHistory(ContractStore& store, uint64_t seed)
      : store_(store), contract_(absl::StrCat("C-", seed)), generator_(seed) {}

  void Play() {
    ASSERT_OK_AND_ASSIGN(const v1::ChangeSet contract,
                         store_.ProposeAs("ina", {ContractChange(contract_)}));
    store_.AgreeTo(contract.change_set_id());
    stamps_ = {NewestStamp()};
    const int change_sets = Draw(1, 6);
    for (int i = 0; i < change_sets; ++i) ProposeOne();
  }

  // Compares each line on each day as known after each change-set.
  void ExpectAsNaive() {
    for (int known = 0; known < static_cast<int>(stamps_.size()); ++known) {
      for (int day = 0; day <= kDays; ++day) {
        AsAt at;
        at.known = stamps_[static_cast<size_t>(known)];
        if (day > 0) at.effective = *CivilDate::Parse(DayText(day));
        EXPECT_EQ(Stored(at), Naive(day, known))
            << "day " << day << ", known " << known;
      }
    }
  }

 private:
  static constexpr int kDays = 5;
  static constexpr int kLines = 3;
  using Quantities = std::map<std::string, int>;

  int Draw(int least, int most) {
    return std::uniform_int_distribution<int>(least, most)(generator_);
  }

  KnownStamp NewestStamp() const {
    return *NewestEffect(*store_.ContractMemory::engine,
                         v1::ChangeSet::KIND_CONTRACTS);
  }

  void ProposeOne() {
    std::map<std::pair<int, int>, v1::ObjectChange> changes;
    std::map<std::string, std::vector<Said>> said;
    const int known = static_cast<int>(stamps_.size());
    const int count = Draw(1, 4);
    // What retracts comes alone: a proposal may not have it beside others.
    const bool retracts = Draw(0, 3) == 0;
    for (int i = 0; i < (retracts ? 1 : count); ++i) {
      const int line = Draw(1, kLines);
      const int day = Draw(0, kDays);
      const int quantity = Draw(1, 99);
      const Action action = retracts          ? v1::ObjectChange::ACTION_RETRACT
                            : Draw(0, 3) == 0 ? v1::ObjectChange::ACTION_END
                                              : v1::ObjectChange::ACTION_SET;
      const bool is_new = changes
                              .emplace(std::pair(line, day),
                                       LineChange(contract_, absl::StrCat(line),
                                                  day, quantity, action))
                              .second;
      if (is_new) {
        said[absl::StrCat(line)].push_back({day, known, action, quantity});
      }
    }
    std::vector<v1::ObjectChange> all;
    for (const auto& [place, change] : changes) all.push_back(change);
    const std::string id = Propose(all);
    if (Draw(0, 4) == 0) return;  // nobody agrees
    store_.AgreeTo(id);
    stamps_.push_back(NewestStamp());
    for (auto& [line, more] : said) {
      said_[line].insert(said_[line].end(), more.begin(), more.end());
    }
  }

  // Also what changes nothing, as may be once the base has moved.
  std::string Propose(const std::vector<v1::ObjectChange>& changes) {
    Proposal proposal;
    proposal.change_set.set_kind(v1::ChangeSet::KIND_CONTRACTS);
    proposal.items = *MakeItems(changes);
    proposal.base = NewestStamp();
    proposal.answered = [](const Reader&) { return false; };
    proposal.also = [](const v1::ChangeSet&, KnownStamp, Batch&) {};
    const auto change_set =
        store_.change_sets.Propose(proposal, store_.roles.CallBy("ina"));
    EXPECT_OK(change_set);
    return change_set.ok() ? change_set->change_set_id() : "";
  }

  Quantities Stored(const AsAt& at) {
    Quantities stored;
    ObjectWalk walk(*store_.ContractMemory::engine, ObjectNumber::kEntitlement,
                    at, contract_);
    while (true) {
      const auto next = walk.Next();
      EXPECT_OK(next);
      if (!next.ok() || !next->has_value()) return stored;
      const v1::Entitlement& line = (*next)->object.entitlement();
      stored[line.line()] =
          static_cast<int>(line.quantity().value().numerator());
    }
  }

  Quantities Naive(int day, int known) const {
    Quantities naive;
    for (const auto& [line, all] : said_) {
      const auto quantity = NaiveQuantity(all, day, known);
      if (quantity.has_value()) naive[line] = *quantity;
    }
    return naive;
  }

  ContractStore& store_;
  const std::string contract_;
  std::mt19937_64 generator_;
  std::map<std::string, std::vector<Said>> said_;
  // Before any line, then after each change-set that took effect.
  std::vector<KnownStamp> stamps_;
};

// The example of FORMAT.md.
TEST(ObjectKey, HasTheseBytes) {
  ObjectKey key;
  key.kind = ObjectNumber::kContract;
  key.name = NameOf(ContractChange("C-1").object());
  key.effective = *CivilDate::Parse("2026-01-31");
  KeyWriter writer;
  key.Encode(writer);
  const std::string bytes = writer.Take();
  EXPECT_EQ(absl::BytesToHexString(bytes),
            "0002632d31000100010001ffffcc83ffffffffffffffff");
  KeyReader reader(bytes);
  const ObjectKey read = ObjectKey::Decode(reader);
  EXPECT_TRUE(reader.Done());
  EXPECT_EQ(read.name, key.name);
  EXPECT_EQ(read.effective, key.effective);
}

TEST(ObjectKey, ComesInOrderOfNameThenLatestDayFirst) {
  const auto bytes = [](const std::string& number, const std::string& day,
                        uint64_t stamp) {
    ObjectKey key;
    key.kind = ObjectNumber::kContract;
    key.name = NameOf(ContractChange(number).object());
    if (!day.empty()) key.effective = *CivilDate::Parse(day);
    key.stamp = KnownStamp::FromRaw(stamp);
    KeyWriter writer;
    key.Encode(writer);
    return writer.Take();
  };
  const std::vector<std::string> ordered = {
      bytes("C-1", "2199-12-31", 1), bytes("C-1", "2026-01-31", 2),
      bytes("C-1", "2026-01-31", 1), bytes("C-1", "1990-01-01", 9),
      bytes("C-1", "", 9),           bytes("C-1", "", 1),
      bytes("C-1a", "2199-12-31", 1)};
  EXPECT_TRUE(std::is_sorted(ordered.begin(), ordered.end()));
}

// An empty value parses; it must not be taken for an end.
TEST(ObjectStates, AnEntryThatDoesNotFitItsKeyIsDataLoss) {
  ContractMemory store;
  const v1::ObjectChange change = ContractChange("C-1");
  ObjectKey key;
  key.kind = ObjectNumber::kContract;
  key.name = NameOf(change.object());
  key.stamp = KnownStamp::FromRaw(1);
  Batch batch;
  kObjectTable.Put(batch, key, stored::v1::ObjectRecord());
  ASSERT_OK(store.engine->Write(batch, Durability::kSynced));
  EXPECT_THAT(
      FindObject(*store.engine, ObjectNumber::kContract, key.name, kAtLast),
      testing::StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(OutcomeOf(change, *store.engine, KnownStamp::Max()).status(),
              testing::StatusIs(absl::StatusCode::kDataLoss));
}

// ROLLCALL_SEEDS=100 plays as many histories.
uint64_t Seeds() {
  const char* const asked = std::getenv("ROLLCALL_SEEDS");
  uint64_t seeds = 0;
  return asked != nullptr && absl::SimpleAtoi(asked, &seeds)
             ? seeds
             : testing::Rounds(1'000);
}

TEST(ObjectStates, AreThoseOfANaiveModelAtEveryPointOfManyHistories) {
  ContractStore store;
  ASSERT_OK_AND_ASSIGN(const v1::ChangeSet vendor,
                       store.ProposeAs("ina", {VendorChange()}));
  store.AgreeTo(vendor.change_set_id());
  for (uint64_t seed = 1; seed <= Seeds(); ++seed) {
    RandomHistory history(store, seed);
    ASSERT_NO_FATAL_FAILURE(history.Play());
    history.ExpectAsNaive();
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace rollcall::collector
