#include "collector/cli/views/import_view.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/cli/columns.h"
#include "collector/cli/values.h"
#include "common/text.h"

namespace rollcall::cli {
namespace {

using v1::ImportError;

constexpr Column<ImportError> kErrorColumns[] = {
    {"LINE", "line", Align::kRight,
     [](const ImportError& e) {
       return e.line() == 0 ? std::string() : absl::StrCat(e.line());
     }},
    {"COLUMN", "column", Align::kLeft,
     [](const ImportError& e) { return e.column(); }},
    {nullptr, "column_number", Align::kRight,
     [](const ImportError& e) {
       return e.column_number() == 0 ? std::string()
                                     : absl::StrCat(e.column_number());
     }},
    {"VALUE", "value", Align::kLeft,
     [](const ImportError& e) { return e.value(); }},
    {"WHAT IS WRONG", "reason", Align::kWrap,
     [](const ImportError& e) { return e.reason(); }},
};

constexpr Column<ImportError> kWarningColumns[] = {
    {"LINE", "line", Align::kRight,
     [](const ImportError& e) { return absl::StrCat(e.line()); }},
    {"COLUMN", "column", Align::kLeft,
     [](const ImportError& e) { return e.column(); }},
    {"VALUE", "value", Align::kLeft,
     [](const ImportError& e) { return e.value(); }},
    {"WHAT IS ODD", "reason", Align::kWrap,
     [](const ImportError& e) { return e.reason(); }},
};

constexpr Column<v1::UnknownProduct> kUnknownColumns[] = {
    {"PUBLISHER", "publisher", Align::kLeft,
     [](const v1::UnknownProduct& p) { return p.publisher(); }},
    {"PRODUCT", "product", Align::kLeft,
     [](const v1::UnknownProduct& p) { return p.product(); }},
    {"LINES", "lines", Align::kRight,
     [](const v1::UnknownProduct& p) { return absl::StrCat(p.line_count()); }},
    {"FIRST", "first_line", Align::kRight,
     [](const v1::UnknownProduct& p) { return absl::StrCat(p.first_line()); }},
};

int Removed(const v1::ImportEntitlementsResponse&) { return 0; }
int Removed(const v1::ImportExpectedDevicesResponse& response) {
  return response.removed_count();
}

int Created(const v1::ImportEntitlementsResponse& response) {
  return response.created_contract_count();
}
int Created(const v1::ImportExpectedDevicesResponse&) { return 0; }

// Bad lines that were settled before.
int Settled(const v1::ImportEntitlementsResponse& response) {
  return response.settled_before_count();
}
int Settled(const v1::ImportExpectedDevicesResponse&) { return 0; }

int LeftOut(const v1::ImportEntitlementsResponse& response) {
  return response.left_out_count();
}
int LeftOut(const v1::ImportExpectedDevicesResponse&) { return 0; }

template <typename Response>
bool Changes(const Response& response) {
  return response.added_count() + response.changed_count() + Removed(response) +
             response.quarantined_count() >
         0;
}

// The bad lines that the same file put aside before: where nothing changes, all
// lines that are not as they were.
template <typename Response>
int KeptBefore(const Response& response, bool quarantine) {
  if (!quarantine || response.error_count() == 0 || Changes(response)) return 0;
  return response.line_count() - response.unchanged_count() -
         LeftOut(response) - Settled(response);
}

// "3 added, 1 changed", without what is zero.
template <typename Response>
std::string Counts(const Response& response, bool quarantine) {
  std::vector<std::string> counts;
  const auto add = [&](int count, absl::string_view what) {
    if (count > 0) counts.push_back(absl::StrCat(count, " ", what));
  };
  add(response.added_count(), "added");
  add(response.changed_count(), "changed");
  add(Removed(response), "removed");
  add(response.unchanged_count(), "unchanged");
  add(response.quarantined_count(), "kept aside");
  add(KeptBefore(response, quarantine), "kept aside already");
  add(Settled(response), "bad, and settled before");
  add(LeftOut(response), "left out");
  if (Created(response) > 0) {
    counts.push_back(CountText(Created(response), "new contract or vendor",
                               "new contracts and vendors"));
  }
  return counts.empty() ? "nothing" : absl::StrJoin(counts, ", ");
}

// The change-set that proposes the same as an import did, and still does; empty
// if there is none.
std::string ProposedBefore(const v1::ImportEntitlementsResponse& response) {
  return response.already_proposed() ? response.change_set_id() : "";
}
std::string ProposedBefore(const v1::ImportExpectedDevicesResponse&) {
  return "";
}

// How to go on with a change-set that awaits approvals.
std::string LookAt(const std::string& change_set_id) {
  return absl::StrCat(
      "; it awaits procurement and itam.\nLook at it with: rollcall changes "
      "show ",
      change_set_id, "\n");
}

// Why a file with a bad place was not imported, and what to do.
template <typename Response>
std::string Refusal(const Response& response) {
  const std::string wrong = absl::StrCat(
      "Nothing was imported: ",
      CountText(response.error_count(), "place is", "places are"), " wrong");
  // A file that cannot be read as a whole has no good lines either.
  if (response.line_count() == 0) {
    return absl::StrCat(wrong, ".\nCorrect the file and import it again.\n");
  }
  return absl::StrCat(
      wrong, " in ", CountText(response.line_count(), "line", "lines"),
      ".\nCorrect them and import the file again; or import the good lines "
      "and keep the\nothers aside with --quarantine.\n");
}

template <typename Response>
std::string Outcome(const Response& response, bool quarantine) {
  const std::string proposed_before = ProposedBefore(response);
  if (!proposed_before.empty()) {
    return absl::StrCat(
        "Nothing was changed: what the file says is proposed "
        "already, as change-set ",
        proposed_before, LookAt(proposed_before));
  }
  const int kept_before = KeptBefore(response, quarantine);
  if (response.error_count() > 0 && response.quarantined_count() == 0 &&
      kept_before == 0 && Settled(response) == 0) {
    return Refusal(response);
  }
  if (response.line_count() == 0 && !Changes(response)) {
    return "The file has no lines below its header; nothing was changed.\n";
  }
  const std::string read =
      absl::StrCat("Read ", CountText(response.line_count(), "line", "lines"),
                   ": ", Counts(response, quarantine), ".\n");
  if (response.applied()) {
    return absl::StrCat(read, "In effect, as change-set ",
                        response.change_set_id(), ".\n");
  }
  if (!response.change_set_id().empty()) {
    return absl::StrCat(read, "Proposed as change-set ",
                        response.change_set_id(),
                        LookAt(response.change_set_id()));
  }
  if (Changes(response) || kept_before > 0 || Settled(response) > 0 ||
      LeftOut(response) > 0) {
    return absl::StrCat(read, "Nothing was changed.\n");
  }
  return absl::StrCat(read,
                      "The collector knew all of it; nothing was changed.\n");
}

template <typename Response>
std::string ImportTable(const Response& response, bool quarantine, int width) {
  std::string out = Outcome(response, quarantine);
  if (response.errors().empty()) return out;
  absl::StrAppend(
      &out, "\n",
      RenderTable(ToTable(kErrorColumns, response.errors()), width));
  const int missing = response.error_count() - response.errors_size();
  if (missing > 0) absl::StrAppend(&out, "... and ", missing, " more\n");
  return out;
}

// "5, 7, ...", of so many.
std::string LineList(const v1::LeftOutLines& lines) {
  return absl::StrCat(absl::StrJoin(lines.lines(), ", "),
                      lines.line_count() > lines.lines_size() ? ", ..." : "");
}

// What is told of lines that are not in force.
std::string LeftOutRemarks(const v1::ImportEntitlementsResponse& response,
                           int width) {
  std::string out;
  if (!response.left_out().empty()) {
    absl::StrAppend(&out, "\nLeft out, since they are not in force:\n");
  }
  for (const v1::LeftOutLines& lines : response.left_out()) {
    absl::StrAppend(&out, "- ", CountText(lines.line_count(), "line", "lines"),
                    ": ", EscapeForTerminal(lines.reason()), " (",
                    LineList(lines), ")\n");
  }
  if (response.still_known().empty()) return out;
  absl::StrAppend(
      &out, "\nNot in force in the file, and still counted here:\n",
      RenderTable(ToTable(kWarningColumns, response.still_known()), width));
  const int more = response.still_known_count() - response.still_known_size();
  if (more > 0) absl::StrAppend(&out, "... and ", more, " more\n");
  return out;
}

// What is told of an import besides what is wrong.
std::string Remarks(const v1::ImportEntitlementsResponse& response, int width) {
  std::string out = LeftOutRemarks(response, width);
  if (!response.warnings().empty()) {
    absl::StrAppend(
        &out, "\nOdd, and read all the same:\n",
        RenderTable(ToTable(kWarningColumns, response.warnings()), width));
    const int more = response.warning_count() - response.warnings_size();
    if (more > 0) absl::StrAppend(&out, "... and ", more, " more\n");
  }
  if (!response.unknown_products().empty()) {
    absl::StrAppend(
        &out,
        "\nNo rule recognises these, so that it is not known what is used of "
        "them:\n",
        RenderTable(ToTable(kUnknownColumns, response.unknown_products()),
                    width));
    const int more =
        response.unknown_product_count() - response.unknown_products_size();
    if (more > 0) absl::StrAppend(&out, "... and ", more, " more\n");
  }
  if (!response.ignored_columns().empty()) {
    absl::StrAppend(&out, "\nColumns that were passed over: ",
                    EscapeForTerminal(ListText(response.ignored_columns())),
                    "\n");
  }
  if (!response.conversions().empty()) {
    absl::StrAppend(&out, "\nNot taken as it stands there:\n");
    for (const v1::ImportConversion& conversion : response.conversions()) {
      absl::StrAppend(&out, "- ", EscapeForTerminal(conversion.text()), " (",
                      CountText(conversion.line_count(), "line", "lines"),
                      ")\n");
    }
  }
  return out;
}

}  // namespace

std::string EntitlementImportTable(
    const v1::ImportEntitlementsResponse& response, bool quarantine,
    int width) {
  return ImportTable(response, quarantine, width) + Remarks(response, width);
}

std::string RegisterImportTable(
    const v1::ImportExpectedDevicesResponse& response, bool quarantine,
    int width) {
  return ImportTable(response, quarantine, width);
}

std::string RepairTable(const v1::RepairQuarantinedLineResponse& response,
                        int width) {
  const v1::QuarantinedLine& line = response.line();
  const std::string what = absl::StrCat("Line ", line.line(), " of change-set ",
                                        line.change_set_id());
  if (response.import().error_count() > 0) {
    return absl::StrCat(
        what, " is still wrong; nothing was changed.\n\n",
        RenderTable(ToTable(kErrorColumns, response.import().errors()), width));
  }
  if (line.state() == v1::QuarantinedLine::STATE_DISCARDED) {
    return absl::StrCat(what, " is discarded.\n");
  }
  const std::string& repaired_by = line.repaired_by_change_set_id();
  const std::string outcome =
      response.import().left_out_count() > 0 ? "it is not in force"
      : repaired_by.empty()
          ? "the collector knew what it says now"
          : absl::StrCat(response.import().applied() ? "in effect" : "proposed",
                         " as change-set ", repaired_by);
  return absl::StrCat(what, " is repaired: ", outcome, ".\n",
                      Remarks(response.import(), width));
}

std::string RepairCsv(const v1::RepairQuarantinedLineResponse& response) {
  return ToCsv(kErrorColumns, response.import().errors());
}

std::string EntitlementImportCsv(
    const v1::ImportEntitlementsResponse& response) {
  return ToCsv(kErrorColumns, response.errors());
}

std::string RegisterImportCsv(
    const v1::ImportExpectedDevicesResponse& response) {
  return ToCsv(kErrorColumns, response.errors());
}

}  // namespace rollcall::cli
