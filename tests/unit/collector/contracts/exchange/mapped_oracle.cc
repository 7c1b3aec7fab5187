#include "tests/unit/collector/contracts/exchange/mapped_oracle.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <utility>

#include "common/hash.h"

namespace rollcall::collector {
namespace {

using Statement = std::map<std::string, std::string>;

std::string Trimmed(std::string text) {
  const char* blanks = " \t\n\v\f\r";
  const size_t first = text.find_first_not_of(blanks);
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string Lower(std::string text) {
  for (char& c : text) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return text;
}
std::string Upper(std::string text) {
  for (char& c : text) {
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return text;
}

// "012.50" as "12.5".
std::string Number(std::string text) {
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  const size_t first = text.find_first_not_of('0');
  if (first == std::string::npos) return "0";
  text.erase(0, text[first] == '.' ? first - 1 : first);
  return text;
}

// The product of two decimal numbers, as people learn it: the digits as whole
// numbers, and the decimals of both.
std::string Product(const std::string& a, const std::string& b) {
  size_t decimals = 0;
  std::string digits[2];
  const std::string* factors[2] = {&a, &b};
  for (size_t i = 0; i < 2; ++i) {
    const std::string& factor = *factors[i];
    const size_t point = factor.find('.');
    if (point != std::string::npos) decimals += factor.size() - point - 1;
    for (const char c : factor) {
      if (c != '.') digits[i] += c;
    }
  }
  std::vector<int> sum(digits[0].size() + digits[1].size(), 0);
  for (size_t i = 0; i < digits[0].size(); ++i) {
    for (size_t j = 0; j < digits[1].size(); ++j) {
      sum[i + j + 1] += (digits[0][i] - '0') * (digits[1][j] - '0');
    }
  }
  std::string text;
  int carry = 0;
  for (size_t i = sum.size(); i-- > 0;) {
    const int value = sum[i] + carry;
    text.insert(text.begin(), static_cast<char>('0' + value % 10));
    carry = value / 10;
  }
  if (decimals > 0) {
    if (text.size() <= decimals)
      text.insert(0, decimals - text.size() + 1, '0');
    text.insert(text.size() - decimals, ".");
  }
  return Number(text);
}

// A header's field as labels are compared.
std::string Label(std::string text) {
  text = Lower(Trimmed(std::move(text)));
  std::replace(text.begin(), text.end(), '-', ' ');
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

// One line of a file.
class OracleLine {
 public:
  OracleLine(const std::vector<std::string>& header,
             const std::vector<std::string>& fields) {
    for (size_t i = 0; i < header.size() && i < fields.size(); ++i) {
      cells_[Label(header[i])] = Trimmed(fields[i]);
    }
  }

  std::string At(const std::string& label) const {
    const auto it = cells_.find(Label(label));
    return it == cells_.end() ? "" : it->second;
  }
  std::string FirstOf(const std::string& a, const std::string& b) const {
    return At(a).empty() ? At(b) : At(a);
  }

 private:
  std::map<std::string, std::string> cells_;
};

void Say(Statement& said, const std::string& field, const std::string& value) {
  if (!value.empty()) said[field] = value;
}

void SayTag(Statement& said, const std::string& name,
            const std::string& value) {
  Say(said, "tag " + name, value);
}

std::string LastDay(const std::string& day) {
  return day == "9999-12-31" ? "" : day;
}

// "EUR;200", or 200 in the currency of the line.
std::string Price(const std::string& text, std::string currency) {
  if (text.empty()) return "";
  std::string amount = text;
  const size_t mark = text.find(';');
  if (mark != std::string::npos) {
    currency = Trimmed(text.substr(0, mark));
    amount = Trimmed(text.substr(mark + 1));
  }
  return Number(amount) + " " + Upper(currency);
}

void SayPacks(Statement& said, const std::string& count,
              const std::string& size) {
  Say(said, "packs", Number(count) + " of " + Number(size));
  Say(said, "quantity", Product(count, size));
}

Statement ServiceNow(const OracleLine& line) {
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

Statement Flexera(const OracleLine& line) {
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

Statement Snow(const OracleLine& line) {
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

Statement SnipeIt(const OracleLine& line) {
  Statement said;
  Say(said, "contract", "HL-2026-01");
  Say(said, "vendor", line.At("Supplier"));
  Say(said, "publisher", line.At("Manufacturer"));
  Say(said, "product", line.At("Item name"));
  Say(said, "metric", "device");
  Say(said, "quantity",
      Lower(line.At("Seats")) == "unlimited" ? "unlimited"
                                             : Number(line.At("Seats")));
  Say(said, "start", line.At("Purchase date"));
  // A licence that is said to be terminated never is not terminated.
  Say(said, "end",
      LastDay(line.FirstOf("Termination date", "Expiration date")));
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

std::string OneLine(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

Statement Term(const OracleLine& line) {
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

Statement Contract(const OracleLine& line) {
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

Statement Invoice(const OracleLine& line) {
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

std::string InLines(const Statement& said) {
  std::string text;
  for (const auto& [field, value] : said) text += field + "=" + value + "\n";
  return text;
}

// A number of few decimals, from a numerator and a denominator that divides a
// power of ten.
std::string Decimal(int64_t numerator, int64_t denominator) {
  std::string text = std::to_string(numerator / denominator);
  int64_t rest = numerator % denominator;
  if (rest != 0) text += ".";
  for (int i = 0; rest != 0 && i < 13; ++i) {
    const __int128 next = static_cast<__int128>(rest) * 10;
    text += static_cast<char>('0' + static_cast<int>(next / denominator));
    rest = static_cast<int64_t>(next % denominator);
  }
  return text;
}
std::string Decimal(const v1::Rational& value) {
  return Decimal(value.numerator(), value.denominator());
}
std::string Amount(const v1::Money& money) {
  return Decimal(money.micros(), 1'000'000) + " " + money.currency();
}

Statement SaidByLine(const v1::Entitlement& line) {
  Statement said;
  Say(said, "contract", line.contract_number());
  Say(said, "vendor", line.vendor());
  Say(said, "publisher", line.publisher());
  Say(said, "product", line.product());
  Say(said, "version", line.version());
  Say(said, "edition", line.edition());
  Say(said, "metric", line.metric());
  Say(said, "quantity",
      line.quantity().unlimited() ? "unlimited"
                                  : Decimal(line.quantity().value()));
  if (line.has_pack_count()) {
    Say(said, "packs",
        Decimal(line.pack_count()) + " of " + Decimal(line.pack_size()));
  }
  Say(said, "start", line.start_date());
  Say(said, "end", line.end_date());
  if (line.has_unit_price()) Say(said, "unit price", Amount(line.unit_price()));
  if (line.has_pack_price()) Say(said, "pack price", Amount(line.pack_price()));
  Say(said, "order", line.purchase_order());
  Say(said, "line", line.line());
  Say(said, "source line", line.source_line_id());
  Say(said, "unit", line.organisation_unit());
  Say(said, "region", line.region());
  Say(said, "cost centre", line.cost_centre());
  Say(said, "part", line.part_number());
  if (line.licence_kind() != 0) {
    Say(said, "kind", std::to_string(line.licence_kind()));
  }
  Say(said, "maintained", line.maintenance_end_date());
  Say(said, "notes", line.notes());
  for (const auto& tag : line.tags()) SayTag(said, tag.name(), tag.value());
  for (const auto& right : line.use_rights()) {
    Say(said, "right " + std::to_string(right.kind()),
        right.permitted() ? "permitted" : "forbidden");
  }
  return said;
}

template <typename Texts>
std::string Joined(const Texts& texts) {
  std::string all;
  for (const auto& text : texts) all += (all.empty() ? "" : "; ") + text;
  return all;
}

Statement SaidByContract(const v1::Contract& contract) {
  Statement said;
  Say(said, "contract", contract.contract_number());
  Say(said, "vendor", contract.vendor());
  // Of a term, what identifies it: it is in its notes.
  if (!contract.vendor().empty()) Say(said, "title", contract.title());
  if (contract.kind() != 0) Say(said, "kind", std::to_string(contract.kind()));
  Say(said, "master", contract.master_contract_number());
  Say(said, "signed", contract.sign_date());
  Say(said, "start", contract.start_date());
  Say(said, "end", contract.end_date());
  Say(said, "currency", contract.currency());
  const v1::Clauses& clauses = contract.clauses();
  const auto count = [&](const std::string& field, bool has, int64_t value) {
    if (has) Say(said, field, std::to_string(value));
  };
  count("audit notice", clauses.audit().has_notice_days(),
        clauses.audit().notice_days());
  count("audit frequency", clauses.audit().has_frequency_months(),
        clauses.audit().frequency_months());
  Say(said, "renewal", clauses.renewal().automatic() ? "automatic" : "");
  count("renewal notice", clauses.renewal().has_notice_days(),
        clauses.renewal().notice_days());
  count("renewal term", clauses.renewal().has_term_months(),
        clauses.renewal().term_months());
  if (clauses.price_escalator().has_cap_percent()) {
    Say(said, "price cap", Decimal(clauses.price_escalator().cap_percent()));
  }
  Say(said, "true-up", Joined(clauses.true_up().yearly_dates()));
  std::vector<std::string> owners;
  for (const auto& owner : contract.owners()) {
    owners.push_back(owner.role() + ":" + owner.name());
  }
  Say(said, "owners", Joined(owners));
  Say(said, "units", Joined(contract.organisation_units()));
  Say(said, "notes", contract.notes());
  return said;
}

Statement SaidByInvoice(const v1::InvoiceLine& line) {
  Statement said;
  Say(said, "vendor", line.vendor());
  Say(said, "invoice", line.invoice_number());
  Say(said, "line", line.line());
  Say(said, "day", line.invoice_date());
  Say(said, "contract", line.contract_number());
  Say(said, "order", line.purchase_order());
  Say(said, "order line", line.purchase_order_line());
  Say(said, "part", line.part_number());
  Say(said, "product", line.product());
  Say(said, "quantity", Decimal(line.quantity()));
  Say(said, "price", Amount(line.unit_price()));
  Say(said, "total", Amount(line.total()));
  if (line.has_rebate()) Say(said, "rebate", Amount(line.rebate()));
  Say(said, "from", line.period_start_date());
  Say(said, "to", line.period_end_date());
  return said;
}

}  // namespace

std::optional<std::vector<std::string>> OracleFields(absl::string_view record) {
  std::vector<std::string> fields;
  size_t i = 0;
  while (true) {
    std::string field;
    while (i < record.size() && (record[i] == ' ' || record[i] == '\t')) ++i;
    if (i < record.size() && record[i] == '"') {
      for (++i;; ++i) {
        if (i >= record.size()) return std::nullopt;
        if (record[i] == '"') {
          if (i + 1 < record.size() && record[i + 1] == '"') {
            field += '"';
            ++i;
            continue;
          }
          ++i;
          break;
        }
        if (record[i] == '\r' && i + 1 < record.size() &&
            record[i + 1] == '\n') {
          continue;
        }
        field += record[i];
      }
      while (i < record.size() && (record[i] == ' ' || record[i] == '\t')) ++i;
      if (i < record.size() && record[i] != ',') return std::nullopt;
    } else {
      while (i < record.size() && record[i] != ',') {
        if (record[i] == '"') return std::nullopt;
        field += record[i++];
      }
    }
    fields.push_back(std::move(field));
    if (i >= record.size()) return fields;
    ++i;
  }
}

std::optional<std::string> OracleOf(const std::string& mapping,
                                    const std::vector<std::string>& header,
                                    const std::vector<std::string>& fields) {
  if (header.size() != fields.size()) return std::nullopt;
  using Reading = Statement (*)(const OracleLine&);
  const std::map<std::string, Reading> readings = {
      {"flexera-purchase-order-line", Flexera},
      {"flexera-term", Term},
      {"rollcall-contract", Contract},
      {"rollcall-invoice", Invoice},
      {"servicenow-entitlement", ServiceNow},
      {"snipe-it-licence", SnipeIt},
      {"snow-licence", Snow}};
  return InLines(readings.at(mapping)(OracleLine(header, fields)));
}

std::string SaidBy(const v1::ContractObject& object) {
  if (object.has_entitlement())
    return InLines(SaidByLine(object.entitlement()));
  if (object.has_invoice_line()) {
    return InLines(SaidByInvoice(object.invoice_line()));
  }
  return InLines(SaidByContract(object.contract()));
}

}  // namespace rollcall::collector
