// What a night did, for whoever does not read its journal.

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/units.hpp"
#include "data/words.hpp"
#include "report/report.hpp"

namespace ctxcap::report {
namespace {

bool changed(const JobNight& job) {
  return !job.again && job.record.outcome == Outcome::applied;
}

bool failed(const JobNight& job) {
  const Outcome outcome = job.record.outcome;
  return !job.again &&
         (outcome == Outcome::undone || outcome == Outcome::failed || job.move == Move::blocked);
}

std::string title_of_changes(const std::vector<const JobNight*>& jobs) {
  const JobNight& first = *jobs.front();
  const bool one = std::all_of(jobs.begin(), jobs.end(),
                               [&](const JobNight* job) { return job->variants == first.variants; });
  if (!one) return counted(static_cast<i64>(jobs.size()), "job") + " got a new window";
  return first.record.to_num_ctx
             ? fmt::format("{} now has {} tokens", first.variants, with_commas(*first.record.to_num_ctx))
             : first.variants + " was changed";
}

std::string oom_line(const NoticeOfOom& oom) {
  const auto bytes = [](const std::optional<Bytes>& of) {
    return of ? human_bytes(*of) : "an unknown amount";
  };
  return fmt::format("{}  {} ran out of memory: it held {} and wanted {} more", rfc3339(oom.at),
                     printable(oom.tenant, 60), bytes(oom.held), bytes(oom.wanted));
}

}  // namespace

Notice night_notice(std::span<const JobNight> jobs, std::span<const Error> troubles,
                    std::span<const NoticeOfOom> ooms, Instant at, int exit_code) {
  constexpr std::size_t kMostOoms = 20;
  Notice notice{.at = at, .exit_code = exit_code, .ooms = {ooms.begin(), ooms.end()}};
  std::vector<const JobNight*> changes;
  bool could_not = !troubles.empty();
  for (const JobNight& job : jobs) {
    if (changed(job)) changes.push_back(&job);
    could_not = could_not || failed(job);
    if (!changed(job) && !failed(job)) continue;
    const DecisionRecord& record = job.record;
    notice.jobs.push_back({printable(record.job, 200), printable(record.model, 200), job.variants,
                           std::string(word(job.move)), std::string(word(record.outcome)),
                           printable(record.reason, 400), record.from_num_ctx, record.to_num_ctx});
    notice.lines.push_back(night_line(job, false));
  }
  for (const Error& trouble : troubles) {
    notice.troubles.push_back(printable(trouble.what + ": " + trouble.why, 400));
    notice.lines.push_back(notice.troubles.back());
  }
  for (const NoticeOfOom& oom : ooms.first(std::min(ooms.size(), kMostOoms)))
    notice.lines.push_back(oom_line(oom));
  if (ooms.size() > kMostOoms)
    notice.lines.push_back(
        fmt::format("and {} more", counted(static_cast<i64>(ooms.size() - kMostOoms), "OOM")));

  std::vector<std::string> titles;
  const auto happened = [&](bool is, Happened what, const auto& title) {
    if (!is) return;
    notice.what.push_back(what);
    titles.push_back(title());
  };
  happened(!changes.empty(), Happened::changed, [&] { return title_of_changes(changes); });
  happened(could_not, Happened::failed, [&] {
    return troubles.empty() ? std::string("not everything could be done")
                            : printable(troubles.front().what, 120);
  });
  happened(!ooms.empty(), Happened::oom, [&] {
    return fmt::format("the card ran out of memory {}",
                       ooms.size() == 1 ? "once" : with_commas(static_cast<i64>(ooms.size())) + " times");
  });
  notice.title = "ctxcap: " + join(titles, "; ");
  return notice;
}

}  // namespace ctxcap::report
