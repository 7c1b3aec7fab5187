// Files read with every shipped mapping, and mappings themselves.
#include <string>
#include <vector>

#include "collector/contracts/exchange/mapped_csv.h"
#include "collector/contracts/exchange/mapping_files.h"
#include "collector/contracts/exchange/mapping_rules.h"
#include "collector/contracts/object_kind.h"
#include "common/text.h"
#include "tests/fuzz/fuzz.h"

namespace {

using rollcall::collector::ImportedFile;
using rollcall::collector::ImportMapping;
using rollcall::testing::Require;

const auto& Shipped() {
  static const auto* mappings =
      new std::vector<std::unique_ptr<const ImportMapping>>(
          *rollcall::collector::ReadMappings(
              rollcall::collector::BuiltinMappingFiles()));
  return *mappings;
}

void CheckFile(const ImportMapping& mapping, absl::string_view content) {
  static const auto* metrics = new std::vector<std::string>{"core", "device"};
  rollcall::collector::ImportDefaults defaults;
  for (const auto& field : mapping.fields()) {
    const auto& rule = mapping.RuleOf(field);
    if (rule.from_request()) defaults[rule.name()] = "core";
  }
  const ImportedFile file =
      rollcall::collector::ReadMappedCsv(content, mapping, defaults, *metrics);
  if (!file.file_errors.empty()) {
    Require(file.good.empty() && file.bad.empty(), "no file, no lines");
    return;
  }
  Require(file.good.size() == file.good_text.size() &&
              file.good.size() == file.good_line.size(),
          "every good line has a place");
  Require(static_cast<size_t>(file.line_count) >=
              file.good.size() + file.bad.size() + file.left_out.size(),
          "every line is good, bad, left out or repeated");
  for (const auto& out : file.left_out) {
    Require(out.line > 0 && !out.reason.empty(), "a line is left out for why");
    Require(out.column_number > 0, "a state stands in a column");
  }
  const bool are_objects =
      mapping.data().target() !=
      rollcall::mappings::v1::Mapping::TARGET_CONTRACT_TERMS;
  for (const auto& object : file.good) {
    Require(!are_objects ||
                rollcall::collector::FindObjectKind(object.object_case())
                    ->Check(object)
                    .ok(),
            "a good line is a sound object");
  }
  for (const auto& bad : file.bad) {
    Require(!bad.errors.empty(), "a bad line says why");
    for (const auto& error : bad.errors) {
      Require(error.line() == bad.line, "an error is of its line");
      Require(!error.reason().empty(), "an error has a reason");
      Require(rollcall::IsValidUtf8(error.value()), "values are UTF-8");
    }
  }
}

}  // namespace

// The first byte chooses a mapping, or that the rest is one.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const absl::string_view text = rollcall::testing::AsText(data + 1, size - 1);
  const size_t choice = data[0] % (Shipped().size() + 1);
  if (choice < Shipped().size()) {
    CheckFile(*Shipped()[choice], text);
    return 0;
  }
  const auto mappings =
      rollcall::collector::ReadMappings({{"fuzz", std::string(text)}});
  if (mappings.ok()) CheckFile(*mappings->front(), "a,b\n1,2\n");
  return 0;
}
