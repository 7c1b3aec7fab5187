#include <string>
#include <vector>

#include "collector/contracts/exchange/entitlement_csv.h"
#include "collector/contracts/quantity.h"
#include "common/text.h"
#include "tests/fuzz/fuzz.h"

namespace {

using rollcall::testing::Require;

void CheckErrors(
    const google::protobuf::RepeatedPtrField<rollcall::v1::ImportError>&
        errors) {
  Require(!errors.empty(), "a bad line says why");
  for (const rollcall::v1::ImportError& error : errors) {
    Require(!error.reason().empty(), "an error has a reason");
    Require(rollcall::IsValidUtf8(error.value()), "values are UTF-8");
    Require(error.value().size() <= 120, "values are cut");
  }
}

void CheckGood(const rollcall::v1::Entitlement& line) {
  const auto quantity =
      rollcall::collector::Quantity::FromProto(line.quantity());
  Require(quantity.ok(), "a good line has a quantity");
  Require(*quantity > rollcall::collector::Quantity(),
          "a good line is for more than nothing");
  Require(!line.product().empty() && !line.publisher().empty() &&
              !line.metric().empty() && !line.start_date().empty(),
          "a good line has what is required");
  Require(line.has_unit_price() == !line.unit_price().currency().empty(),
          "a price has a currency");
  Require(line.product().find_first_of("=+-@\t\r") != 0,
          "no text is a formula");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* metrics = new std::vector<std::string>{"core", "device"};
  const rollcall::collector::ImportedFile file =
      rollcall::collector::ReadEntitlementCsv(
          rollcall::testing::AsText(data, size), *metrics);
  if (!file.file_errors.empty()) {
    Require(file.good.empty() && file.bad.empty(), "no file, no lines");
    return 0;
  }
  Require(static_cast<size_t>(file.line_count) ==
              file.good.size() + file.bad.size(),
          "every line is good or bad");
  for (const auto& object : file.good) CheckGood(object.entitlement());
  int last = 1;
  for (const auto& bad : file.bad) {
    Require(bad.line > last, "bad lines come in order");
    last = bad.line;
    CheckErrors({bad.errors.begin(), bad.errors.end()});
  }
  return 0;
}
