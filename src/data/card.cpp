#include "data/card.hpp"

#include <algorithm>

#include "data/json_values.hpp"

namespace ctxcap {
namespace {

Json tenant_json(const TenantUse& use, const CardFacts& card) {
  const bool met = use.with_llm.times > 0;
  return {{"tenant", use.tenant.name},
          {"kind", word(use.tenant.kind)},
          {"card", card.index},
          {"now_bytes", or_null(use.now)},
          {"peak_bytes", use.peak},
          {"peak_basis", use.exact ? "accounting" : "samples"},
          {"resident_share", use.share},
          {"sessions", use.sessions},
          {"ooms", use.ooms},
          {"with_llm", Json{{"times", use.with_llm.times},
                            {"seconds", use.with_llm.seconds},
                            {"joint_peak_bytes", met ? Json(use.with_llm.joint_peak) : Json(nullptr)}}},
          {"evidence", use.tenant.evidence}};
}

Json card_facts_json(const CardFacts& card) {
  return {{"index", card.index},
          {"uuid", card.uuid.empty() ? Json(nullptr) : Json(card.uuid)},
          {"name", card.name.empty() ? Json(nullptr) : Json(card.name)},
          {"driver", card.driver.empty() ? Json(nullptr) : Json(card.driver)},
          {"total_bytes", or_null(card.total)},
          {"reserved_bytes", or_null(card.reserved)},
          {"usable_bytes", or_null(card.usable())},
          {"used_bytes", or_null(card.used)},
          {"free_bytes", or_null(card.free)}};
}

Json history_of_card_json(const CardUse& use) {
  if (use.watched == 0) return nullptr;
  return {{"from", rfc3339(use.from)},
          {"to", rfc3339(use.to)},
          {"step_s", use.step},
          {"gaps", use.gaps.size()},
          {"sources", use.sources}};
}

}  // namespace

std::string_view word(TenantKind kind) {
  switch (kind) {
    case TenantKind::ollama:
      return "ollama";
    case TenantKind::vllm:
      return "vllm";
    case TenantKind::llama_server:
      return "llama-server";
    case TenantKind::container:
      return "container";
    case TenantKind::unit:
      return "unit";
    case TenantKind::process:
      return "process";
    case TenantKind::desktop:
      return "desktop";
    case TenantKind::unattributed:
      return "unattributed";
  }
  return "";
}

i64 median_step(const std::vector<CardSample>& samples) {
  std::vector<i64> steps;
  for (std::size_t i = 1; i < samples.size(); ++i)
    steps.push_back(samples[i].at.micros - samples[i - 1].at.micros);
  if (steps.empty()) return 0;
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle;
}

std::optional<Bytes> CardUse::budget() const {
  const std::optional<Bytes> usable = card.usable();
  if (!usable || !rest_needed || needs_more) return std::nullopt;
  return std::max<Bytes>(0, *usable - *rest_needed);
}

std::string card_json(const std::vector<CardUse>& cards) {
  Json root = {{"schema", "ctxcap.card/1"},
               {"cards", Json::array()},
               {"tenants", Json::array()},
               {"models", Json::array()},
               {"history", nullptr}};
  std::optional<Bytes> seen, needed, budget;
  Json ooms = Json::array();
  for (const CardUse& use : cards) {
    root["cards"].push_back(card_facts_json(use.card));
    for (const TenantUse& tenant : use.tenants) root["tenants"].push_back(tenant_json(tenant, use.card));
    for (const CardModel& model : use.models) {
      root["models"].push_back({{"model", model.runs.weights},
                                {"num_ctx", or_null(model.runs.num_ctx)},
                                {"parallel", model.runs.parallel},
                                {"bytes", model.bytes}});
    }
    for (const OomUse& oom : use.ooms) {
      ooms.push_back({{"at", rfc3339(oom.oom.at)},
                      {"tenant", oom.oom.tenant},
                      {"held_bytes", or_null(oom.held)},
                      {"wanted_bytes", or_null(oom.oom.wanted)},
                      {"others_bytes", or_null(oom.others)},
                      {"avoided_at_num_ctx", nullptr}});
    }
  }
  // Of several cards the first with a history is told of.
  const auto first =
      std::find_if(cards.begin(), cards.end(), [](const CardUse& use) { return use.watched > 0; });
  if (first != cards.end()) {
    root["history"] = history_of_card_json(*first);
    seen = first->rest_seen;
    needed = first->rest_needed;
    budget = first->budget();
  }
  root["rest"] = {{"seen_bytes", or_null(seen)}, {"needed_bytes", or_null(needed)}};
  root["budget_bytes"] = or_null(budget);
  root["ooms"] = std::move(ooms);
  return root.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace ctxcap
