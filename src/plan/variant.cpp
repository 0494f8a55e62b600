#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "base/text.hpp"
#include "base/units.hpp"
#include "data/model_name.hpp"
#include "plan/plan.hpp"

namespace ctxcap::plan {
namespace {

constexpr const char* kSharedTag = "capped";
constexpr std::size_t kLongestTag = 40;
constexpr std::size_t kMostTold = 50;  // jobs that a Modelfile names

std::string period(const DemandStats& stats) {
  if (!stats.from || !stats.to) return "at unknown times";
  return fmt::format("{} to {}", iso_date(day_of(*stats.from)), iso_date(day_of(*stats.to)));
}

std::string requirement(const DemandStats& stats) {
  const Required& required = stats.required;
  if (need_is_unknown(stats)) {
    return fmt::format("try {} tokens next: a window of {} cut {}, and their real need is unknown",
                       with_commas(stats.censoring.grow_to.value_or(required.num_ctx)),
                       with_commas(stats.censoring.num_ctx.value_or(0)),
                       counted(stats.censoring.rows, "request"));
  }
  if (required.rank) {
    std::string text =
        fmt::format("needs {} tokens: at most {} of future requests need more ({} confidence)",
                    with_commas(required.num_ctx), percent(required.risk), percent(required.confidence));
    if (required.raised != Raise::none) text += "; raised because days differ";
    if (required.for_answers > 0) text += "; with room for answers that were not logged";
    return text;
  }
  return fmt::format(
      "needs {} tokens: the longest and a quarter more, as this is little data; it can promise no risk below "
      "{}",
      with_commas(required.num_ctx), percent(required.supported_risk.value_or(1)));
}

// In their order.
std::vector<const JobDecision*> largest(const std::vector<JobDecision>& jobs) {
  std::vector<const JobDecision*> list;
  for (const JobDecision& job : jobs) list.push_back(&job);
  if (list.size() <= kMostTold) return list;
  std::stable_sort(list.begin(), list.end(), [](const JobDecision* a, const JobDecision* b) {
    return a->stats.requests > b->stats.requests;
  });
  list.resize(kMostTold);
  std::sort(list.begin(), list.end());  // they stand in one vector
  return list;
}

}  // namespace

std::string tag_of_job(const std::string& job) {
  std::string tag;
  for (const char c : job) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool word = upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
    if (word) {
      tag += upper ? static_cast<char>(c + 32) : c;
    } else if (!tag.empty() && tag.back() != '-') {
      tag += '-';
    }
    if (tag.size() == kLongestTag) break;
  }
  tag.erase(tag.find_last_not_of("-.") + 1);
  tag.erase(0, std::min(tag.find_first_not_of("."), tag.size()));
  // A tag that Ollama takes for a place cannot be used; see model_name.hpp.
  const bool place = tag == "local" || tag == "cloud" || tag.ends_with("-cloud");
  return tag.empty() || tag == "all" || place ? kSharedTag : tag;
}

namespace {

bool has_parameter(const Variant& variant, std::string_view name) {
  return std::any_of(variant.parameters.begin(), variant.parameters.end(),
                     [&](const auto& parameter) { return parameter.first == name; });
}

std::vector<std::string> inherited_by(const Variant& variant, const std::vector<Inherited>& of_base) {
  std::vector<std::string> words;
  for (const Inherited& one : of_base) {
    const bool own = (one.what == "SYSTEM" && variant.system && !variant.system->empty()) ||
                     (one.what == "num_predict" && variant.num_predict != 0) ||
                     has_parameter(variant, one.what);
    if (!own) words.push_back(one.text);
  }
  return words;
}

}  // namespace

void keep_of_before(const Variant& before, Variant& variant) {
  if (!variant.system && before.system && !before.system->empty()) variant.system = before.system;
  const Variant said = variant;
  for (const auto& parameter : before.parameters) {
    if (!has_parameter(said, parameter.first)) variant.parameters.push_back(parameter);
  }
}

std::vector<std::string> lost_from(const Variant& before, const Variant& variant) {
  std::vector<std::string> lost;
  if (before.system && !before.system->empty() && variant.system.value_or("").empty()) {
    lost.push_back(fmt::format("SYSTEM of {} characters", with_commas(display_width(*before.system))));
  }
  std::set<std::string_view> told;
  for (const auto& [name, value] : before.parameters) {
    if (!has_parameter(variant, name) && told.insert(name).second) lost.push_back("PARAMETER " + name);
  }
  return lost;
}

