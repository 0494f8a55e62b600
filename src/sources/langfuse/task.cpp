#include "sources/langfuse/task.hpp"

#include <algorithm>

#include "base/json.hpp"

namespace ctxcap::sources::langfuse {
namespace {

using nlohmann::json;

constexpr i64 kHour = 3'600'000;     // ms
constexpr i64 kSettled = kHour / 2;  // rows that are older have arrived, but for stragglers
constexpr i64 kAgain = 24 * kHour;   // is read once more by the next run, for the stragglers
constexpr i64 kDefaultPeriod = 30 * 24 * kHour;

}  // namespace

Result<Task> task_of(const Query& query, const std::optional<Watermark>& before, Clock& clock) {
  const i64 now = clock.now().micros / 1'000'000 * 1000;
  Task task{.fresh = !before};
  const bool goes_on = before && !before->period.empty();
  Period asked{.from = now - kDefaultPeriod, .to = now - kSettled};
  if (goes_on) asked.from = before->period.from;
  if (query.from) asked.from = query.from->micros / 1000;
  if (query.to) asked.to = std::min(asked.to, query.to->micros / 1000);
  if (asked.empty()) {
    return fail({.kind = ErrorKind::usage,
                 .what = "the period is empty",
                 .why = "it would begin at " + rfc3339({asked.from * 1000}) + " and end at " +
                        rfc3339({asked.to * 1000}) + "; nothing of the last 30 minutes is read",
                 .hint = "give an earlier --from, as in --from 7d"});
  }
  if (goes_on) {
    // Up to what there is, even where less was asked for: a watermark tells of one period without gaps.
    if (asked.from < before->period.from) task.periods.push_back({asked.from, before->period.from});
    const i64 again = std::max(before->period.from, std::min(before->period.to, asked.to) - kAgain);
    if (again < asked.to) task.periods.push_back({again, asked.to});
  } else {
    task.periods.push_back(asked);
  }
  task.whole = {task.periods.front().from, task.periods.back().to};
  task.look_back = !goes_on || before->api != "v2" || asked.from < before->period.from;
  return task;
}

std::string header_of(const Options& options, const Task& task) {
  json periods = json::array();
  for (const Period& period : task.periods) periods.push_back({period.from, period.to});
  return json{{"pulled", json::parse(signature(options))},
              {"limit", options.query.limit},
              {"periods", periods},
              {"fresh", task.fresh},
              {"look_back", task.look_back}}
      .dump();
}

std::optional<Task> read_header(std::string_view text, const Options& options) {
  const json header = json::parse(text, nullptr, false);
  if (!header.is_object() || header.value("pulled", json()).dump() != signature(options) ||
      header.value("limit", json()) != json(options.query.limit) ||
      !header.value("periods", json()).is_array()) {
    return std::nullopt;
  }
  Task task{.fresh = header.value("fresh", true), .look_back = header.value("look_back", true)};
  for (const json& period : header["periods"]) task.periods.push_back({period.at(0), period.at(1)});
  if (task.periods.empty()) return std::nullopt;
  task.whole = {task.periods.front().from, task.periods.back().to};
  return task;
}

}  // namespace ctxcap::sources::langfuse
