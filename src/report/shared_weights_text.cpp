#include "report/shared_weights_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "report/style.hpp"

namespace ctxcap::report {
namespace {

std::string windows_text(const SharedWeights& shared) {
  std::vector<std::string> windows;
  for (const auto& [job, num_ctx] : shared.windows)
    windows.push_back(fmt::format("{} {}", printable(job, 40), num_ctx ? with_commas(*num_ctx) : "withheld"));
  return join(windows, ", ");
}

std::string reloads_text(const SharedWeights& shared) {
  const ReloadCount& count = shared.reloads;
  if (count.by_day.empty()) return "no request has both a time and a window, so reloads are unknown\n";
  const auto worst = std::max_element(count.by_day.begin(), count.by_day.end(),
                                      [](const auto& a, const auto& b) { return a.second < b.second; });
  std::string text = fmt::format("{} in {}, {:.1f} a day, at most {} ({})", counted(count.reloads, "reload"),
                                 counted(static_cast<i64>(count.by_day.size()), "day"), count.per_day,
                                 with_commas(worst->second), iso_date(worst->first));
  if (shared.weights_bytes)
    text += fmt::format("; each reads {} of weights again", human_bytes(*shared.weights_bytes));
  return text + "\n";
}

}  // namespace

std::string shared_weights_text(const SharedWeights& shared, const TextOptions& options) {
  std::string text = fmt::format("Shared   {}: {}\n         {}", printable(shared.model, 60),
                                 windows_text(shared), reloads_text(shared));
  if (shared.without_time > 0)
    text += fmt::format("         {} without a time could not be counted\n",
                        counted(shared.without_time, "request"));
  if (shared.without_window > 0)
    text += fmt::format("         {} of jobs whose window is withheld were left out\n",
                        counted(shared.without_window, "request"));
  if (shared.one_window && shared.one_window_cache_bytes) {
    text += fmt::format(
        "  or     one window of {}: no reload, {} of caches {} what the largest alone needs\n",
        with_commas(*shared.one_window), human_bytes(*shared.one_window_cache_bytes), marks_for(options).dot);
  }
  return text;
}

}  // namespace ctxcap::report
