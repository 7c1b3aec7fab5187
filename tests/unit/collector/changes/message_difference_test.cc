#include "collector/changes/message_difference.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "rollcall/v1/contract.pb.h"
#include "tests/support/proto_matchers.h"

namespace rollcall::collector {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::optional<std::string> NoValue(const google::protobuf::Message&) {
  return std::nullopt;
}

// "field: before -> after" of each.
std::vector<std::string> Differences(
    const google::protobuf::Message* before,
    const google::protobuf::Message* after,
    const std::vector<absl::string_view>& passed_over = {}) {
  std::vector<std::string> all;
  for (const v1::FieldDifference& difference :
       DifferenceOf(before, after, {NoValue, passed_over})) {
    all.push_back(absl::StrCat(difference.field(), ": ", difference.before(),
                               " -> ", difference.after()));
  }
  return all;
}

v1::Contract SomeContract() {
  v1::Contract contract;
  contract.set_contract_number("C-1");
  contract.set_kind(v1::Contract::KIND_PAY_PER_USE);
  contract.mutable_clauses()->mutable_audit()->set_notice_days(60);
  contract.mutable_clauses()->mutable_access();
  contract.add_tags()->set_name("critical");
  return contract;
}

TEST(MessageDifference, TellsAllFieldsOfWhatWasNotThere) {
  const v1::Contract contract = SomeContract();
  EXPECT_THAT(
      Differences(nullptr, &contract),
      ElementsAre("contract_number:  -> C-1", "kind:  -> pay-per-use",
                  "clauses.audit.notice_days:  -> 60",
                  "clauses.access:  -> set", "tags[0].name:  -> critical"));
  EXPECT_THAT(
      Differences(&contract, nullptr),
      ElementsAre("contract_number: C-1 -> ", "kind: pay-per-use -> ",
                  "clauses.audit.notice_days: 60 -> ",
                  "clauses.access: set -> ", "tags[0].name: critical -> "));
}

TEST(MessageDifference, TellsOnlyWhatDiffers) {
  const v1::Contract before = SomeContract();
  EXPECT_THAT(Differences(&before, &before), IsEmpty());
  v1::Contract after = before;
  after.mutable_clauses()->mutable_audit()->set_notice_days(30);
  after.clear_tags();
  after.set_currency("EUR");
  EXPECT_THAT(
      Differences(&before, &after),
      ElementsAre("currency:  -> EUR", "clauses.audit.notice_days: 60 -> 30",
                  "tags[0].name: critical -> "));
}

TEST(MessageDifference, TellsWhatIsForbidden) {
  v1::UseRight right;
  right.set_kind(v1::UseRight::KIND_CLOUD);
  EXPECT_THAT(Differences(nullptr, &right),
              ElementsAre("kind:  -> cloud", "permitted:  -> no"));
}

TEST(MessageDifference, PassesOverWhatItIsToldTo) {
  const v1::Contract before = SomeContract();
  v1::Contract after = before;
  after.set_contract_id("other");
  EXPECT_THAT(Differences(&before, &after, {"contract_id"}), IsEmpty());
}

TEST(MessageDifference, TellsAValueAsItIsToldTo) {
  v1::Entitlement line;
  line.mutable_quantity()->set_unlimited(true);
  const auto words = [](const google::protobuf::Message& message) {
    return message.GetDescriptor() == v1::Quantity::descriptor()
               ? std::optional<std::string>("much")
               : std::nullopt;
  };
  const auto texts = FieldTexts(line, {words, {}});
  ASSERT_EQ(texts.size(), 1u);
  EXPECT_EQ(texts[0].field, "quantity");
  EXPECT_EQ(texts[0].text, "much");
}

}  // namespace
}  // namespace rollcall::collector
