// What was not counted, in lines that every text of ours shares.

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "report/report.hpp"

namespace ctxcap::report {

std::vector<std::string> skip_lines(std::span<const Skip> skipped) {
  std::vector<Skip> most(skipped.begin(), skipped.end());
  std::stable_sort(most.begin(), most.end(), [](const Skip& a, const Skip& b) { return a.count > b.count; });
  std::vector<std::string> lines;
  for (const Skip& skip : most)
    lines.push_back(
        fmt::format("{} {}, first {}", with_commas(skip.count), skip.reason, printable(skip.first, 120)));
  return lines;
}

}  // namespace ctxcap::report
