#include "tests/unit/collector/contracts/exchange/oracle_values.h"

#include <algorithm>
#include <cctype>

namespace rollcall::collector::oracle {

std::string Trimmed(const std::string& text) {
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

namespace {

// A header's field as labels are compared.
std::string Label(std::string text) {
  text = Lower(Trimmed(std::move(text)));
  std::replace(text.begin(), text.end(), '-', ' ');
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

}  // namespace

Line::Line(const std::vector<std::string>& header,
           const std::vector<std::string>& fields) {
  for (size_t i = 0; i < header.size() && i < fields.size(); ++i) {
    cells_[Label(header[i])] = Trimmed(fields[i]);
  }
}

std::string Line::At(const std::string& label) const {
  const auto it = cells_.find(Label(label));
  return it == cells_.end() ? "" : it->second;
}

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

}  // namespace rollcall::collector::oracle
