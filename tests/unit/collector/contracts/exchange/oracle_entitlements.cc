#include <map>
#include <set>
#include <string>

#include "common/hash.h"
#include "tests/unit/collector/contracts/exchange/oracle_readings.h"

namespace rollcall::collector::oracle {
namespace {

void SayRight(Statement& said, const std::string& right,
              const std::string& cell) {
  const std::string word = Lower(cell);
  if (word == "yes" || word == "true" || word == "1" || word == "permitted") {
    Say(said, "right " + right, "permitted");
  } else if (word == "forbidden") {
    Say(said, "right " + right, "forbidden");
  } else if (word != "no" && word != "false" && word != "0" && !word.empty()) {
    Say(said, "right " + right, "contradiction");
  }
}

}  // namespace

Statement ReadServiceNow(const Line& line) {
  Statement said;
  Say(said, "contract", line.At("Contract number"));
  Say(said, "vendor", line.At("Vendor"));
  Say(said, "publisher", line.At("Publisher"));
  Say(said, "product", line.At("Product"));
  Say(said, "version", line.At("Version"));
  Say(said, "edition", line.At("Edition"));
  const std::string metric = Lower(line.At("License metric"));
  Say(said, "metric",
      metric == "per core" ? "core"
                           : (metric == "per device" ? "device" : metric));
  const std::string unlimited = Lower(line.At("Unlimited license"));
  const std::string rights = line.At("Purchased rights");
  if (unlimited == "true" || unlimited == "yes" || rights == "-1" ||
      Lower(rights) == "unlimited") {
    Say(said, "quantity", "unlimited");
  } else if (!line.At("Number of packs").empty() &&
             !line.At("Rights per license pack").empty()) {
    SayPacks(said, line.At("Number of packs"),
             line.At("Rights per license pack"));
    if (!rights.empty() && Number(rights) != said["quantity"]) {
      said["quantity"] = "contradiction";
    }
  } else {
    Say(said, "quantity", Number(rights));
  }
  Say(said, "start", line.FirstOf("Start date", "Purchased"));
  Say(said, "end", LastDay(line.At("End date")));
  Say(said, "unit price", Price(line.At("Unit cost"), ""));
  Say(said, "line", line.At("Asset tag"));
  Say(said, "source line", line.At("Asset tag"));
  Say(said, "unit", line.At("Department"));
  Say(said, "region", line.At("Location"));
  Say(said, "cost centre", line.At("Cost center"));
  Say(said, "part", line.At("Publisher Part Number"));
  const std::map<std::string, std::string> kinds = {
      {"perpetual", "1"},
      {"perpetual+sa", "2"},
      {"perpetual + sa", "2"},
      {"perpetual+maintenance", "2"},
      {"perpetual + maintenance", "2"},
      {"sa", "3"},
      {"maintenance", "3"},
      {"subscription", "4"},
      {"upgrade", "5"},
      {"step-up", "6"},
      {"subscription step-up", "6"},
      {"add-on", "7"},
      {"", ""}};
  const auto kind = kinds.find(Lower(line.At("License type")));
  Say(said, "kind", kind == kinds.end() ? "contradiction" : kind->second);
  SayTag(said, "agreement type", line.At("Agreement type"));
  SayTag(said, "company", line.At("Company"));
  SayTag(said, "platform", line.At("Platform"));
  SayTag(said, "invoice", line.At("Invoice number"));
  return said;
}

Statement ReadFlexera(const Line& line) {
  Statement said;
  Say(said, "contract", line.At("Contract"));
  Say(said, "vendor", line.At("Vendor"));
  Say(said, "publisher", line.At("Publisher"));
  Say(said, "product", line.At("Description"));
  Say(said, "metric", "core");
  const std::string size = line.At("Quantity Per Unit");
  SayPacks(said, line.At("Purchase Quantity"), size.empty() ? "1" : size);
  Say(said, "pack price",
      Price(line.At("Unit Price"), line.At("Currency Code")));
  Say(said, "start", line.FirstOf("Effective Date", "Purchase Date"));
  Say(said, "end", LastDay(line.At("Expiry Date")));
  const std::string order = line.At("Purchase Order");
  const std::string number = line.At("Purchase Order Line Sequence");
  Say(said, "order", order);
  Say(said, "line", number);
  Say(said, "source line", order + "/" + number);
  Say(said, "unit", line.At("Corporate Unit"));
  Say(said, "region", line.At("Location"));
  Say(said, "cost centre", line.At("Cost Center"));
  Say(said, "part", line.At("Part No/SKU"));
  const std::map<std::string, std::string> kinds = {
      {"", ""},
      {"not set", ""},
      {"software", ""},
      {"software baseline", ""},
      {"software subscription", "4"},
      {"software maintenance", "3"},
      {"software product upgrade", "5"},
      {"software upgrade", "5"}};
  const auto kind = kinds.find(Lower(line.At("Purchase Type")));
  Say(said, "kind", kind == kinds.end() ? "contradiction" : kind->second);
  const std::string comments = line.At("Comments");
  Say(said, "notes", comments.empty() ? "" : "Comments: " + comments);
  SayTag(said, "category", line.At("Category"));
  SayTag(said, "status", line.At("Status"));
  SayTag(said, "invoice", line.At("Invoice Number"));
  SayTag(said, "requestor", line.At("Requestor"));
  return said;
}

Statement ReadSnow(const Line& line) {
  Statement said;
  Say(said, "contract", line.At("Agreement"));
  Say(said, "vendor", line.At("Vendor"));
  Say(said, "publisher", line.At("Manufacturer"));
  Say(said, "product", line.At("Application name"));
  Say(said, "part", line.FirstOf("Application part number", "SKU"));
  const std::string metric = Lower(line.At("Metric"));
  Say(said, "metric",
      metric == "devices" || metric == "number of devices"
          ? "device"
          : (metric == "processor cores" ||
                     metric == "number of processor cores"
                 ? "core"
                 : metric));
  const std::string quantity = line.At("Quantity");
  Say(said, "quantity",
      quantity == "-1" || Lower(quantity) == "unlimited" ? "unlimited"
                                                         : Number(quantity));
  Say(said, "start", line.At("Purchase date"));
  Say(said, "maintained", LastDay(line.At("Maintenance period to")));
  Say(said, "line", line.At("License ID"));
  Say(said, "source line", line.At("License ID"));
  Say(said, "unit", line.At("Legal organisation"));
  SayRight(said, "11", line.At("Cross edition rights"));
  SayRight(said, "10", line.At("Cross platform rights"));
  SayRight(said, "3", line.At("Downgrade rights"));
  SayRight(said, "4", line.At("Upgrade rights"));
  std::string notes;
  for (const std::string label : {"Product description", "Notes"}) {
    if (line.At(label).empty()) continue;
    notes += (notes.empty() ? "" : "\n") + label + ": " + line.At(label);
  }
  Say(said, "notes", notes);
  const std::string price = line.At("Purchase price");
  const std::string currency = line.At("Currency");
  SayTag(said, "purchase price",
         price + (price.empty() || currency.empty() ? "" : " ") + currency);
  SayTag(said, "assignment type", line.At("Assignment type"));
  SayTag(said, "invoice", line.At("Invoice reference"));
  SayTag(said, "maintenance from", line.At("Maintenance period from"));
  return said;
}

Statement ReadSnipeIt(const Line& line) {
  Statement said;
  Say(said, "contract", "HM-2026-01");
  Say(said, "vendor", line.At("Supplier"));
  Say(said, "publisher", line.At("Manufacturer"));
  Say(said, "product", line.At("Item name"));
  Say(said, "metric", "device");
  Say(said, "quantity",
      Lower(line.At("Seats")) == "unlimited" ? "unlimited"
                                             : Number(line.At("Seats")));
  Say(said, "start", line.At("Purchase date"));
  // Either of them ends it; one that never comes ends nothing.
  const std::string terminated = LastDay(line.At("Termination date"));
  const std::string expired = LastDay(line.At("Expiration date"));
  const bool expires_first =
      terminated.empty() || (!expired.empty() && expired < terminated);
  Say(said, "end", expires_first ? expired : terminated);
  Say(said, "order", line.FirstOf("Purchase order", "Order number"));
  const std::string serial = line.At("Serial number");
  const std::string name = line.At("Item name");
  const std::string id =
      Sha256Hex(serial + (serial.empty() || name.empty() ? "" : "\n") + name)
          .substr(0, 16);
  Say(said, "line", id);
  Say(said, "source line", id);
  Say(said, "unit", line.At("Company"));
  const std::string notes = line.At("Notes");
  Say(said, "notes", notes.empty() ? "" : "Notes: " + notes);
  SayTag(said, "category", line.At("Category"));
  SayTag(said, "purchase cost", line.At("Purchase cost"));
  SayTag(said, "maintained", line.At("Maintained"));
  SayTag(said, "reassignable", line.At("Reassignable"));
  return said;
}

State StateInServiceNow(const Line& line) {
  const std::string state = Lower(line.At("State"));
  const std::string detail = Lower(line.At("Substate"));
  const std::set<std::string> no_right = {"retired", "missing", "on order",
                                          "build"};
  const std::set<std::string> gone = {
      "disposed", "sold", "donated", "vendor credit",
      "obsolete", "lost", "stolen",  "pre-allocated"};
  if (no_right.count(state) > 0 || gone.count(detail) > 0) {
    return State::kLeftOut;
  }
  const std::set<std::string> right = {
      "", "in use", "in stock", "in transit", "consumed", "in maintenance"};
  const std::set<std::string> details = {"",
                                         "none",
                                         "available",
                                         "reserved",
                                         "pending install",
                                         "pending transfer",
                                         "pending fulfillment",
                                         "pending retirement",
                                         "pending disposal",
                                         "end of support"};
  return right.count(state) > 0 && details.count(detail) > 0 ? State::kTaken
                                                             : State::kUnknown;
}

State StateInFlexera(const Line& line) {
  const std::string status = Lower(line.At("Status"));
  if (status.empty() || status == "completed" || status == "item received") {
    return State::kTaken;
  }
  return status == "cancelled" || status == "new" ||
                 status == "sent to approver" || status == "sent to vendor"
             ? State::kLeftOut
             : State::kUnknown;
}

}  // namespace rollcall::collector::oracle
