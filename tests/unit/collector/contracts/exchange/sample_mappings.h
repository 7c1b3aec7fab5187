// The shipped mappings, and for each the sample file that goes with it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "collector/contracts/exchange/mapped_csv.h"
#include "collector/contracts/exchange/mapping_book.h"
#include "collector/contracts/exchange/mapping_files.h"
#include "common/file.h"
#include "gmock/gmock.h"
#include "tests/support/process.h"
#include "tests/support/status_matchers.h"

namespace rollcall::collector {

inline const std::vector<std::string>& SampleMetrics() {
  static const auto* metrics = new std::vector<std::string>{"core", "device"};
  return *metrics;
}

inline const MappingBook& SampleBook() {
  static const MappingBook* book =
      MappingBook::Create(BuiltinMappingFiles())->release();
  return *book;
}

inline const ImportMapping& SampleMapping(const std::string& name) {
  return **SampleBook().Find(name);
}

// What the sample of a mapping does not say.
inline ImportDefaults SampleDefaults(const std::string& name) {
  if (name == "flexera-purchase-order-line") return {{"metric", "core"}};
  if (name == "snipe-it-licence") {
    return {{"metric", "device"}, {"contract_number", "HM-2026-01"}};
  }
  return {};
}

inline std::string SampleFile(const std::string& name) {
  const auto text =
      ::rollcall::ReadFile(testing::SourcePath(absl::StrCat(
                               "deploy/sample/mappings/", name, ".csv")),
                           1 << 20);
  EXPECT_OK(text);
  return text.value_or("");
}

inline ImportedFile ReadSample(const std::string& name,
                               absl::string_view content) {
  return ReadMappedCsv(content, SampleMapping(name), SampleDefaults(name),
                       SampleMetrics());
}

}  // namespace rollcall::collector
