// How contracts are told in words. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "collector/contracts/object_kind.h"
#include "google/protobuf/message.h"
#include "rollcall/v1/change_service.pb.h"

namespace rollcall::collector {

// What differs between two states of an object, without what is derived and
// where it came from. Null: it is not there.
std::vector<v1::FieldDifference> DifferenceOfObjects(
    const v1::ContractObject* before, const v1::ContractObject* after);

// Whether two objects of one kind say the same, whoever said it when.
bool SayTheSame(const v1::ContractObject& a, const v1::ContractObject& b);
bool SayTheSame(const v1::Entitlement& a, const v1::Entitlement& b);

}  // namespace rollcall::collector
