#include <algorithm>

#include "demand/demand.hpp"

namespace ctxcap::demand {

ReloadCount count_reloads(std::vector<Arrival> arrivals) {
  std::sort(arrivals.begin(), arrivals.end(), [](const Arrival& a, const Arrival& b) {
    return a.at != b.at ? a.at < b.at : a.num_ctx < b.num_ctx;
  });
  ReloadCount count;
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    const Day day = day_of(arrivals[i].at);
    if (count.by_day.empty() || count.by_day.back().first != day) count.by_day.emplace_back(day, 0);
    if (i == 0 || arrivals[i].num_ctx == arrivals[i - 1].num_ctx) continue;
    ++count.reloads;
    ++count.by_day.back().second;
  }
  if (!count.by_day.empty())
    count.per_day = static_cast<double>(count.reloads) / static_cast<double>(count.by_day.size());
  return count;
}

}  // namespace ctxcap::demand
