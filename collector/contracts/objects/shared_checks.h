// Checks of what several kinds of object have in common. Pure.
#pragma once

#include "collector/contracts/field_check.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

// Bounds in bytes.
inline constexpr size_t kMaxNumberBytes = 100;
inline constexpr size_t kMaxNameBytes = 200;
inline constexpr size_t kMaxWordBytes = 64;
inline constexpr size_t kMaxPersonBytes = 256;
inline constexpr size_t kMaxPhraseBytes = 1'024;
inline constexpr size_t kMaxNotesBytes = 4'096;

void CheckTags(const google::protobuf::RepeatedPtrField<v1::Tag>& tags,
               FieldCheck& check);
void CheckOwners(const google::protobuf::RepeatedPtrField<v1::Owner>& owners,
                 FieldCheck& check);
void CheckDocuments(
    const google::protobuf::RepeatedPtrField<v1::DocumentLink>& documents,
    FieldCheck& check);
void CheckUseRights(
    const google::protobuf::RepeatedPtrField<v1::UseRight>& use_rights,
    FieldCheck& check);

}  // namespace rollcall::collector
