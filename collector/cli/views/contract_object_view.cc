#include "collector/cli/views/contract_object_view.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "collector/cli/columns.h"
#include "collector/cli/enums.h"
#include "collector/cli/values.h"
#include "collector/cli/views/device_view.h"
#include "collector/cli/views/moment_line.h"

namespace rollcall::cli {
namespace {

using v1::ContractObject;
using v1::ContractObjectVersion;

// Joins what is there.
std::string Joined(std::vector<std::string> texts, absl::string_view between) {
  texts.erase(std::remove(texts.begin(), texts.end(), ""), texts.end());
  return absl::StrJoin(texts, between);
}

std::string Said(absl::string_view what, const std::string& value) {
  return value.empty() ? "" : absl::StrCat(what, " ", value);
}

std::string Term(const std::string& start, const std::string& end) {
  return absl::StrCat(start, " to ", end.empty() ? "no end" : end);
}

std::string SummaryOf(const v1::Vendor& v) {
  return Joined({Said("number", v.vendor_number()),
                 Said("also", ListText(v.aliases())), v.notes()},
                "; ");
}

std::string SummaryOf(const v1::Contract& c) {
  return Joined({c.vendor(), EnumWord(c.kind()),
                 Term(c.start_date(), c.end_date()), c.title()},
                "; ");
}

std::string SummaryOf(const v1::Amendment& a) {
  return Joined({Said("from", a.effective_date()), a.title()}, "; ");
}

std::string SummaryOf(const v1::PurchaseOrder& p) {
  return Joined({p.vendor(), Said("of", p.order_date()),
                 Said("for", p.requestor()), p.cost_centre()},
                "; ");
}

std::string SummaryOf(const v1::Entitlement& e) {
  return Joined(
      {absl::StrCat(
           QuantityText(e.quantity()), " ", e.metric(), " of ",
           Joined({e.publisher(), e.product(), e.edition(), e.version()}, " ")),
       Term(e.start_date(), e.end_date()),
       e.has_unit_price() ? absl::StrCat(MoneyText(e.unit_price()), " each")
                          : ""},
      "; ");
}

std::string SummaryOf(const v1::InvoiceLine& i) {
  return Joined({Said("of", i.invoice_date()),
                 absl::StrCat(RationalText(i.quantity()), " at ",
                              MoneyText(i.unit_price())),
                 MoneyText(i.total()), i.product(),
                 Said("contract", i.contract_number())},
                "; ");
}

std::string SummaryOf(const v1::Audit& a) {
  return Joined(
      {Said("noticed", a.notice_date()), Said("began", a.start_date()),
       Said("findings", a.findings_date()),
       a.close_date().empty() ? "open" : Said("closed", a.close_date()),
       Said("contract", a.contract_number()),
       Said("holds", ListText(a.held_products()))},
      "; ");
}

std::string SummaryOf(const v1::Review& r) {
  return Joined({Said("by", r.reviewer()), r.notes()}, "; ");
}

std::vector<std::string> NameParts(const ContractObject& object) {
  switch (object.object_case()) {
    case ContractObject::kVendor:
      return {object.vendor().name()};
    case ContractObject::kContract:
      return {object.contract().contract_number()};
    case ContractObject::kAmendment:
      return {object.amendment().contract_number(),
              object.amendment().amendment_number()};
    case ContractObject::kPurchaseOrder:
      return {object.purchase_order().order_number()};
    case ContractObject::kEntitlement:
      return {object.entitlement().contract_number(),
              object.entitlement().purchase_order(),
              object.entitlement().line()};
    case ContractObject::kInvoiceLine:
      return {object.invoice_line().vendor(),
              object.invoice_line().invoice_number(),
              object.invoice_line().line()};
    case ContractObject::kAudit:
      return {object.audit().vendor(), object.audit().reference()};
    case ContractObject::kReview:
      return {object.review().contract_number(), object.review().review_date()};
    case ContractObject::OBJECT_NOT_SET:
      break;
  }
  return {};
}

std::string IdOf(const ContractObject& object) {
  switch (object.object_case()) {
    case ContractObject::kVendor:
      return object.vendor().vendor_id();
    case ContractObject::kContract:
      return object.contract().contract_id();
    case ContractObject::kAmendment:
      return object.amendment().amendment_id();
    case ContractObject::kPurchaseOrder:
      return object.purchase_order().purchase_order_id();
    case ContractObject::kEntitlement:
      return object.entitlement().entitlement_id();
    case ContractObject::kInvoiceLine:
      return object.invoice_line().invoice_line_id();
    case ContractObject::kAudit:
      return object.audit().audit_id();
    case ContractObject::kReview:
      return object.review().review_id();
    case ContractObject::OBJECT_NOT_SET:
      break;
  }
  return "";
}

constexpr Column<ContractObject> kObjectColumns[] = {
    {"NAME", "name", Align::kKey, ContractObjectName},
    {"ID", nullptr, Align::kKey,
     [](const ContractObject& o) { return ShortId(IdOf(o)); }},
    {nullptr, "object_id", Align::kLeft, IdOf},
    {"WHAT", "summary", Align::kWrap, ContractObjectSummary},
};

constexpr Column<ContractObjectVersion> kVersionColumns[] = {
    {"FROM", nullptr, Align::kKey,
     [](const ContractObjectVersion& v) {
       const std::string& date = v.change().effective_date();
       return date.empty() ? "always" : date;
     }},
    {nullptr, "effective_date", Align::kLeft,
     [](const ContractObjectVersion& v) {
       return v.change().effective_date();
     }},
    {"KNOWN SINCE", nullptr, Align::kKey,
     [](const ContractObjectVersion& v) { return TimeText(v.known_time()); }},
    {nullptr, "known_time", Align::kLeft,
     [](const ContractObjectVersion& v) {
       return ExactTimeText(v.known_time());
     }},
    {"SAID", "action", Align::kKey,
     [](const ContractObjectVersion& v) {
       return EnumWord(v.change().action());
     }},
    {"CHANGE-SET", nullptr, Align::kKey,
     [](const ContractObjectVersion& v) { return ShortId(v.change_set_id()); }},
    {nullptr, "change_set_id", Align::kLeft,
     [](const ContractObjectVersion& v) { return v.change_set_id(); }},
    {"WHAT", "summary", Align::kWrap,
     [](const ContractObjectVersion& v) {
       // Of one that ends nothing is said but its name.
       return v.change().action() == v1::ObjectChange::ACTION_SET
                  ? ContractObjectSummary(v.change().object())
                  : std::string();
     }},
};

}  // namespace

std::string ContractObjectName(const ContractObject& object) {
  return absl::StrJoin(NameParts(object), " / ");
}

std::string ContractObjectSummary(const ContractObject& object) {
  switch (object.object_case()) {
    case ContractObject::kVendor:
      return SummaryOf(object.vendor());
    case ContractObject::kContract:
      return SummaryOf(object.contract());
    case ContractObject::kAmendment:
      return SummaryOf(object.amendment());
    case ContractObject::kPurchaseOrder:
      return SummaryOf(object.purchase_order());
    case ContractObject::kEntitlement:
      return SummaryOf(object.entitlement());
    case ContractObject::kInvoiceLine:
      return SummaryOf(object.invoice_line());
    case ContractObject::kAudit:
      return SummaryOf(object.audit());
    case ContractObject::kReview:
      return SummaryOf(object.review());
    case ContractObject::OBJECT_NOT_SET:
      break;
  }
  return "of a kind that this command does not know";
}

std::string ContractObjectsTable(
    const v1::ListContractObjectsResponse& response, int width) {
  if (response.objects().empty()) return "";
  return MomentLine("Objects", response) + ContractObjectRows(response, width);
}

std::string ContractObjectRows(const v1::ListContractObjectsResponse& response,
                               int width) {
  return RenderTable(ToTable(kObjectColumns, response.objects()), width);
}

std::string ContractObjectsCsv(
    const v1::ListContractObjectsResponse& response) {
  return ToCsv(kObjectColumns, response.objects(), MomentColumns(response));
}

std::string ContractHistoryTable(
    const v1::ListContractObjectVersionsResponse& response, int width) {
  if (response.versions().empty()) return "";
  return RenderTable(ToTable(kVersionColumns, response.versions()), width);
}

std::string ContractHistoryCsv(
    const v1::ListContractObjectVersionsResponse& response) {
  return ToCsv(kVersionColumns, response.versions());
}

}  // namespace rollcall::cli
