#include "report/candidates.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text_table.hpp"
#include "base/units.hpp"
#include "report/rows.hpp"
#include "report/style.hpp"

namespace ctxcap::report {
namespace {

constexpr std::ptrdiff_t kRowsAround = 3;  // rungs shown below and above the cap

// The job that needs most: its reasons are those of the base model.
const JobDecision& binding_job(const BaseDecision& decision) {
  return *std::max_element(decision.jobs.begin(), decision.jobs.end(),
                           [](const JobDecision& a, const JobDecision& b) {
                             return a.stats.required.num_ctx < b.stats.required.num_ctx;
                           });
}

bool in_use(const BaseDecision& decision, Tokens num_ctx) {
  return std::any_of(decision.jobs.begin(), decision.jobs.end(), [num_ctx](const JobDecision& job) {
    return job.current && job.current->num_ctx == num_ctx;
  });
}

std::string requests_over(const BaseDecision& decision, std::size_t index) {
  std::optional<i64> over = 0;
  for (const JobDecision& job : decision.jobs) over = checked_add(over, job.candidates[index].requests_over);
  return over ? with_commas(*over) : "?";
}

std::string bytes_or_unknown(std::optional<Bytes> bytes) {
  return bytes ? human_bytes(*bytes) : "?";
}

}  // namespace

std::string candidates_table(const BaseDecision& decision, const TextOptions& options) {
  const Marks& marks = marks_for(options);
  const std::vector<Candidate>& candidates = binding_job(decision).candidates;
  const auto taken =
      std::find_if(candidates.begin(), candidates.end(), [](const Candidate& c) { return c.taken; });

  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Candidate& candidate = candidates[i];
    const std::ptrdiff_t distance = std::abs(static_cast<std::ptrdiff_t>(i) - (taken - candidates.begin()));
    const bool native = decision.arch && decision.arch->native_ctx == candidate.num_ctx;
    const bool used = in_use(decision, candidate.num_ctx);
    if (taken != candidates.end() && distance > kRowsAround && !native && !used) continue;
    std::string note = candidate.taken ? std::string(marks.pointer) : "";
    rows.push_back({note,
                    with_commas(candidate.num_ctx) + (used     ? " (now)"
                                                      : native ? " (native)"
                                                               : ""),
                    requests_over(decision, i), bytes_or_unknown(cache_bytes(candidate.memory)),
                    bytes_or_unknown(candidate.memory.total_bytes), candidate.reason});
  }
  using Align = Column::Align;
  return render_table({{""},
                       {"NUM_CTX"},
                       {"OVER", Align::right},
                       {"KV CACHE", Align::right},
                       {"TOTAL", Align::right, 1},
                       {.heading = "WHY", .wraps = true}},
                      std::move(rows), room_of(options));
}

}  // namespace ctxcap::report
