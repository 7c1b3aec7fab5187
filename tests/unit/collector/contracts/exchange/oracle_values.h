// How the oracle of mapped files reads cells: by text alone, with nothing of
// the product.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace rollcall::collector::oracle {

// What a line says, by field.
using Statement = std::map<std::string, std::string>;

std::string Trimmed(const std::string& text);
std::string Lower(std::string text);
std::string Upper(std::string text);
// "012.50" as "12.5".
std::string Number(std::string text);
// The product of two decimal numbers, as people learn it: the digits as whole
// numbers, and the decimals of both.
std::string Product(const std::string& a, const std::string& b);

// One line of a file.
class Line {
 public:
  Line(const std::vector<std::string>& header,
       const std::vector<std::string>& fields);

  std::string At(const std::string& label) const;
  std::string FirstOf(const std::string& a, const std::string& b) const {
    return At(a).empty() ? At(b) : At(a);
  }

 private:
  std::map<std::string, std::string> cells_;
};

// Says something of a field, unless it is nothing.
void Say(Statement& said, const std::string& field, const std::string& value);
void SayTag(Statement& said, const std::string& name, const std::string& value);
void SayPacks(Statement& said, const std::string& count,
              const std::string& size);

// The day, unless it is the one that never comes.
std::string LastDay(const std::string& day);
// "EUR;200", or 200 in the currency of the line.
std::string Price(const std::string& text, std::string currency);

}  // namespace rollcall::collector::oracle
