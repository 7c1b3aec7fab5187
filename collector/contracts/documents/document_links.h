// Which documents objects refer to. Pure.
#pragma once

#include "google/protobuf/repeated_ptr_field.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

// The documents that support what an object says; none for kinds that have
// none.
const google::protobuf::RepeatedPtrField<v1::DocumentLink>& DocumentsOf(
    const v1::ContractObject& object);

}  // namespace rollcall::collector
