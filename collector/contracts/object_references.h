// What an object refers to. Pure.
#pragma once

#include <string>
#include <vector>

#include "collector/contracts/object_kind.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

// An object that must be there for another.
struct ObjectReference {
  ObjectNumber kind;
  ObjectName name;
  // For people, for example "contract C-1".
  std::string words;
};

std::vector<ObjectReference> ReferencesOf(const v1::ContractObject& object);

}  // namespace rollcall::collector
