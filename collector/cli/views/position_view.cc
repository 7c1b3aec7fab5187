#include "collector/cli/views/position_view.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/cli/columns.h"
#include "collector/cli/enums.h"
#include "collector/cli/values.h"
#include "collector/cli/views/device_view.h"
#include "collector/cli/views/moment_line.h"
#include "common/text.h"

namespace rollcall::cli {
namespace {

using v1::Consumption;
using v1::EntitlementUse;
using v1::Position;

// What keeps the numbers from being the whole story.
std::string Remarks(const Position& p) {
  std::vector<std::string> remarks;
  if (p.unrecognised()) {
    remarks.emplace_back("no rule recognises it");
  } else if (p.state() == Position::STATE_NOT_COMPUTABLE) {
    remarks.emplace_back("position explain says why");
  }
  const auto add = [&](int count, absl::string_view one,
                       absl::string_view many) {
    if (count > 0) remarks.push_back(CountText(count, one, many));
  };
  add(p.undetermined_count(), "device lacks a fact", "devices lack a fact");
  add(p.entitlement_out_of_term_count(), "line out of term",
      "lines out of term");
  add(p.entitlement_not_applicable_count(), "line for another version",
      "lines for another version");
  add(p.entitlement_no_right_count(), "line is no right alone",
      "lines are no rights alone");
  return absl::StrJoin(remarks, ", ");
}

constexpr Column<Position> kPositionColumns[] = {
    {"PUBLISHER", "publisher", Align::kLeft,
     [](const Position& p) { return p.publisher(); }},
    {"PRODUCT", "product", Align::kLeft,
     [](const Position& p) { return p.product(); }},
    {"METRIC", "metric", Align::kLeft,
     [](const Position& p) { return p.metric(); }},
    {"ENTITLED", "entitled", Align::kRight,
     [](const Position& p) { return QuantityText(p.entitled()); }},
    {"CONSUMED", nullptr, Align::kRight,
     [](const Position& p) { return RangeText(p.consumed()); }},
    {nullptr, "consumed_low", Align::kRight,
     [](const Position& p) { return QuantityText(p.consumed().low()); }},
    {nullptr, "consumed", Align::kRight,
     [](const Position& p) { return QuantityText(p.consumed().expected()); }},
    {nullptr, "consumed_high", Align::kRight,
     [](const Position& p) { return QuantityText(p.consumed().high()); }},
    {"SHORTFALL", "shortfall", Align::kRight,
     [](const Position& p) { return QuantityText(p.shortfall()); }},
    {"SURPLUS", "surplus", Align::kRight,
     [](const Position& p) { return QuantityText(p.surplus()); }},
    {"STATE", "state", Align::kKey,
     [](const Position& p) { return EnumWord(p.state()); }},
    {"DEVICES", "device_count", Align::kRight,
     [](const Position& p) {
       return p.unrecognised() ? "" : absl::StrCat(p.device_count());
     }},
    {nullptr, "undetermined_count", Align::kRight,
     [](const Position& p) { return absl::StrCat(p.undetermined_count()); }},
    {nullptr, "entitlement_count", Align::kRight,
     [](const Position& p) { return absl::StrCat(p.entitlement_count()); }},
    {nullptr, "entitlement_out_of_term_count", Align::kRight,
     [](const Position& p) {
       return absl::StrCat(p.entitlement_out_of_term_count());
     }},
    {nullptr, "entitlement_not_applicable_count", Align::kRight,
     [](const Position& p) {
       return absl::StrCat(p.entitlement_not_applicable_count());
     }},
    {nullptr, "entitlement_no_right_count", Align::kRight,
     [](const Position& p) {
       return absl::StrCat(p.entitlement_no_right_count());
     }},
    {"REMARKS", nullptr, Align::kWrap, Remarks},
};

constexpr Column<EntitlementUse> kUseColumns[] = {
    {"CONTRACT", nullptr, Align::kKey,
     [](const EntitlementUse& u) { return u.entitlement().contract_number(); }},
    {"ORDER", nullptr, Align::kKey,
     [](const EntitlementUse& u) { return u.entitlement().purchase_order(); }},
    {"LINE", nullptr, Align::kKey,
     [](const EntitlementUse& u) { return u.entitlement().line(); }},
    {"QUANTITY", nullptr, Align::kRight,
     [](const EntitlementUse& u) {
       return QuantityText(u.entitlement().quantity());
     }},
    {"FROM", nullptr, Align::kKey,
     [](const EntitlementUse& u) { return u.entitlement().start_date(); }},
    {"TO", nullptr, Align::kKey,
     [](const EntitlementUse& u) { return u.entitlement().end_date(); }},
    {"COUNTS", nullptr, Align::kKey,
     [](const EntitlementUse& u) {
       return std::string(u.counts() ? "yes" : "no");
     }},
    {"WHY NOT", nullptr, Align::kWrap,
     [](const EntitlementUse& u) { return u.reason(); }},
};

std::string Evidence(const Consumption& c) {
  return absl::StrJoin(c.evidence(), "; ",
                       [](std::string* out, const v1::SoftwareEntry& entry) {
                         absl::StrAppend(out, entry.package().name(), " ",
                                         entry.package().version());
                       });
}

std::string How(const Consumption& c) {
  if (c.missing_facts().empty()) return c.explanation();
  return absl::StrCat(c.explanation(),
                      "; unknown: ", ListText(c.missing_facts()));
}

constexpr Column<Consumption> kConsumptionColumns[] = {
    {"DEVICE", nullptr, Align::kKey,
     [](const Consumption& c) { return ShortId(c.device_id()); }},
    {nullptr, "device_id", Align::kLeft,
     [](const Consumption& c) { return c.device_id(); }},
    {"HOST", "hostname", Align::kLeft,
     [](const Consumption& c) { return c.hostname(); }},
    {"USES", nullptr, Align::kRight,
     [](const Consumption& c) { return RangeText(c.quantity()); }},
    {nullptr, "quantity_low", Align::kRight,
     [](const Consumption& c) { return QuantityText(c.quantity().low()); }},
    {nullptr, "quantity", Align::kRight,
     [](const Consumption& c) {
       return QuantityText(c.quantity().expected());
     }},
    {nullptr, "quantity_high", Align::kRight,
     [](const Consumption& c) { return QuantityText(c.quantity().high()); }},
    {"BY", "evidence", Align::kLeft, Evidence},
    {"HOW", nullptr, Align::kWrap, How},
    {nullptr, "explanation", Align::kLeft,
     [](const Consumption& c) { return c.explanation(); }},
    {nullptr, "missing_facts", Align::kLeft,
     [](const Consumption& c) {
       return absl::StrJoin(c.missing_facts(), "; ");
     }},
};

std::string UsedText(const v1::ExplainPositionResponse& response, int width) {
  if (!response.consumptions().empty()) {
    return RenderTable(ToTable(kConsumptionColumns, response.consumptions()),
                       width);
  }
  return response.position().unrecognised()
             ? "not known, since no rule recognises it\n"
             : "nowhere\n";
}

// Devices that may use more than the numbers say.
std::string UnseenLine(absl::string_view devices) {
  return absl::StrCat(
      "\nThe software of ", devices,
      " was not seen, or not all of it; what it would add is in "
      "none of these numbers.\n");
}

std::string UnseenOf(const v1::ListPositionsResponse& response) {
  if (response.software_unseen_count() == 0) return "";
  return UnseenLine(absl::StrCat(response.software_unseen_count(), " of ",
                                 response.device_count(), " devices"));
}

std::string UnseenOf(const v1::ExplainPositionResponse& response) {
  // No more are listed.
  constexpr int kMostListed = 1'000;
  const int count = response.software_unseen_device_ids_size();
  if (count == 0) return "";
  return UnseenLine(absl::StrCat(count == kMostListed ? "at least " : "",
                                 CountText(count, "device", "devices")));
}

}  // namespace

std::string PositionsTable(const v1::ListPositionsResponse& response,
                           int width) {
  if (response.positions().empty()) return "";
  return absl::StrCat(
      MomentLine("Position", response),
      RenderTable(ToTable(kPositionColumns, response.positions()), width),
      UnseenOf(response));
}

std::string PositionsCsv(const v1::ListPositionsResponse& response) {
  return ToCsv(kPositionColumns, response.positions(),
               {{"effective_date", response.effective_date()},
                {"as_of", ExactTimeText(response.as_of())},
                {"software_unseen_count",
                 absl::StrCat(response.software_unseen_count())}});
}

std::string ExplanationTable(const v1::ExplainPositionResponse& response,
                             int width) {
  const std::vector<Position> position = {response.position()};
  std::string out =
      absl::StrCat(MomentLine("Position", response),
                   RenderTable(ToTable(kPositionColumns, position), width));
  for (const std::string& note : response.position().notes()) {
    absl::StrAppend(&out, "\nNote: ", EscapeForTerminal(note), "\n");
  }
  absl::StrAppend(&out, "\nBought:\n");
  absl::StrAppend(
      &out,
      response.entitlements().empty()
          ? "nothing\n"
          : RenderTable(ToTable(kUseColumns, response.entitlements()), width));
  absl::StrAppend(&out, "\nUsed:\n");
  absl::StrAppend(&out, UsedText(response, width));
  absl::StrAppend(&out, UnseenOf(response));
  return out;
}

std::string ExplanationCsv(const v1::ExplainPositionResponse& response) {
  const Position& position = response.position();
  return ToCsv(kConsumptionColumns, response.consumptions(),
               {{"publisher", position.publisher()},
                {"product", position.product()},
                {"metric", position.metric()},
                {"effective_date", response.effective_date()},
                {"as_of", ExactTimeText(response.as_of())}});
}

bool AnyNotCovered(const v1::ListPositionsResponse& response) {
  return std::any_of(response.positions().begin(), response.positions().end(),
                     [](const Position& position) {
                       return position.state() != Position::STATE_COVERED;
                     });
}

}  // namespace rollcall::cli
