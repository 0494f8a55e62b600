#include "demand/rank_sums.hpp"

#include <algorithm>
#include <vector>

namespace ctxcap::demand {

double chance_of_sum(std::span<const i64> ranks, std::size_t drawn, i64 seen) {
  const auto last = static_cast<std::size_t>(seen);
  // ways[k][s]: share of choices of k values with rank sum s, built value by value.
  std::vector<std::vector<double>> ways(drawn + 1, std::vector<double>(last + 1, 0));
  std::vector<double> beyond(drawn + 1, 0);  // sums above `seen` need no further telling apart
  ways[0][0] = 1;
  double done = 0;
  for (const i64 value : ranks) {
    const std::size_t rank = std::min(static_cast<std::size_t>(value), last + 1);
    done += 1;
    for (std::size_t k = std::min(drawn, static_cast<std::size_t>(done)); k >= 1; --k) {
      // Keeping shares instead of counts: choosing this value among `done` has chance k / done for k chosen.
      const double take = static_cast<double>(k) / done, leave = 1 - take;
      double* const now = ways[k].data();
      const double* const before = ways[k - 1].data();
      double over = beyond[k] * leave + beyond[k - 1] * take;
      for (std::size_t s = last + 1 - rank; s <= last; ++s) over += before[s] * take;
      for (std::size_t s = 0; s < rank; ++s) now[s] *= leave;
      for (std::size_t s = rank; s <= last; ++s) now[s] = now[s] * leave + before[s - rank] * take;
      beyond[k] = over;
    }
  }
  return std::min(1.0, beyond[drawn] + ways[drawn][last]);
}

}  // namespace ctxcap::demand
