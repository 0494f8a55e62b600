#include "advise/what_if.hpp"

#include <algorithm>
#include <numeric>

#include "demand/demand.hpp"
#include "memory/memory.hpp"
#include "policy/policy.hpp"

namespace ctxcap::advise {
namespace {

constexpr std::size_t kMostBases = 6;  // a report is to stay small
constexpr std::size_t kMostTenants = 4;
constexpr std::size_t kMostTogether = 50;  // nobody turns settings of more models than that on a card

// What a setting makes of every base: the priced windows of one, the cap of each other.
struct Priced {
  std::vector<BaseAnalysis> bases;  // no more of them than a budget looks at
  std::vector<Rung> rungs;          // of the one that is turned
};

i64 requests_of(const BaseAnalysis& base) {
  return std::accumulate(base.decision.jobs.begin(), base.decision.jobs.end(), i64{0},
                         [](i64 sum, const JobDecision& job) { return sum + job.stats.requests; });
}

std::vector<std::size_t> largest(const std::vector<BaseAnalysis>& bases) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < bases.size(); ++i) {
    if (!bases[i].decision.jobs.empty() && !bases[i].decision.jobs.front().candidates.empty())
      order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return requests_of(bases[a]) > requests_of(bases[b]);
  });
  order.resize(std::min(order.size(), kMostBases));
  std::sort(order.begin(), order.end());
  return order;
}

std::vector<Tokens> windows_of(const BaseAnalysis& base) {
  std::vector<Tokens> windows;
  for (const Candidate& candidate : base.decision.jobs.front().candidates)
    windows.push_back(candidate.num_ctx);
  return windows;
}

std::string type_of(const RuntimeSettings& settings) {
  return settings.kv_type_k == settings.kv_type_v ? settings.kv_type_k
                                                  : settings.kv_type_k + "," + settings.kv_type_v;
}

template <typename T>
std::vector<T> with(T first, std::vector<T> others) {
  std::erase(others, first);
  others.insert(others.begin(), std::move(first));
  return others;
}

std::vector<WhatIfTenants> tenants_of(const std::optional<Budget>& budget) {
  std::vector<WhatIfTenants> sets(1);
  if (!budget) return sets;
  const std::vector<Tenant>& all = budget->tenants;
  for (std::size_t count = 1; count <= all.size(); ++count) {
    if (all.size() > kMostTenants && count < all.size()) continue;
    WhatIfTenants& set = sets.emplace_back();
    for (std::size_t i = 0; i < count; ++i) {
      set.names.push_back(all[i].name);
      set.bytes += all[i].bytes;
    }
  }
  return sets;
}

std::optional<CurrentWindow> largest_in_use(const BaseDecision& base) {
  std::optional<CurrentWindow> largest;
  for (const JobDecision& job : base.jobs) {
    if (job.current && (!largest || job.current->num_ctx > largest->num_ctx)) largest = job.current;
  }
  return largest;
}

// A decision for that window, as far as a budget asks. `rungs` hold it, and the one in use.
BaseAnalysis at(const BaseAnalysis& base, Tokens num_ctx, const std::vector<Rung>& rungs) {
  BaseAnalysis slim;
  slim.decision.model = base.decision.model;
  slim.decision.num_ctx = num_ctx;
  for (const Variant& variant : base.variants) slim.variants.push_back({.name = variant.name});
  JobDecision& job = slim.decision.jobs.emplace_back();
  job.current = largest_in_use(base.decision);
  job.num_ctx = num_ctx;
  for (const Rung& rung : rungs)
    job.candidates.push_back(
        {.num_ctx = rung.num_ctx, .taken = rung.num_ctx == num_ctx, .memory = rung.memory});
  return slim;
}

Result<Priced> priced(const Analysis& analysis, std::size_t turned, const DescribedModels& models,
                      const RuntimeSettings& settings) {
  Priced all;
  for (std::size_t i = 0; i < analysis.bases.size(); ++i) {
    const BaseAnalysis& base = analysis.bases[i];
    const DescribedModel& model = models.at(base.decision.model);
    std::vector<Tokens> windows = i == turned ? windows_of(base) : std::vector<Tokens>{};
    if (i != turned && base.decision.num_ctx) windows.push_back(*base.decision.num_ctx);
    TRY_ASSIGN(std::vector<Rung> rungs, memory::price(windows, model, settings));
    all.bases.push_back(at(base, base.decision.num_ctx.value_or(0), rungs));
    if (i == turned) all.rungs = std::move(rungs);
  }
  return all;
}

