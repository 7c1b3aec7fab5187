#include "collector/contracts/exchange/left_out_lines.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "collector/contracts/object_kind.h"
#include "collector/contracts/object_states.h"
#include "common/status.h"

namespace rollcall::collector {
namespace {

constexpr int kMaxLinesOfAReason = 100;

// The last day of what has one.
absl::string_view LastDayOf(const v1::ContractObject& object) {
  if (object.has_entitlement()) return object.entitlement().end_date();
  if (object.has_contract()) return object.contract().end_date();
  return "";
}

// What the store knows of lines that are left out.
class KnownLeftOut {
 public:
  KnownLeftOut(const ImportedFile& file, const ImportPlanOptions& options,
               const Reader& snapshot)
      : file_(file), options_(options), snapshot_(snapshot) {}

  absl::Status Run(ImportPlan& plan) {
    for (size_t i = 0; i < file_.left_out.size(); ++i) {
      ROLLCALL_RETURN_IF_ERROR(FindByName(i));
    }
    ROLLCALL_RETURN_IF_ERROR(FindBySourceLine());
    for (auto& [index, note] : notes_) {
      plan.still_known.push_back(std::move(note));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status FindByName(size_t index) {
    const v1::ContractObject& named = file_.left_out[index].object;
    if (FindObjectKind(named.object_case()) == nullptr) {
      return absl::OkStatus();
    }
    ROLLCALL_ASSIGN_OR_RETURN(
        auto known,
        FindObject(snapshot_, named.object_case(), NameOf(named), kAtLast));
    const std::string& source_line = named.entitlement().source_line_id();
    if (known.has_value()) {
      Note(index, known->object);
    } else if (!source_line.empty()) {
      by_source_line_.emplace(absl::AsciiStrToLower(source_line), index);
    }
    return absl::OkStatus();
  }

  // The source may call its line as it did, and say another contract or order.
  absl::Status FindBySourceLine() {
    if (by_source_line_.empty()) return absl::OkStatus();
    const std::string& source = file_.left_out[by_source_line_.begin()->second]
                                    .object.entitlement()
                                    .source();
    ObjectWalk walk(snapshot_, v1::ContractObject::kEntitlement, kAtLast);
    while (true) {
      ROLLCALL_ASSIGN_OR_RETURN(auto next, walk.Next());
      if (!next.has_value()) return absl::OkStatus();
      const v1::Entitlement& line = next->object.entitlement();
      if (line.source() != source || line.source_line_id().empty()) continue;
      const auto it =
          by_source_line_.find(absl::AsciiStrToLower(line.source_line_id()));
      if (it == by_source_line_.end()) continue;
      Note(it->second, next->object);
    }
  }

  void Note(size_t index, const v1::ContractObject& known) {
    const absl::string_view last = LastDayOf(known);
    // Days compare as their texts do.
    if (!last.empty() && options_.today.has_value() &&
        last < options_.today->ToString()) {
      return;
    }
    const LeftOutLine& line = file_.left_out[index];
    v1::ImportError& note = notes_[index];
    note.set_line(line.line);
    note.set_column(line.column);
    note.set_column_number(line.column_number);
    note.set_value(ImportErrorValue(NameInWords(known)));
    note.set_reason(absl::StrCat(
        line.reason, " in the file; the ",
        FindObjectKind(known.object_case())->word(), " is known and ",
        last.empty() ? "has no last day" : absl::StrCat("ends on ", last),
        "; if the file is right, propose that it ends"));
  }

  const ImportedFile& file_;
  const ImportPlanOptions& options_;
  const Reader& snapshot_;
  // By place among those that are left out.
  std::map<size_t, v1::ImportError> notes_;
  // In lower case; not found by their names.
  absl::flat_hash_map<std::string, size_t> by_source_line_;
};

}  // namespace

void ListLeftOut(const ImportedFile& file,
                 v1::ImportEntitlementsResponse& response) {
  std::map<std::string, v1::LeftOutLines> reasons;
  for (const LeftOutLine& line : file.left_out) {
    v1::LeftOutLines& lines = reasons[line.reason];
    lines.set_line_count(lines.line_count() + 1);
    if (lines.lines_size() < kMaxLinesOfAReason) lines.add_lines(line.line);
  }
  for (auto& [reason, lines] : reasons) {
    lines.set_reason(reason);
    *response.add_left_out() = std::move(lines);
  }
  response.set_left_out_count(static_cast<int32_t>(file.left_out.size()));
}

absl::Status PlanLeftOut(const ImportedFile& file,
                         const ImportPlanOptions& options,
                         const Reader& snapshot, ImportPlan& plan) {
  return KnownLeftOut(file, options, snapshot).Run(plan);
}

}  // namespace rollcall::collector
