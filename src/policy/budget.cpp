// Does everything that must be resident together fit the card?

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "policy/policy.hpp"
#include "policy/residents.hpp"

namespace ctxcap::policy {
namespace {

// Past this share of the card the cache is what one should make smaller (or quantise).
constexpr double kLargeCacheShare = 0.3;

const Candidate* taken(const BaseDecision& base) {
  return taken_candidate(base.jobs.front());
}

Bytes others(const Budget& budget) {
  Bytes bytes = budget.reserve;
  for (const Tenant& tenant : budget.tenants) bytes = checked_add(bytes, tenant.bytes).value_or(INT64_MAX);
  return bytes;
}

// Sum over all base models of one term of what they take at their caps.
std::optional<Bytes> sum(std::span<const BaseDecision> bases, std::optional<Bytes> Footprint::*term) {
  std::optional<Bytes> bytes = 0;
  for (const BaseDecision& base : bases) {
    const Candidate* candidate = taken(base);
    bytes = checked_add(bytes, candidate == nullptr ? std::nullopt : candidate->memory.*term);
  }
  return bytes;
}

// What one base model would free with its next smaller window, and how many requests would not fit it.
std::optional<Alternative> next_rung_down(const BaseDecision& base, std::optional<Bytes> needed, Bytes card) {
  const Candidate* now = taken(base);
  const auto& candidates = base.jobs.front().candidates;
  if (now == nullptr || now == &candidates.front()) return std::nullopt;
  const Candidate& below = *(now - 1);
  Alternative alternative{.what =
                              fmt::format("{} at {}", printable(base.model, 60), with_commas(below.num_ctx))};
  alternative.share_over = share_over(base, below.num_ctx);
  if (needed && now->memory.total_bytes && below.memory.total_bytes) {
    alternative.needed_bytes = *needed - *now->memory.total_bytes + *below.memory.total_bytes;
    alternative.fits = *alternative.needed_bytes <= card;
  }
  return alternative;
}

}  // namespace

std::vector<BaseDecision> residents(std::span<const BaseDecision> bases) {
  std::vector<BaseDecision> largest;
  for (const BaseDecision& base : bases) {
    const auto same = std::find_if(largest.begin(), largest.end(),
                                   [&](const BaseDecision& other) { return other.model == base.model; });
    if (same == largest.end()) {
      largest.push_back(base);
    } else if (base.num_ctx > same->num_ctx) {
      *same = base;
    }
  }
  return largest;
}

BudgetReport check_budget(std::span<const BaseDecision> decisions, const Budget& budget) {
  BudgetReport report{.budget = budget};
  const std::vector<BaseDecision> bases = residents(decisions);
  for (const BaseDecision& base : bases) {
    const Candidate* candidate = taken(base);
    report.models.push_back(
        {base.model, candidate != nullptr ? candidate->memory.total_bytes : std::nullopt});
  }
  report.needed_bytes = checked_add(sum(bases, &Footprint::total_bytes), others(budget));
  if (!report.needed_bytes) {
    // What is known alone may already be too much.
    std::optional<Bytes> known = others(budget);
    for (const BaseDecision& base : bases) {
      const Candidate* candidate = taken(base);
      if (candidate == nullptr) continue;
      known = checked_add(known, cache_bytes(candidate->memory).value_or(0));
      known = checked_add(known, candidate->memory.weights_bytes.value_or(0));
    }
    if (known.value_or(INT64_MAX) > budget.card) report.fits = false;
    return report;
  }
  report.fits = *report.needed_bytes <= budget.card;
  const std::optional<Bytes> high = checked_add(sum(bases, &Footprint::total_high_bytes), others(budget));
  report.tight = *report.fits && high && *high > budget.card;
  if (*report.fits) return report;
  for (const BaseDecision& base : bases) {
    if (auto alternative = next_rung_down(base, report.needed_bytes, budget.card))
      report.alternatives.push_back(*alternative);
  }
  return report;
}

std::vector<Warning> budget_warnings(std::span<const BaseDecision> decisions, const BudgetReport& report) {
  std::vector<Warning> warnings;
  const std::vector<BaseDecision> bases = residents(decisions);
  if (!report.needed_bytes && report.fits == false) {
    warnings.push_back({"over-budget", "what is known of them alone is more than the card has"});
  } else if (!report.needed_bytes) {
    warnings.push_back(
        {"budget-unknown", "whether it fits the card is unknown, because the memory of a model is"});
  } else if (!*report.fits) {
    warnings.push_back(
        {"over-budget", fmt::format("together they need {}, the card has {}",
                                    human_bytes(*report.needed_bytes), human_bytes(report.budget.card))});
  } else if (report.tight) {
    warnings.push_back({"tight", "it fits by the estimate, but not by the upper end of it"});
  }
  for (const TogetherReport& set : report.together) {
    for (Warning& warning : together_warnings(set)) warnings.push_back(std::move(warning));
  }
  for (const BaseDecision& base : bases) {
    const Candidate* candidate = taken(base);
    const std::optional<Bytes> cache =
        candidate != nullptr ? kv_cache_bytes(candidate->memory) : std::nullopt;
    if (!cache || static_cast<double>(*cache) <= kLargeCacheShare * static_cast<double>(report.budget.card))
      continue;
    if (candidate->memory.kv_type_k != "f16" && candidate->memory.kv_type_k != "f32" &&
        candidate->memory.kv_type_k != "bf16")
      continue;
    warnings.push_back(
        {"large-cache",
         fmt::format(
             "{}: the KV cache alone is {} of the card; OLLAMA_KV_CACHE_TYPE=q8_0 would about halve it",
             printable(base.model, 60),
             percent(static_cast<double>(*cache) / static_cast<double>(report.budget.card)))});
  }
  return warnings;
}

}  // namespace ctxcap::policy
