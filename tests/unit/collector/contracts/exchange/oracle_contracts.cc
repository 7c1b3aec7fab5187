#include <algorithm>
#include <map>
#include <string>

#include "tests/unit/collector/contracts/exchange/oracle_readings.h"

namespace rollcall::collector::oracle {
namespace {

std::string OneLine(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

// A list as it is written, with one "; " between its entries.
std::string List(const std::string& text) {
  std::string list;
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find(';', begin), text.size());
    const std::string entry = Trimmed(text.substr(begin, end - begin));
    if (!entry.empty()) list += (list.empty() ? "" : "; ") + entry;
    begin = end + 1;
  }
  return list;
}

// A count as people read it.
std::string Whole(const std::string& text) {
  return text.empty() ? "" : Number(text);
}

std::string Owners(const std::string& text) {
  std::string owners;
  size_t begin = 0;
  const std::string list = List(text);
  while (begin < list.size()) {
    const size_t end = std::min(list.find("; ", begin), list.size());
    const std::string entry = list.substr(begin, end - begin);
    const size_t colon = std::min(entry.find(':'), entry.size());
    owners += (owners.empty() ? "" : "; ") + Trimmed(entry.substr(0, colon)) +
              ":" +
              (colon < entry.size() ? Trimmed(entry.substr(colon + 1)) : "");
    begin = end + 2;
  }
  return owners;
}

std::string KindWord(std::string text) {
  text = Lower(std::move(text));
  std::replace(text.begin(), text.end(), '_', '-');
  std::replace(text.begin(), text.end(), ' ', '-');
  return text;
}

}  // namespace

Statement ReadTerm(const Line& line) {
  Statement said;
  Say(said, "contract", line.At("ContractNo"));
  std::string text = line.At("TermAndConditionType");
  const std::string begin = line.At("BeginDate");
  const std::string end = LastDay(line.At("EndDate"));
  if (!begin.empty()) text += " from " + begin;
  if (!end.empty()) text += " to " + end;
  std::string description = OneLine(line.At("Description"));
  std::replace(description.begin(), description.end(), ';', ',');
  text += " (flexera-term): " + description;
  if (!line.At("Comments").empty()) text += "; " + OneLine(line.At("Comments"));
  if (!line.At("DocumentReference").empty()) {
    text += "; document " + line.At("DocumentReference");
  }
  Say(said, "notes", text);
  return said;
}

Statement ReadContract(const Line& line) {
  Statement said;
  Say(said, "contract", line.At("contract_number"));
  Say(said, "vendor", line.At("vendor"));
  Say(said, "title", line.At("title"));
  const std::map<std::string, std::string> kinds = {
      {"", ""},           {"master", "1"},      {"enterprise", "2"},
      {"site", "3"},      {"pay-per-use", "4"}, {"subscription", "5"},
      {"perpetual", "6"}, {"maintenance", "7"}, {"saas", "8"}};
  const auto kind = kinds.find(KindWord(line.At("kind")));
  Say(said, "kind", kind == kinds.end() ? "contradiction" : kind->second);
  Say(said, "master", line.At("master_contract_number"));
  Say(said, "signed", line.At("sign_date"));
  Say(said, "start", line.At("start_date"));
  Say(said, "end", line.At("end_date"));
  Say(said, "currency", Upper(line.At("currency")));
  Say(said, "audit notice", Whole(line.At("audit_notice_days")));
  Say(said, "audit frequency", Whole(line.At("audit_frequency_months")));
  Say(said, "renewal",
      Lower(line.At("renewal_automatic")) == "yes" ? "automatic" : "");
  Say(said, "renewal notice", Whole(line.At("renewal_notice_days")));
  Say(said, "renewal term", Whole(line.At("renewal_term_months")));
  Say(said, "price cap", Whole(line.At("price_cap_percent")));
  Say(said, "true-up", List(line.At("true_up_dates")));
  Say(said, "owners", Owners(line.At("owners")));
  Say(said, "units", List(line.At("organisation_units")));
  Say(said, "notes", line.At("notes"));
  return said;
}

Statement ReadInvoice(const Line& line) {
  Statement said;
  const std::string currency = line.At("currency");
  Say(said, "vendor", line.At("vendor"));
  Say(said, "invoice", line.At("invoice_number"));
  Say(said, "line", line.At("line"));
  Say(said, "day", line.At("invoice_date"));
  Say(said, "contract", line.At("contract_number"));
  Say(said, "order", line.At("purchase_order"));
  Say(said, "order line", line.At("purchase_order_line"));
  Say(said, "part", line.At("part_number"));
  Say(said, "product", line.At("product"));
  Say(said, "quantity", Number(line.At("quantity")));
  Say(said, "price", Price(line.At("unit_price"), currency));
  Say(said, "total", Price(line.At("total"), currency));
  Say(said, "rebate", Price(line.At("rebate"), currency));
  Say(said, "from", line.At("period_start_date"));
  Say(said, "to", line.At("period_end_date"));
  return said;
}

}  // namespace rollcall::collector::oracle
