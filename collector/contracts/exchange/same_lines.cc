#include "collector/contracts/exchange/same_lines.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "collector/contracts/exchange/import_plan.h"
#include "collector/contracts/object_kind.h"
#include "collector/csv/csv_reader.h"

namespace rollcall::collector {
namespace {

// What is wrong with good lines, by their places.
using SameLineReasons = std::map<size_t, std::string>;

std::string SameAsLine(int line) {
  return absl::StrCat("line ", line,
                      " is of the same; each may stand in the file once");
}

std::string SameAsLeftOut(const LeftOutLine& out) {
  return absl::StrCat("line ", out.line,
                      " is of the same, and is left out since its ", out.reason,
                      "; which of them holds is unknown");
}

SameLineReasons FindSameLines(const ImportedFile& file) {
  std::map<ObjectName, const LeftOutLine*> left_out;
  for (const LeftOutLine& line : file.left_out) {
    if (line.object.has_invoice_line()) {
      left_out.emplace(NameOf(line.object), &line);
    }
  }
  std::map<ObjectName, size_t> first;
  SameLineReasons reasons;
  for (size_t i = 0; i < file.good.size(); ++i) {
    if (!file.good[i].has_invoice_line()) continue;
    const ObjectName name = NameOf(file.good[i]);
    const auto out = left_out.find(name);
    if (out != left_out.end()) reasons.emplace(i, SameAsLeftOut(*out->second));
    const auto [at, is_new] = first.emplace(name, i);
    if (is_new) continue;
    reasons.emplace(at->second, SameAsLine(file.good_line[i]));
    reasons.emplace(i, SameAsLine(file.good_line[at->second]));
  }
  return reasons;
}

BadLine SameLine(const ImportedFile& file, size_t index,
                 const std::string& reason) {
  v1::ImportError error;
  error.set_line(file.good_line[index]);
  error.set_value(ImportErrorValue(NameInWords(file.good[index])));
  error.set_reason(reason);
  return FaultyLine(file, index, {error});
}

}  // namespace

void MarkSameLines(ImportedFile& file) {
  const SameLineReasons reasons = FindSameLines(file);
  if (reasons.empty()) return;
  size_t kept = 0;
  for (size_t i = 0; i < file.good.size(); ++i) {
    const auto reason = reasons.find(i);
    if (reason != reasons.end()) {
      file.bad.push_back(SameLine(file, i, reason->second));
      continue;
    }
    if (kept != i) file.good[kept] = std::move(file.good[i]);
    file.good_text[kept] = file.good_text[i];
    file.good_line[kept] = file.good_line[i];
    ++kept;
  }
  file.good.resize(kept);
  file.good_text.resize(kept);
  file.good_line.resize(kept);
  std::sort(file.bad.begin(), file.bad.end(),
            [](const BadLine& a, const BadLine& b) { return a.line < b.line; });
}

}  // namespace rollcall::collector
