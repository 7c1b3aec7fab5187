// Whether a line of a file is of something in force, as the states of its
// mapping say. Pure.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "collector/contracts/exchange/import_target.h"
#include "collector/contracts/exchange/mapping_rules.h"
#include "collector/csv/csv_reader.h"
#include "rollcall/mappings/v1/mapping.pb.h"

namespace rollcall::collector {

// INVALID_ARGUMENT if a state lacks words, or says one twice.
absl::Status CheckState(const mappings::v1::State& state);

// What a line says of its state.
struct LineStanding {
  enum class Verdict {
    // No column says a state.
    kNotStated,
    kInForce,
    // One column says so; the others may say what they like.
    kOutOfForce,
    // A word that the mapping does not know.
    kUnknown,
  };
  Verdict verdict = Verdict::kNotStated;
  // Of the last two: in the mapping's states().
  size_t state = 0;
  // Of kOutOfForce: in the words of that state.
  int word = 0;
};

// REQUIRES: the record has no errors.
LineStanding StandingOf(const ImportMapping& mapping, const CsvRecord& record);

// A line that is out of force; `read` is what its cells came to.
LeftOutLine MakeLeftOut(const ImportMapping& mapping,
                        const LineStanding& standing, const CsvRecord& record,
                        const ReadLine& read);
// What is wrong with a word that is unknown, and what to do.
v1::ImportError UnknownStateError(const ImportMapping& mapping,
                                  const LineStanding& standing,
                                  const CsvRecord& record);
// What lines without a state are taken for.
std::string NotStatedRemark(const ImportMapping& mapping);
// How a state is read, for those who look at the mapping.
std::string StateInWords(const mappings::v1::State& state);

}  // namespace rollcall::collector
