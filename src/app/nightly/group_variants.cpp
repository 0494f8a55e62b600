// Stage 2: what the configuration wants kept, and what is there of it.

#include <fmt/format.h>

#include <algorithm>

#include "app/assets.hpp"
#include "app/nightly/night.hpp"
#include "base/text.hpp"
#include "base/units.hpp"

namespace ctxcap::app {
namespace {

constexpr i64 kMicrosPerDay = 86'400'000'000;

// A window of its own, or one for all variants of the base.
Group& group_for(Night& night, const settings::Variant& variant) {
  const bool alone = night.options.config.policy.per_job || variant.num_ctx.has_value();
  for (Group& group : night.groups) {
    const bool taken = group.variants.front().wanted->num_ctx.has_value();
    if (!alone && !taken && runtime::same_model(group.base, variant.base)) return group;
  }
  night.groups.push_back({.base = variant.base});
  return night.groups.back();
}

Result<KeptVariant> look_at(const settings::Variant& variant, const std::vector<InstalledModel>& installed,
                            Night& night) {
  KeptVariant kept{.wanted = &variant};
  const std::string& host = night.ollama.host().url;
  Result<Place> place = place_for(variant.name, installed, night.state, host);
  if (!place) {
    if (place.error().kind != ErrorKind::usage) return fail(place.error());
    kept.refused = place.error();
    kept.refused->hint = fmt::format("give the [[variant]] another name, or let it be replaced: ollama rm {}",
                                     printable(variant.name));
    return kept;
  }
  kept.place = *place;
  TRY_ASSIGN(const auto owned, night.state.variant(host, variant.name));
  if (owned && place->there && place->there->digest == owned->digest) kept.ours = owned;
  return kept;
}

Result<AnalyzeOptions> options_for(const settings::Variant& variant, Night& night) {
  const settings::Settings& config = night.options.config;
  AnalyzeOptions options{
      .ollama_host = config.ollama.host,
      .risk = {.risk = variant.policy.risk, .confidence = variant.policy.confidence},
      .policy = {.native_stretch = variant.policy.native_stretch, .num_ctx = variant.num_ctx},
      .settings = config.ollama.settings,
      .budget = config.card,
      .template_text = std::string(modelfile_template()),
      .template_origin = "built-in modelfile.mustache"};
  if (const auto window = night.world.environment.get("OLLAMA_CONTEXT_LENGTH")) {
    if (const auto tokens = parse_integer(*window); tokens && *tokens > 0) options.environment_ctx = *tokens;
  }
  if (config.card) {  // Ollama takes smaller batches on a card that is full already
    Bytes free = config.card->card;
    for (const Tenant& tenant : config.card->tenants) free = std::max<Bytes>(free - tenant.bytes, 0);
    options.settings.free_vram = free;
  }
  if (variant.policy.template_file.empty()) return options;
  TRY_ASSIGN(options.template_text, night.world.files.read_all(variant.policy.template_file));
  options.template_origin = variant.policy.template_file;
  return options;
}

void add_to(std::vector<Demand>& jobs, const Demand& demand, const std::string& base) {
  const auto found =
      std::find_if(jobs.begin(), jobs.end(), [&](const Demand& job) { return job.job == demand.job; });
  if (found != jobs.end()) return found->merge(demand);
  jobs.push_back(demand);
  jobs.back().model = base;
  jobs.back().sent.clear();
}

// Days on which the window that runs now served all requests of that name: those after its creation.
std::optional<Demand> part_under_cap(const Demand& demand, const Group& group) {
  for (const KeptVariant& kept : group.variants) {
    if (!kept.ours || !runtime::same_model(demand.model, kept.wanted->name)) continue;
    Demand part = demand;
    std::erase_if(part.days, [&](const auto& day) { return day.first <= day_of(kept.ours->created); });
    if (!part.days.empty()) return part;
  }
  return std::nullopt;
}

// The days that count; nullopt: none.
std::optional<Demand> recent(const Demand& demand, const Night& night, const Group& group) {
  const Day from = day_of(night.now) - group.variants.front().wanted->policy.history_days;
  const Day last = demand.days.empty() ? from - 1 : demand.days.rbegin()->first;
  if (last < from && last != kUnknownDay) return std::nullopt;
  Demand some = demand;
  std::erase_if(some.days, [&](const auto& day) { return day.first != kUnknownDay && day.first < from; });
  if (some.from) some.from = std::max(*some.from, Instant{from * kMicrosPerDay});
  return some;
}

// Requests may carry the name of the base, of any variant of it, or of one that is being tried.
bool is_of(const Demand& demand, const Night& night, const Group& group) {
  if (runtime::same_model(demand.model, group.base)) return true;
  for (const Group& other : night.groups) {
    if (!runtime::same_model(other.base, group.base)) continue;
    for (const KeptVariant& kept : other.variants) {
      if (runtime::same_model(demand.model, kept.wanted->name) ||
          runtime::same_model(demand.model, canary_name(kept.wanted->name)))
        return true;
    }
  }
  return false;
}

void add_demand(const std::vector<Demand>& demands, const Night& night, Group& group) {
  for (const Demand& all : demands) {
    const std::optional<Demand> some = recent(all, night, group);
    if (!some) continue;
    const Demand& demand = *some;
    const bool served =
        std::any_of(group.variants.begin(), group.variants.end(),
                    [&](const KeptVariant& kept) { return serves(*kept.wanted, demand.job); });
    if (!served || !is_of(demand, night, group)) continue;
    add_to(group.demands, demand, group.base);
    if (const auto part = part_under_cap(demand, group)) add_to(group.under_cap, *part, group.base);
  }
  std::sort(group.demands.begin(), group.demands.end(),
            [](const Demand& a, const Demand& b) { return a.job < b.job; });
}

// The night in which a person took back the latest change of a job; nullopt: that change stands.
Result<std::optional<Day>> taken_back(const std::string& job, const Group& group, Night& night) {
  TRY_ASSIGN(const std::vector<DecisionRecord> records,
             night.state.decisions({.job = job, .model = group.base}));
  const auto latest = std::find_if(records.rbegin(), records.rend(), [](const DecisionRecord& record) {
    return record.outcome == Outcome::applied || record.outcome == Outcome::rolled_back;
  });
  if (latest == records.rend() || latest->outcome == Outcome::applied) return std::optional<Day>{};
  return std::optional(policy::night_of(latest->at, night.local_offset));
}

// Who rolls back knows something that the data does not say: it stands for as many nights as a shrink needs.
Status look_for_rollbacks(Night& night, Group& group) {
  const std::vector<std::string>& resume = night.options.resume;
  for (KeptVariant& kept : group.variants) {
    const bool resumed = std::any_of(resume.begin(), resume.end(), [&](const std::string& name) {
      return runtime::same_model(name, kept.wanted->name);
    });
    const i64 nights = kept.wanted->num_ctx ? 1 : kept.wanted->policy.hysteresis.shrink_after_nights;
    for (const Demand& demand : group.demands) {
      if (resumed || !serves(*kept.wanted, demand.job)) continue;
      TRY_ASSIGN(const std::optional<Day> back, taken_back(demand.job, group, night));
      if (back) kept.rest = std::max(kept.rest, nights - std::max<i64>(0, night.night - *back));
    }
  }
  return {};
}

// The window that ran when the night began, also for a second run of it.
Status look_back_to_dusk(Night& night, Group& group) {
  for (const KeptVariant& kept : group.variants) {
    if (!kept.ours) continue;
    Tokens window = kept.ours->variant.num_ctx;
    if (kept.rest == 0 && policy::night_of(kept.ours->created, night.local_offset) == night.night) {
      TRY_ASSIGN(const auto before, night.state.previous(night.ollama.host().url, kept.wanted->name));
      group.changed_tonight = group.changed_tonight || !before || before->variant.num_ctx != window;
      window = before ? before->variant.num_ctx : 0;
    }
    if (window > 0) group.at_dusk = std::max(group.at_dusk.value_or(0), window);
  }
  return {};
}

}  // namespace

bool serves(const settings::Variant& variant, const std::string& job) {
  return variant.jobs.empty() ||
         std::find(variant.jobs.begin(), variant.jobs.end(), job) != variant.jobs.end();
}

std::string canary_name(const std::string& variant) {
  const std::size_t slash = variant.rfind('/'), colon = variant.rfind(':');
  const bool tagged = colon != std::string::npos && (slash == std::string::npos || colon > slash);
  return variant + (tagged ? "-canary" : ":canary");
}

Status group_variants(Night& night) {
  TRY_ASSIGN(const std::vector<InstalledModel> installed, night.ollama.installed());
  for (const settings::Variant& variant : night.options.config.variants) {
    TRY_ASSIGN(KeptVariant kept, look_at(variant, installed, night));
    group_for(night, variant).variants.push_back(std::move(kept));
  }
  TRY_ASSIGN(const std::vector<Demand> demands, demand_of_sources(night));
  for (Group& group : night.groups) {
    TRY_ASSIGN(group.options, options_for(*group.variants.front().wanted, night));
    const std::vector<std::string> names{group.base};
    TRY_ASSIGN(auto models, describe_models(names, group.options, night.world, night.talk));
    group.model = std::move(models[group.base]);
    add_demand(demands, night, group);
    TRY(look_for_rollbacks(night, group));
    TRY(look_back_to_dusk(night, group));
  }
  return {};
}

}  // namespace ctxcap::app
