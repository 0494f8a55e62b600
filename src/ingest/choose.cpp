// Which of the requests count.

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "ingest/ingest.hpp"

namespace ctxcap::ingest {
namespace {

// Without the tag that traces leave out too.
std::string without_latest(std::string name) {
  constexpr std::string_view kLatest = ":latest";
  if (name.ends_with(kLatest)) name.resize(name.size() - kLatest.size());
  return name;
}

bool is_wanted(const std::vector<std::string>& names, const std::string& name) {
  return names.empty() || std::find(names.begin(), names.end(), name) != names.end();
}

Error none_left(const char* kind, const std::vector<std::string>& asked, const std::set<std::string>& there) {
  std::vector<std::string> names;
  for (const std::string& name : there) names.push_back(printable(name, 60));
  const bool is_job = kind == std::string_view("job");
  std::vector<std::string> words = names, rules;
  for (const JobRuleWord& rule : job_rules()) rules.emplace_back(rule.word);
  if (is_job) words.insert(words.end(), rules.begin(), rules.end());
  const std::string meant = closest(asked.front(), words);
  return {.kind = ErrorKind::usage,
          .what = fmt::format("no request is of the {} {}", kind, printable(join(asked, ", "), 120)),
          .why = fmt::format("the {}s are {}", kind, printable(join(names, ", "), 400)),
          .hint = !meant.empty() ? fmt::format("did you mean --{} {}?", kind, meant)
                  : is_job       ? fmt::format("--job takes one of these, or what a job is: {} or field:PATH",
                                               join(rules, ", "))
                                 : "leave out --model to see all"};
}

// The demand that rows without a model belong to: their job's, where that has one model; else that of the
// only model there is. nullptr: there are several, or none.
Demand* owner_of(const Demand& unnamed, std::vector<Demand>& demands) {
  Demand* of_job = nullptr;
  Demand* only = nullptr;
  int in_job = 0, in_all = 0;
  bool is_one_model = true;
  for (Demand& demand : demands) {
    if (demand.model.empty()) continue;
    is_one_model = is_one_model && (only == nullptr || only->model == demand.model);
    only = &demand;
    ++in_all;
    if (demand.job != unnamed.job) continue;
    of_job = &demand;
    ++in_job;
  }
  if (in_job == 1) return of_job;
  return in_all == 1 && is_one_model && unnamed.job == "all" ? only : nullptr;
}

}  // namespace

void place_unnamed(TraceSummary& summary) {
  std::vector<Demand>& demands = summary.demands;
  for (Demand& unnamed : demands) {
    if (!unnamed.model.empty()) continue;
    if (Demand* const owner = owner_of(unnamed, demands)) {
      owner->merge(unnamed);
      unnamed.days.clear();
    }
  }
  std::erase_if(demands, [](const Demand& demand) { return demand.model.empty() && demand.days.empty(); });
}

Result<i64> keep_only(const std::vector<std::string>& jobs, const std::vector<std::string>& models,
                      TraceSummary& summary) {
  std::vector<std::string> kept_models;
  for (const std::string& model : models) kept_models.push_back(without_latest(model));
  std::set<std::string> all_jobs, all_models;
  for (const Demand& demand : summary.demands) {
    all_models.insert(demand.model);
    if (is_wanted(kept_models, demand.model)) all_jobs.insert(demand.job);
  }
  i64 left_out = 0;
  std::erase_if(summary.demands, [&](const Demand& demand) {
    if (is_wanted(jobs, demand.job) && is_wanted(kept_models, demand.model)) return false;
    left_out += demand.pooled().prompt.count();
    return true;
  });
  if (!summary.demands.empty() || left_out == 0) return left_out;
  if (all_jobs.empty()) return fail(none_left("model", models, all_models));
  return fail(none_left("job", jobs, all_jobs));
}

}  // namespace ctxcap::ingest