std::optional<Bytes> others_of(const Priced& all, std::size_t turned) {
  std::optional<Bytes> bytes = 0;
  for (std::size_t i = 0; i < all.bases.size(); ++i) {
    if (i == turned || all.bases[i].decision.model == all.bases[turned].decision.model) continue;
    const Candidate* taken = taken_candidate(all.bases[i].decision.jobs.front());
    bytes = checked_add(bytes, taken == nullptr ? std::nullopt : taken->memory.total_bytes);
  }
  return bytes;
}

WhatIfCell cell_of(const Footprint& memory) {
  WhatIfCell cell{.caches_bytes = cache_bytes(memory), .total_bytes = memory.total_bytes};
  if (cell.caches_bytes && cell.total_bytes) cell.rest_bytes = *cell.total_bytes - *cell.caches_bytes;
  return cell;
}

WhatIfSetting setting_of(const Analysis& analysis, std::size_t turned, const DescribedModels& models,
                         RuntimeSettings settings, const std::optional<Budget>& budget) {
  WhatIfSetting setting{.kv_type = type_of(settings), .slots = settings.parallel};
  if (budget) memory::use_cards(*budget, settings);
  Result<Priced> all = priced(analysis, turned, models, settings);
  if (!all) {
    setting.refused = all.error().why;
    return setting;
  }
  setting.others_bytes = others_of(*all, turned);
  for (const Rung& rung : all->rungs) {
    WhatIfCell cell = cell_of(rung.memory);
    if (budget) {
      all->bases[turned] = at(analysis.bases[turned], rung.num_ctx, all->rungs);
      const BudgetReport report = policy::check_sets(all->bases, *budget);
      cell.needed_bytes = report.needed_bytes;
      cell.fits = report.fits;
      cell.tight = report.tight;
      cell.ooms_avoided = report.ooms_avoided;
    }
    setting.cells.push_back(cell);
  }
  return setting;
}

WhatIfJob outlooks_of(const JobDecision& job, const std::vector<Tokens>& windows, double confidence) {
  WhatIfJob all{.job = job.stats.job, .model = job.stats.model};
  for (const Tokens window : windows) all.outlooks.push_back(demand::outlook(job.stats, window, confidence));
  return all;
}

WhatIf turned(const Analysis& analysis, std::size_t index, const DescribedModels& models,
              const AnalyzeOptions& options) {
  const BaseAnalysis& base = analysis.bases[index];
  const AnalyzeOptions& own = options.of(base.decision.model);
  const std::string now = type_of(own.settings);
  WhatIf table{.model = base.decision.model,
               .windows = windows_of(base),
               .kv_types = with<std::string>(now, {"f16", "q8_0", "q4_0"}),
               .slots = with<i64>(own.settings.parallel, {1, 2, 4}),
               .tenants = tenants_of(options.budget)};
  std::sort(table.slots.begin(), table.slots.end());
  const auto place = [](const auto& list, const auto& value) {
    return static_cast<std::size_t>(std::find(list.begin(), list.end(), value) - list.begin());
  };
  table.slot = place(table.slots, own.settings.parallel);
  table.window = place(table.windows, base.decision.num_ctx.value_or(table.windows.back()));
  for (std::size_t tenants = 0; tenants < table.tenants.size(); ++tenants) {
    std::optional<Budget> budget = options.budget;
    if (budget) budget->tenants.resize(table.tenants[tenants].names.size());
    for (const std::string& type : table.kv_types) {
      for (const i64 slots : table.slots) {
        RuntimeSettings settings = own.settings;
        if (type != now) settings.kv_type_k = settings.kv_type_v = type;
        settings.parallel = slots;
        table.settings.push_back(setting_of(analysis, index, models, settings, budget));
        table.settings.back().tenants = tenants;
      }
    }
  }
  for (const JobDecision& job : base.decision.jobs)
    table.jobs.push_back(outlooks_of(job, table.windows, own.risk.confidence));
  return table;
}

}  // namespace

std::vector<WhatIf> what_if(const Analysis& analysis, const DescribedModels& models,
                            const AnalyzeOptions& options) {
  std::vector<WhatIf> tables;
  if (analysis.bases.size() > kMostTogether) return tables;
  for (const std::size_t index : largest(analysis.bases))
    tables.push_back(turned(analysis, index, models, options));
  return tables;
}

}  // namespace ctxcap::advise
