#include "agent/sources/firmware.h"
#include "agent/sources/source_output.h"
#include "common/rows.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using rollcall::testing::AsText;
  using rollcall::testing::Require;
  constexpr size_t kEntryPoint = 0x1f;
  if (size < kEntryPoint) return 0;
  const auto facts =
      rollcall::ParseFirmware(AsText(data, kEntryPoint),
                              AsText(data + kEntryPoint, size - kEntryPoint));
  if (!facts.ok()) return 0;
  // What is stated must be a row that the collector accepts.
  rollcall::v1::Row row;
  const auto check = [&row](absl::string_view section) {
    if (rollcall::FactOf(row)->ByteSizeLong() == 0) return;
    Require(rollcall::DecodeRow(section, rollcall::EncodeRow(row)).ok(),
            "the row is canonical");
  };
  *row.mutable_system_model() = facts->system;
  check("hardware.system");
  *row.mutable_system_identity() = facts->system_identity;
  check("hardware.system");
  for (const auto& module : facts->memory_modules) {
    *row.mutable_memory_module() = module;
    check("hardware.memory");
  }
  for (const auto& package : facts->processors) {
    *row.mutable_processor_package() = package;
    check("hardware.cpu");
  }
  return 0;
}
