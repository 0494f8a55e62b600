#include "data/json.hpp"

#include <set>
#include <string_view>

#include "data/json_schema.hpp"
#include "data/json_values.hpp"
#include "data/serving_json.hpp"
#include "data/words.hpp"

namespace ctxcap {
namespace {

Json json_of(const Percentiles& p) {
  return {{"p50", p.p50}, {"p90", p.p90}, {"p95", p.p95}, {"p99", p.p99}, {"p99.9", p.p99_9}, {"max", p.max}};
}
Json json_of(const std::optional<Percentiles>& p) {
  if (p) return json_of(*p);
  return {{"p50", nullptr}, {"p90", nullptr},   {"p95", nullptr},
          {"p99", nullptr}, {"p99.9", nullptr}, {"max", nullptr}};
}

Json json_of(const Required& required) {
  return {
      {"num_ctx", required.num_ctx},       {"basis", word(required.basis)},
      {"rank", or_null(required.rank)},    {"risk", required.supported_risk ? Json(required.risk) : Json()},
      {"confidence", required.confidence}, {"supported_risk", or_null(required.supported_risk)},
      {"raised", word(required.raised)},   {"for_answers", required.for_answers}};
}

// What one job needs by the data; a window that the user insists on stands before it.
Json required_json(const JobDecision& job, bool explicit_window) {
  Json by_data = json_of(job.stats.required);
  if (!explicit_window) return by_data;
  Json json = by_data;
  json["num_ctx"] = or_null(job.num_ctx);
  json["basis"] = word(Basis::explicit_window);
  json["rank"] = nullptr;
  json["by_data"] = {{"num_ctx", by_data["num_ctx"]}, {"basis", by_data["basis"]}, {"rank", by_data["rank"]}};
  return json;
}

Json json_of(const std::optional<Outlook>& outlook) {
  if (!outlook) return nullptr;
  return {{"share_over_upper", outlook->share_upper},
          {"requests_30d", or_null(outlook->requests_30d)},
          {"expected_cut_30d", or_null(outlook->expected_cut_30d)},
          {"cut_30d_upper", or_null(outlook->cut_30d_upper)},
          {"none_cut_30d", or_null(outlook->clean_30d)},
          {"next_day_over", or_null(outlook->day_chance)}};
}

Json json_of(const std::optional<Drift>& drift) {
  if (!drift) return nullptr;
  const bool weekday = drift->worst_weekday.has_value();
  return {{"growth_per_day", drift->growth_per_day},
          {"trend_chance", drift->trend_chance},
          {"recent_days", drift->recent_days},
          {"recent_chance", drift->recent_chance},
          {"weekday", weekday ? Json(weekday_word(*drift->worst_weekday)) : Json(nullptr)},
          {"weekday_chance", drift->weekday_chance}};
}

Json json_of(const std::optional<TailFit>& tail) {
  if (!tail) return nullptr;
  return {{"threshold", tail->threshold}, {"excesses", tail->excesses}, {"shape", tail->shape},
          {"scale", tail->scale},         {"level", tail->level},       {"level_upper", tail->level_upper}};
}

Json json_of(const Censoring& censoring) {
  return {{"verdict", word(censoring.verdict)},
          {"num_ctx", or_null(censoring.num_ctx)},
          {"rows", censoring.rows},
          {"kinds", censoring.kinds},
          {"sizes_known", censoring.sizes_known},
          {"estimated_max", or_null(censoring.estimated_max)},
          {"grow_to", or_null(censoring.grow_to)},
          {"watch_requests", unless_zero(censoring.watch_requests)},
          {"watch_days", or_null(censoring.watch_days)}};
}

Json json_of(const Candidate& candidate) {
  return {{"num_ctx", candidate.num_ctx},
          {"taken", candidate.taken},
          {"requests_over", or_null(candidate.requests_over)},
          {"kv_bytes", or_null(kv_cache_bytes(candidate.memory))},
          {"total_bytes", or_null(candidate.memory.total_bytes)},
          {"reason", candidate.reason}};
}

Json json_of(const std::vector<Skip>& skips) {
  Json json = Json::array();
  for (const Skip& skip : skips)
    json.push_back({{"reason", skip.reason}, {"count", skip.count}, {"first", skip.first}});
  return json;
}

Json json_of(const JobDecision& job, bool explicit_window) {
  const DemandStats& stats = job.stats;
  Json json{{"job", stats.job},
            {"model", stats.model},
            {"requests", stats.requests},
            {"from", or_null(stats.from)},
            {"to", or_null(stats.to)},
            {"prompt_tokens", json_of(stats.prompt)},
            {"generation_tokens", json_of(stats.generation)},
            {"total_tokens", json_of(stats.total)},
            {"required", required_json(job, explicit_window)},
            {"censoring", json_of(stats.censoring)},
            {"current", nullptr}};
  if (job.current) json["current"] = {{"num_ctx", job.current->num_ctx}, {"from", word(job.current->from)}};
  json["cap"] = {{"num_ctx", or_null(job.num_ctx)},
                 {"num_predict", or_null(job.num_predict)},
                 {"num_predict_reason", nullptr},
                 {"answers_over", nullptr},
                 {"answers_over_upper", nullptr},
                 {"action", word(job.action)},
                 {"reason", job.reason},
                 {"share_over_upper", job.outlook ? Json(job.outlook->share_upper) : Json(nullptr)}};
  if (stats.limit && job.num_predict) {
    json["cap"]["num_predict_reason"] = reason_of(*stats.limit, stats.required.confidence);
    if (stats.limit->share_upper) json["cap"]["answers_over"] = stats.limit->over;
    json["cap"]["answers_over_upper"] = or_null(stats.limit->share_upper);
  }
  json["outlook"] = json_of(job.outlook);
  json["drift"] = json_of(stats.drift);
  json["tail"] = json_of(stats.tail);
  json["candidates"] = Json::array();
  for (const Candidate& candidate : job.candidates) json["candidates"].push_back(json_of(candidate));
  return json;
}

// What it takes to create it again.
Json plan_json(const Variant& variant) {
  return {{"base", variant.base},
          {"base_digest", variant.base_digest.empty() ? Json(nullptr) : Json(variant.base_digest)},
          {"replaces_digest", or_null(variant.replaces_digest)},
          {"system", or_null(variant.system)},
          {"parameters", variant.parameters},
          {"inherits", variant.inherits},
          {"against", variant.against},
          {"predicted_bytes", or_null(variant.predicted_bytes)},
          {"predicted_high_bytes", or_null(variant.predicted_high_bytes)},
          {"sliding_window", variant.sliding_window}};
}

// A base model, or one of its variants; nullptr: there is none.
Json model_json(const BaseDecision& decision, const Variant* variant) {
  const ModelArch* arch = decision.arch ? &*decision.arch : nullptr;
  Json json{{"model", variant != nullptr ? variant->base : decision.model},
            {"architecture", arch != nullptr ? Json(arch->architecture) : Json(nullptr)},
            {"native_ctx", arch != nullptr ? or_null(arch->native_ctx) : Json(nullptr)},
            {"max_ctx", arch != nullptr ? or_null(arch->max_ctx) : Json(nullptr)},
            {"num_ctx", or_null(decision.num_ctx)},
            {"num_predict", or_null(decision.num_predict)},
            {"jobs", Json::array()},
            {"variant", nullptr},
            {"from", nullptr},
            {"modelfile", nullptr}};
  if (variant == nullptr) {
    std::set<std::string_view> named;
    for (const JobDecision& job : decision.jobs) {  // one job may run on several names of the same weights
      if (named.insert(job.stats.job).second) json["jobs"].push_back(job.stats.job);
    }
    return json;
  }
  json["num_predict"] = unless_zero(variant->num_predict);
  json["jobs"] = variant->jobs;
  json["variant"] = variant->name;
  json["from"] = variant->base;
  json["modelfile"] = variant->modelfile;
  json["plan"] = plan_json(*variant);
  return json;
}

// With several variants an entry for each.
void add_models(Json& models, const BaseAnalysis& base) {
  if (base.variants.empty()) models.push_back(model_json(base.decision, nullptr));
  for (const Variant& variant : base.variants) models.push_back(model_json(base.decision, &variant));
}

const char* word(Keeping keeping) {
  constexpr const char* kWords[] = {"at-once", "settles", "depends", "never"};
  return kWords[static_cast<int>(keeping)];
}

Json json_of(const TogetherReport& set) {
  Json json{{"members", set.members},
            {"needed_bytes", or_null(set.needed_bytes)},
            {"fits", or_null(set.fits)},
            {"keeping", word(set.kept.keeping)},
            {"good_orders", set.kept.good_orders},
            {"ollama_evicts", Json::array()},
            {"cures", Json::array()}};
  for (const KeptTogether::Evicts& one : set.kept.evictions) {
    json["ollama_evicts"].push_back({{"loading", one.loading},
                                     {"evicts", one.evicts},
                                     {"reckoned_bytes", one.limit > 0 ? Json(one.compared) : Json()},
                                     {"limit_bytes", one.limit > 0 ? Json(one.limit) : Json()}});
  }
  for (const Cure& cure : set.cures) {
    json["cures"].push_back({{"what", cure.what},
                             {"keeping", word(cure.keeping)},
                             {"price", cure.price},
                             {"share_over", or_null(cure.share_over)},
                             {"needed_bytes", or_null(cure.needed_bytes)}});
  }
  return json;
}

Json json_of(const BudgetReport& report) {
  Json json{{"card_bytes", report.budget.card},
            {"usable_bytes", report.budget.usable()},
            {"reserve_bytes", report.budget.reserve},
            {"tenants", Json::array()},
            {"models", Json::array()},
            {"needed_bytes", or_null(report.needed_bytes)},
            {"fits", or_null(report.fits)},
            {"tight", report.tight},
            {"without", report.without},
            {"alternatives", Json::array()}};
  for (const Tenant& tenant : report.budget.tenants)
    json["tenants"].push_back(
        {{"name", tenant.name}, {"bytes", tenant.bytes}, {"basis", word(tenant.basis)}});
  json["history"] = nullptr;
  if (report.budget.past) {
    json["history"] = history_of_card_json(*report.budget.past);
    json["rest"] = {{"seen_bytes", or_null(report.budget.past->rest_seen)},
                    {"needed_bytes", or_null(report.budget.past->rest_needed)}};
    json["ooms"] = report.budget.past->ooms.size();
    json["ooms_avoided"] = or_null(report.ooms_avoided);
  }
  for (const ModelShare& model : report.models)
    json["models"].push_back({{"model", model.model}, {"bytes", or_null(model.bytes)}});
  for (const Alternative& alternative : report.alternatives) {
    json["alternatives"].push_back({{"what", alternative.what},
                                    {"needed_bytes", or_null(alternative.needed_bytes)},
                                    {"share_over", or_null(alternative.share_over)},
                                    {"fits", alternative.fits}});
  }
  json["cards"] = Json::array();
  for (const CardShare& card : report.cards) {
    json["cards"].push_back(
        {{"usable_bytes", card.room_bytes}, {"used_bytes", card.used_bytes}, {"models", Json::array()}});
    for (const ModelShare& model : card.models)
      json["cards"].back()["models"].push_back({{"model", model.model}, {"bytes", or_null(model.bytes)}});
  }
  json["together"] = Json::array();
  for (const TogetherReport& set : report.together) json["together"].push_back(json_of(set));
  return json;
}

Json json_of(const PlanVerdict& verdict) {
  return {{"kind", word(verdict.kind)}, {"reasons", verdict.reasons}};
}

Json json_of(const SharedWeights& shared) {
  Json json{{"model", shared.model},
            {"windows", Json::array()},
            {"one_window", or_null(shared.one_window)},
            {"one_window_cache_bytes", or_null(shared.one_window_cache_bytes)},
            {"weights_bytes", or_null(shared.weights_bytes)},
            {"reloads", shared.reloads.reloads},
            {"reloads_per_day", shared.reloads.per_day},
            {"by_day", Json::array()},
            {"requests_without_time", shared.without_time},
            {"requests_without_window", shared.without_window}};
  for (const auto& [job, num_ctx] : shared.windows)
    json["windows"].push_back({{"job", job}, {"num_ctx", or_null(num_ctx)}});
  for (const auto& [day, reloads] : shared.reloads.by_day)
    json["by_day"].push_back({{"day", iso_date(day)}, {"reloads", reloads}});
  return json;
}

}  // namespace

std::string analysis_json(const Analysis& analysis) {
  Json json{{"schema", kAnalysisSchema},
            {"inputs", Json::array()},
            {"skipped", json_of(analysis.skipped)},
            {"remarks", json_of(analysis.remarks)},
            {"jobs", Json::array()},
            {"models", Json::array()},
            {"warnings", Json::array()},
            {"verdict", json_of(verdict_of(analysis))}};
  for (const InputSummary& input : analysis.inputs) {
    json["inputs"].push_back(
        {{"source", input.source}, {"format", input.format}, {"rows", input.rows}, {"used", input.used}});
  }
  for (const BaseAnalysis& base : analysis.bases) {
    for (const JobDecision& job : base.decision.jobs) {
      json["jobs"].push_back(json_of(job, base.decision.explicit_window));
    }
    add_models(json["models"], base);
  }
  if (!analysis.shared.empty()) {
    json["shared_weights"] = Json::array();
    for (const SharedWeights& shared : analysis.shared) json["shared_weights"].push_back(json_of(shared));
  }
  if (analysis.budget) json["budget"] = json_of(*analysis.budget);
  for (const ServedPlan& plan : analysis.served) json["served"].push_back(json_of(plan));
  for (const Warning& warning : analysis.warnings) {
    json["warnings"].push_back({{"code", warning.code}, {"text", warning.text}});
  }
  // Names come from logs: bytes that are not UTF-8 must not stop the output.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string variant_json(const Variant& variant) {
  Json json{{"variant", variant.name}, {"num_ctx", variant.num_ctx},     {"num_predict", variant.num_predict},
            {"jobs", variant.jobs},    {"modelfile", variant.modelfile}, {"plan", plan_json(variant)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string residents_json(const std::vector<LoadedModel>& residents) {
  Json json = Json::array();
  for (const LoadedModel& one : residents) {
    json.push_back({{"name", one.name},
                    {"digest", one.digest},
                    {"num_ctx", or_null(one.num_ctx)},
                    {"stays", or_null(one.stays)},
                    {"shares", one.shares}});
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace ctxcap
