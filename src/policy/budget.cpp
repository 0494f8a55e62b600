// Does everything that must be resident together fit the card?

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "base/units.hpp"
#include "data/words.hpp"
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

// Of several cards, what each holds. A model that lies on one goes to the card with most left, as Ollama has
// it, in the order of their names. `at_most`: by the upper ends.
std::vector<CardShare> on_cards(std::span<const BaseDecision> bases, const Budget& budget, bool at_most) {
  std::vector<CardShare> cards;
  for (const Card& card : budget.each())
    cards.push_back(
        {.room_bytes = card.usable(), .limit_bytes = std::min(card.total, card.usable() + budget.reserve)});
  for (const Tenant& tenant : budget.tenants) cards.front().used_bytes += tenant.bytes;
  const auto left = [](const CardShare& card) { return card.room_bytes - card.used_bytes; };
  for (const BaseDecision& base : bases) {
    const Candidate* candidate = taken(base);
    if (candidate == nullptr) continue;
    const double more =
        at_most && candidate->memory.total_bytes.value_or(0) > 0 && candidate->memory.total_high_bytes
            ? static_cast<double>(*candidate->memory.total_high_bytes) /
                  static_cast<double>(*candidate->memory.total_bytes)
            : 1;
    for (const CardPart& part : candidate->memory.cards) {
      const Bytes bytes = std::llround(static_cast<double>(part.total_bytes()) * more);
      auto card = cards.begin() + std::min<std::ptrdiff_t>(part.card, std::ssize(cards) - 1);
      if (candidate->memory.cards.size() == 1) {
        card = std::max_element(cards.begin(), cards.end(),
                                [&](const CardShare& a, const CardShare& b) { return left(a) < left(b); });
      }
      card->models.push_back({base.model, bytes});
      card->used_bytes += bytes;
    }
  }
  return cards;
}

bool each_fits(std::span<const CardShare> cards, const Budget& budget) {
  return std::all_of(cards.begin(), cards.end(), [&](const CardShare& card) {
    return card.used_bytes + budget.reserve <= card.limit_bytes;
  });
}

// What no figure has.
std::vector<std::string> without(std::span<const BaseDecision> bases) {
  std::vector<std::string> all;
  for (const BaseDecision& base : bases) {
    const Candidate* candidate = taken(base);
    if (candidate == nullptr || !candidate->memory.total_bytes) continue;
    const std::string of = " of " + printable(base.model, 60);
    if (!candidate->memory.projector_bytes) all.push_back("the vision projector" + of);
    if (candidate->memory.draft_unknown) all.push_back("the draft model" + of);
    if (candidate->memory.caches_unknown) all.push_back("the caches" + of + " as its server keeps them");
  }
  return all;
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

std::string over_budget_text(const BudgetReport& report) {
  const Bytes usable = report.budget.usable();
  if (report.cards.empty() || *report.needed_bytes > report.budget.limit())
    return fmt::format("together they need {}, the card has {} to give", human_bytes(*report.needed_bytes),
                       human_bytes(usable));
  return "all together would fit, but not as they are spread over the cards";
}

// The window in use, where llama.cpp cannot keep all of the model on the card with it.
std::optional<Warning> spills(const BaseDecision& base) {
  for (const JobDecision& job : base.jobs) {
    const Candidate* now = job.current ? candidate_at(job, job.current->num_ctx) : nullptr;
    if (now == nullptr || !now->memory.fit || now->memory.fit->stays()) continue;
    return Warning{"spills", fmt::format("{} at the {} in use: {}; it is {} too large to stay on the card",
                                         printable(base.model, 60), with_commas(now->num_ctx),
                                         fit_text(*now->memory.fit), human_bytes(now->memory.fit->missing))};
  }
  return std::nullopt;
}

// Bytes that the model frees when its window goes from the one in use to the one that it gets; nullopt: not
// known.
std::optional<Bytes> freed(const BaseDecision& base) {
  const Candidate* then = taken(base);
  std::optional<Bytes> now;
  for (const JobDecision& job : base.jobs) {
    const Candidate* in_use = job.current ? candidate_at(job, job.current->num_ctx) : nullptr;
    if (in_use != nullptr && in_use->memory.total_bytes)
      now = std::max(now.value_or(0), *in_use->memory.total_bytes);
  }
  if (then == nullptr || !now || !then->memory.total_bytes) return std::nullopt;
  return *now - *then->memory.total_bytes;
}

// Of the OOMs of the card's history, those for which this window leaves enough; nullopt: there are none, or
// it cannot be told.
std::optional<i64> ooms_avoided(std::span<const BaseDecision> bases, const Budget& budget) {
  if (!budget.past || budget.past->ooms.empty() || bases.size() != 1) return std::nullopt;
  const std::optional<Bytes> leaves = freed(bases.front());
  if (!leaves) return std::nullopt;
  return std::count_if(budget.past->ooms.begin(), budget.past->ooms.end(), [&](const OomUse& oom) {
    const std::optional<Bytes> missing = oom.missing(budget.past->card.usable());
    return missing && *missing <= *leaves;
  });
}

}  // namespace

