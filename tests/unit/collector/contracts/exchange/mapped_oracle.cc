#include "tests/unit/collector/contracts/exchange/mapped_oracle.h"

#include <map>
#include <utility>

#include "tests/unit/collector/contracts/exchange/oracle_readings.h"

namespace rollcall::collector {
namespace {

std::string InLines(const oracle::Statement& said) {
  std::string text;
  for (const auto& [field, value] : said)
    text.append(field).append("=").append(value).append("\n");
  return text;
}

oracle::State StateOf(const std::string& mapping, const oracle::Line& line) {
  if (mapping == "servicenow-entitlement")
    return oracle::StateInServiceNow(line);
  if (mapping == "flexera-purchase-order-line")
    return oracle::StateInFlexera(line);
  return oracle::State::kTaken;
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
  const oracle::Line line(header, fields);
  if (StateOf(mapping, line) != oracle::State::kTaken) return std::nullopt;
  using Reading = oracle::Statement (*)(const oracle::Line&);
  const std::map<std::string, Reading> readings = {
      {"flexera-purchase-order-line", oracle::ReadFlexera},
      {"flexera-term", oracle::ReadTerm},
      {"rollcall-contract", oracle::ReadContract},
      {"rollcall-invoice", oracle::ReadInvoice},
      {"servicenow-entitlement", oracle::ReadServiceNow},
      {"snipe-it-licence", oracle::ReadSnipeIt},
      {"snow-licence", oracle::ReadSnow}};
  return InLines(readings.at(mapping)(line));
}

bool OracleLeavesOut(const std::string& mapping,
                     const std::vector<std::string>& header,
                     const std::vector<std::string>& fields) {
  return header.size() == fields.size() &&
         StateOf(mapping, oracle::Line(header, fields)) ==
             oracle::State::kLeftOut;
}

std::string SaidBy(const v1::ContractObject& object) {
  return InLines(oracle::StatementOf(object));
}

}  // namespace rollcall::collector
