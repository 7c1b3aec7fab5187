// Row schema levels: what a row may hold at each. A level only adds to the one
// below it: fields, kinds of rows and values of enums declare in options.proto
// which level introduced them. Pure; thread-safe.
#pragma once

#include <optional>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "rollcall/v1/inventory.pb.h"

namespace rollcall {

// The level that introduced the field.
int LevelOf(const google::protobuf::FieldDescriptor& field);

// Whether `message`, a row or a part of one, holds only what its level has:
// no field or value that a later level introduced or that nothing declares.
bool FitsLevel(const google::protobuf::Message& message, int level);

// The row as one would state it who knows no more than `level`; nothing if that
// is to say nothing. A row that fits the level stays as it is.
std::optional<v1::Row> RowAtLevel(v1::Row row, int level);

}  // namespace rollcall
