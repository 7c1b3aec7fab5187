#include "collector/contracts/contract_words.h"

#include "collector/changes/message_difference.h"
#include "collector/contracts/money.h"
#include "collector/contracts/quantity.h"
#include "collector/contracts/rational.h"
#include "rollcall/v1/quantity.pb.h"

namespace rollcall::collector {
namespace {

// Where a line came from is no part of what it says.
constexpr absl::string_view kPassedOver[] = {"source_line"};

template <typename T>
const T* As(const google::protobuf::Message& message) {
  return message.GetDescriptor() == T::descriptor()
             ? static_cast<const T*>(&message)
             : nullptr;
}

// Exact values as people write them; one that is malformed is told by its
// fields.
std::optional<std::string> ValueInWords(
    const google::protobuf::Message& message) {
  if (const auto* proto = As<v1::Quantity>(message); proto != nullptr) {
    const auto quantity = Quantity::FromProto(*proto);
    if (quantity.ok()) return quantity->ToString();
  }
  if (const auto* proto = As<v1::Rational>(message); proto != nullptr) {
    const auto rational = Rational::FromProto(*proto);
    if (rational.ok()) return rational->ToString();
  }
  if (const auto* proto = As<v1::Money>(message); proto != nullptr) {
    return Money{proto->micros(), proto->currency()}.ToString();
  }
  return std::nullopt;
}

// What the object says itself.
v1::ContractObject Stripped(const v1::ContractObject& object) {
  v1::ContractObject copy = object;
  FindObjectKind(object.object_case())->Strip(copy);
  return copy;
}

}  // namespace

std::vector<v1::FieldDifference> DifferenceOfObjects(
    const v1::ContractObject* before, const v1::ContractObject* after) {
  const auto words =
      [](const v1::ContractObject& object) -> const google::protobuf::Message& {
    return FindObjectKind(object.object_case())->Message(object);
  };
  v1::ContractObject was;
  v1::ContractObject is;
  if (before != nullptr) was = Stripped(*before);
  if (after != nullptr) is = Stripped(*after);
  return DifferenceOf(before == nullptr ? nullptr : &words(was),
                      after == nullptr ? nullptr : &words(is),
                      {ValueInWords, kPassedOver});
}

bool SayTheSame(const v1::ContractObject& a, const v1::ContractObject& b) {
  v1::ContractObject first = Stripped(a);
  v1::ContractObject second = Stripped(b);
  for (v1::ContractObject* object : {&first, &second}) {
    if (object->has_entitlement()) {
      object->mutable_entitlement()->clear_source_line();
    }
  }
  // No message of the repository has maps, so that equal ones serialise alike.
  return first.SerializeAsString() == second.SerializeAsString();
}

bool SayTheSame(const v1::Entitlement& a, const v1::Entitlement& b) {
  v1::ContractObject first;
  v1::ContractObject second;
  *first.mutable_entitlement() = a;
  *second.mutable_entitlement() = b;
  return SayTheSame(first, second);
}

}  // namespace rollcall::collector
