#pragma once
// Quantities. All counting is signed 64 bit; "unknown" is std::nullopt, never 0.

#include <cstdint>
#include <optional>

namespace ctxcap {

using i64 = std::int64_t;

using Tokens = i64;  // tokens of one model's vocabulary
using Bytes = i64;   // bytes; KiB and GiB are powers of 1024, kB and GB powers of 1000

// nullopt when the result does not fit, or an operand is unknown.
inline std::optional<i64> checked_mul(std::optional<i64> a, std::optional<i64> b) {
  i64 product = 0;
  if (!a || !b || __builtin_mul_overflow(*a, *b, &product)) return std::nullopt;
  return product;
}
inline std::optional<i64> checked_add(std::optional<i64> a, std::optional<i64> b) {
  i64 sum = 0;
  if (!a || !b || __builtin_add_overflow(*a, *b, &sum)) return std::nullopt;
  return sum;
}

// The smallest multiple of `step` that is >= value. value >= 0, step > 0.
constexpr i64 round_up(i64 value, i64 step) {
  return (value + step - 1) / step * step;
}

}  // namespace ctxcap