namespace {

std::optional<Warning> left_in_ram(const BaseDecision& base) {
  const Candidate* candidate = taken(base);
  if (candidate == nullptr || candidate->memory.ram_bytes == 0) return std::nullopt;
  return Warning{"in-ram", fmt::format("{}: {} of it lie in RAM, as num_gpu or --n-cpu-moe says; no card has "
                                       "to hold them, and it runs slower",
                                       printable(base.model, 60), human_bytes(candidate->memory.ram_bytes))};
}

// What the figures take for granted.
std::vector<Warning> assumptions(std::span<const BaseDecision> bases, const BudgetReport& report) {
  const Budget& budget = report.budget;
  std::vector<Warning> warnings;
  if (report.fits == true && !report.without.empty())
    warnings.push_back(
        {"incomplete", "it fits as far as is known; unknown: " + join(report.without, ", ")});
  if (budget.each().size() > 1 && !budget.tenants.empty()) {
    warnings.push_back(
        {"tenants-on-first-card", fmt::format("nothing says on which card {} {}: the first is assumed",
                                              counted(std::ssize(budget.tenants), "tenant"),
                                              budget.tenants.size() == 1 ? "is" : "are")});
  }
  for (const BaseDecision& base : bases) {
    const Candidate* candidate = taken(base);
    if (candidate == nullptr || !candidate->memory.overhead_guessed) continue;
    warnings.push_back(
        {"process-not-measured",
         fmt::format(
             "what a process takes on {} beside its buffers was never measured: {} is a generous guess",
             candidate->memory.backend, human_bytes(candidate->memory.overhead_bytes.value_or(0)))});
    break;
  }
  return warnings;
}

}  // namespace

BudgetReport check_budget(std::span<const BaseDecision> decisions, const Budget& budget) {
  BudgetReport report{.budget = budget};
  const std::vector<BaseDecision> bases = residents(decisions);
  for (const BaseDecision& base : bases) {
    const Candidate* candidate = taken(base);
    report.models.push_back(
        {base.model, candidate != nullptr ? candidate->memory.total_bytes : std::nullopt});
  }
  report.ooms_avoided = ooms_avoided(bases, budget);
  report.without = without(bases);
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
    if (known.value_or(INT64_MAX) > budget.limit()) report.fits = false;
    return report;
  }
  report.fits = *report.needed_bytes <= budget.limit();
  if (budget.each().size() > 1) {
    report.cards = on_cards(bases, budget, false);
    report.fits = each_fits(report.cards, budget);
    report.tight = *report.fits && !each_fits(on_cards(bases, budget, true), budget);
  }
  const std::optional<Bytes> high = checked_add(sum(bases, &Footprint::total_high_bytes), others(budget));
  report.tight =
      report.tight ||
      (*report.fits && (*report.needed_bytes > budget.usable() || (high && *high > budget.limit())));
  if (*report.fits) return report;
  for (const BaseDecision& base : bases) {
    if (auto alternative = next_rung_down(base, report.needed_bytes, budget.limit()))
      report.alternatives.push_back(*alternative);
  }
  return report;
}

std::vector<Warning> budget_warnings(std::span<const BaseDecision> decisions, const BudgetReport& report) {
  std::vector<Warning> warnings;
  const std::vector<BaseDecision> bases = residents(decisions);
  if (!report.needed_bytes && report.fits == false) {
    warnings.push_back({"over-budget", "the known ones alone need more than the card has"});
  } else if (!report.needed_bytes) {
    warnings.push_back(
        {"budget-unknown", "whether it fits the card is unknown, because the memory of a model is"});
  } else if (!*report.fits) {
    warnings.push_back({"over-budget", over_budget_text(report)});
  } else if (report.tight) {
    const bool reserve_is_short = *report.needed_bytes > report.budget.usable();
    warnings.push_back(
        {"tight", reserve_is_short
                      ? fmt::format("it fits by the estimate, but the driver itself keeps {} of the reserve",
                                    human_bytes(*report.needed_bytes - report.budget.usable()))
                      : "it fits by the estimate, but not by its upper end"});
  }
  if (report.budget.past && report.budget.past->needs_more) {
    warnings.push_back({"rest-unknown",
                        "some programs on the card ran out of memory without saying how much they wanted: "
                        "they may need more than is counted here"});
  }
  for (const TogetherReport& set : report.together) {
    for (Warning& warning : together_warnings(set)) warnings.push_back(std::move(warning));
  }
  for (Warning& warning : assumptions(bases, report)) warnings.push_back(std::move(warning));
  for (const BaseDecision& base : bases) {
    if (auto warning = spills(base)) warnings.push_back(std::move(*warning));
    if (auto warning = left_in_ram(base)) warnings.push_back(std::move(*warning));
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
