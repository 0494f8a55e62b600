#include "tenants/told.hpp"

#include <array>
#include <cmath>

#include "base/units.hpp"

namespace ctxcap::tenants {
namespace {

constexpr std::array<std::pair<std::string_view, double>, 8> kUnits = {{{"bytes", 1.0},
                                                                        {"KiB", 1024.0},
                                                                        {"MiB", 1048576.0},
                                                                        {"GiB", 1073741824.0},
                                                                        {"TiB", 1099511627776.0},
                                                                        {"KB", 1024.0},
                                                                        {"MB", 1048576.0},
                                                                        {"GB", 1073741824.0}}};
constexpr double kMost = 9e15;  // exact in a double, and beyond any card

bool is_of_number(char c) {
  return (c >= '0' && c <= '9') || c == '.';
}

}  // namespace

std::optional<ToldBytes> size_at(std::string_view text) {
  std::size_t digits = 0;
  while (digits < text.size() && is_of_number(text[digits])) ++digits;
  const std::string_view number = text.substr(0, digits);
  const auto value = parse_number(number);
  if (!value) return std::nullopt;
  std::string_view rest = text.substr(digits);
  if (rest.starts_with(' ')) rest.remove_prefix(1);
  for (const auto& [name, unit] : kUnits) {
    if (!rest.starts_with(name)) continue;
    const double bytes = *value * unit;
    if (!(bytes <= kMost)) return std::nullopt;
    const std::size_t point = number.find('.');
    const auto decimals = point == number.npos ? 0.0 : static_cast<double>(number.size() - point - 1);
    const double slack = unit == 1.0 ? 0.0 : unit * std::pow(10.0, -decimals) / 2;
    return ToldBytes{static_cast<Bytes>(std::llround(bytes)), static_cast<Bytes>(std::ceil(slack))};
  }
  return std::nullopt;
}

std::optional<ToldBytes> size_after(std::string_view text, std::string_view words) {
  const std::size_t at = text.find(words);
  return at == text.npos ? std::nullopt : size_at(text.substr(at + words.size()));
}

std::optional<ToldBytes> size_before(std::string_view text, std::string_view words) {
  const std::size_t at = text.find(words);
  if (at == text.npos) return std::nullopt;
  const std::size_t unit = text.rfind(' ', at == 0 ? 0 : at - 1);  // before "GiB"
  if (unit == text.npos || unit == 0) return std::nullopt;
  std::size_t number = unit;
  while (number > 0 && is_of_number(text[number - 1])) --number;
  return size_at(text.substr(number, at - number));
}

std::optional<i64> number_after(std::string_view text, std::string_view words) {
  const std::size_t at = text.find(words);
  if (at == text.npos) return std::nullopt;
  std::string_view rest = text.substr(at + words.size());
  std::size_t digits = 0;
  while (digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9') ++digits;
  return parse_integer(rest.substr(0, digits));
}

}  // namespace ctxcap::tenants
