// What the lines of the sample files say, read independently of the product: a
// record's fields, and what an object must hold that was made of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "rollcall/v1/contract.pb.h"

namespace rollcall::collector {

// The fields of one CSV record without its last line end; nothing if it is not
// well-formed.
std::optional<std::vector<std::string>> OracleFields(absl::string_view record);

// What the object of a sound line must say, as "field=value" lines, by the
// mapping's name, the header's fields and the line's; nothing: the line cannot
// be sound.
std::optional<std::string> OracleOf(const std::string& mapping,
                                    const std::vector<std::string>& header,
                                    const std::vector<std::string>& fields);

// The same of an object that was made.
std::string SaidBy(const v1::ContractObject& object);

// Whether the line is left out, since it is not in force.
bool OracleLeavesOut(const std::string& mapping,
                     const std::vector<std::string>& header,
                     const std::vector<std::string>& fields);

}  // namespace rollcall::collector
