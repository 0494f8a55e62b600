#pragma once
// Sizes and counts as people write and read them.

#include <optional>
#include <string>
#include <string_view>

#include "base/quantity.hpp"
#include "base/result.hpp"

namespace ctxcap {

// "24GiB", "7.7 GB", "512MiB", "1073741824", "80kB": decimal units are powers of 1000, binary ones of 1024;
// a unit of one letter ("24G") is refused because it says neither. Negative sizes and overflow are errors.
Result<Bytes> parse_bytes(std::string_view text);

// A count of tokens: digits only, no sign, no unit; underscores and commas between digits are allowed.
Result<Tokens> parse_tokens(std::string_view text);

// A whole decimal number, nothing before or after it. nullopt also when it does not fit.
std::optional<i64> parse_integer(std::string_view text);
std::optional<double> parse_number(std::string_view text);

// 1234567 -> "1,234,567"
std::string with_commas(i64 value);

// 1, "request" -> "1 request"; 4100 -> "4,100 requests"
std::string counted(i64 count, std::string_view noun);

// Binary units with three significant digits: "160 KiB", "1.25 GiB", "0 B".
std::string human_bytes(Bytes bytes);

// A share as percent, precise enough to tell small ones apart: 0.001 -> "0.1 %", 0.0967 -> "9.7 %".
std::string percent(double share);

}  // namespace ctxcap
