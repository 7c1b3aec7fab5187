// Rows in words, for histories that people read. Pure; thread-safe.
#pragma once

#include <string>

#include "rollcall/v1/inventory.pb.h"

namespace rollcall::collector {

// What the row describes, for example "software package openssl amd64".
std::string RowLabel(const v1::Row& row);

// A change in words: "software package openssl amd64: version 3.0.11
// -> 3.0.13". Either row may be missing: "... added", "... removed".
std::string ChangeInWords(const v1::Row* before, const v1::Row* after);

}  // namespace rollcall::collector