Result<Variant> plan_variant(const BaseDecision& decision, const VariantOptions& options) {
  const bool one_job = std::all_of(decision.jobs.begin(), decision.jobs.end(), [&](const JobDecision& job) {
    return job.stats.job == decision.jobs.front().stats.job;
  });
  const std::string job_tag = one_job ? tag_of_job(decision.jobs.front().stats.job) : kSharedTag;
  Variant variant{.base = decision.model,
                  .base_digest = options.base_digest,
                  .num_ctx = decision.num_ctx.value_or(0),
                  .num_predict = decision.num_predict.value_or(0),
                  .system = options.system,
                  .parameters = options.parameters};
  if (options.name.empty()) {
    TRY_ASSIGN(variant.name, variant_name(decision.model, options.tag.empty() ? job_tag : options.tag));
  } else {
    TRY(check_model_name(options.name));
    variant.name = options.name;
  }
  variant.inherits = inherited_by(variant, options.inherits);
  std::set<std::string_view> named;
  for (const JobDecision& job : decision.jobs) {
    if (named.insert(job.stats.job).second) variant.jobs.push_back(job.stats.job);
  }
  if (const Candidate* candidate = taken_candidate(decision.jobs.front()); candidate != nullptr) {
    variant.predicted_bytes = candidate->memory.total_bytes;
    variant.predicted_high_bytes = candidate->memory.total_high_bytes;
    variant.sliding_window = candidate->memory.kv_swa_bytes.value_or(0) > 0;
  }
  return variant;
}

namespace {

// Of the job whose answers are the longest; a night may have raised it since.
std::string limit_line(const BaseDecision& decision, const Variant& variant) {
  if (variant.num_predict <= 0) return "";
  for (const JobDecision& job : decision.jobs) {
    const auto& limit = job.stats.limit;
    if (limit && limit->tokens == variant.num_predict)
      return fmt::format("num_predict {}: {}", limit->tokens,
                         reason_of(*limit, job.stats.required.confidence));
  }
  return "";
}

}  // namespace

std::vector<std::string> reasons_for(const BaseDecision& decision, const Variant& variant,
                                     const std::string& version) {
  std::vector<std::string> lines;
  lines.push_back(fmt::format("{} by ctxcap {}", variant.name, version));
  for (const JobDecision* job : largest(decision.jobs)) {
    lines.push_back(fmt::format("{}: {}, {}", printable(job->stats.job, 60),
                                counted(job->stats.requests, "request"), period(job->stats)));
    lines.push_back("  " + requirement(job->stats));
  }
  if (decision.jobs.size() > kMostTold) {
    const auto others = static_cast<i64>(decision.jobs.size() - kMostTold);
    lines.push_back(fmt::format("and {} with fewer requests", counted(others, "more job")));
  }
  lines.push_back(fmt::format("num_ctx {}: {}", variant.num_ctx, decision.jobs.front().reason));
  if (std::string limit = limit_line(decision, variant); !limit.empty()) lines.push_back(std::move(limit));
  std::string facts;
  if (decision.arch && decision.arch->native_ctx) {
    facts = fmt::format("native length {}", with_commas(*decision.arch->native_ctx));
  }
  const Candidate* candidate = taken_candidate(decision.jobs.front());
  const std::optional<Bytes> cache = candidate != nullptr ? kv_cache_bytes(candidate->memory) : std::nullopt;
  if (cache) facts += fmt::format("{}KV cache {}", facts.empty() ? "" : ", ", human_bytes(*cache));
  if (!facts.empty()) lines.push_back(facts);
  return lines;
}

std::string reason_in(const Variant& variant) {
  const std::string mark = fmt::format("# num_ctx {}: ", variant.num_ctx);
  constexpr std::string_view kGoesOn = "#     ";  // as render has it
  std::string reason;
  for (const std::string_view line : split(variant.modelfile, '\n')) {
    if (line.starts_with(mark)) {
      reason = line.substr(mark.size());
    } else if (!reason.empty()) {
      if (!line.starts_with(kGoesOn)) break;
      reason.append(" ").append(line.substr(kGoesOn.size()));
    }
  }
  return reason;
}

std::optional<Warning> empty_system(const Variant& variant) {
  if (!variant.system || !variant.system->empty()) return std::nullopt;
  return Warning{"empty-system",
                 fmt::format("{}: the SYSTEM text is empty and sets nothing; that of {} stays, if it has one",
                             variant.name, variant.base)};
}

}  // namespace ctxcap::plan
