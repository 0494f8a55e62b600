// What was not counted, in lines that every text of ours shares.

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "report/report.hpp"

namespace ctxcap::report {

std::vector<std::string> skip_lines(std::span<const Skip> skipped, std::size_t most) {
  std::vector<Skip> all(skipped.begin(), skipped.end());
  std::stable_sort(all.begin(), all.end(), [](const Skip& a, const Skip& b) { return a.count > b.count; });
  std::vector<std::string> lines;
  i64 rest = 0;
  for (const Skip& skip : all) {
    if (most != 0 && lines.size() == most) {
      rest += skip.count;
      continue;
    }
    lines.push_back(
        fmt::format("{} {}, first {}", with_commas(skip.count), skip.reason, printable(skip.first, 120)));
  }
  if (rest > 0)
    lines.push_back(fmt::format("{} for {}", with_commas(rest),
                                counted(static_cast<i64>(all.size() - most), "more reason")));
  return lines;
}

}  // namespace ctxcap::report
