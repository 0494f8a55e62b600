#include "data/card.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "data/budget.hpp"
#include "data/json_values.hpp"

namespace ctxcap {
namespace {

// What only time can tell is null where nobody watched.
Json tenant_json(const TenantUse& use, const CardUse& of) {
  const bool met = use.with_llm.times > 0, watched = of.watched > 0;
  const bool peak = watched || (use.peak > 0 && !use.now);  // a single sample, or the driver's account
  const auto seen = [&](Json value) { return watched ? std::move(value) : Json(nullptr); };
  return {{"tenant", use.tenant.name},
          {"kind", word(use.tenant.kind)},
          {"card", of.card.index},
          {"now_bytes", or_null(use.now)},
          {"peak_bytes", peak ? Json(use.peak) : Json(nullptr)},
          {"peak_basis", peak ? Json(use.exact ? "accounting" : "samples") : Json(nullptr)},
          {"resident_share", seen(use.share)},
          {"sessions", seen(use.sessions)},
          {"ooms", or_null(use.ooms)},
          {"with_llm", Json{{"times", seen(use.with_llm.times)},
                            {"seconds", seen(use.with_llm.seconds)},
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

}  // namespace

Json history_of_card_json(const CardUse& use) {
  if (use.watched == 0) return nullptr;
  return {{"from", rfc3339(use.from)}, {"to", rfc3339(use.to)},    {"step_s", use.step},
          {"gaps", use.gaps.size()},   {"averages", use.averages}, {"sources", use.sources}};
}

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

std::string fault_of(const TenantRule& rule) {
  const std::size_t equals = rule.match.find('=');
  const std::string_view by = std::string_view(rule.match).substr(0, equals);
  const bool known = by == "container" || by == "unit" || by == "process" || by == "command";
  if (!known || equals == rule.match.npos || equals + 1 == rule.match.size())
    return "match is container=NAME, unit=NAME, process=NAME or command=PART";
  return "";
}

const TenantRule* rule_for(const std::vector<TenantRule>& rules, const TenantFacts& facts) {
  for (const TenantRule& rule : rules) {
    const std::size_t equals = rule.match.find('=');
    const std::string_view by = std::string_view(rule.match).substr(0, equals);
    const std::string_view wanted = std::string_view(rule.match).substr(equals + 1);
    const bool holds = by == "container" ? facts.container == wanted || facts.service == wanted
                       : by == "unit"    ? facts.unit == wanted
                       : by == "process" ? facts.program == wanted
                                         : facts.command.find(wanted) != facts.command.npos;
    if (holds) return &rule;
  }
  return nullptr;
}

std::optional<Bytes> CardFacts::usable() const {
  return total ? std::optional(Card{.name = name, .total = *total, .kept = reserved}.usable()) : std::nullopt;
}

std::string program_of(std::string_view name) {
  // A whole command line may stand there, on Windows with blanks in its path.
  name = name.substr(0, name.find(" -"));
  const std::size_t slash = name.find_last_of("/\\");
  if (slash != name.npos) name.remove_prefix(slash + 1);
  if (!name.ends_with(".exe")) name = name.substr(0, name.find(' '));
  return printable(name, 60);
}

std::optional<CardTenant> server_by_program(const std::string& program) {
  const std::string small = lowered(program);
  if (small.starts_with("ollama") || small == "llama-server" || small == "llama-server.exe")
    return CardTenant{"ollama", TenantKind::ollama, "program " + program};
  if (small.starts_with("vllm")) return CardTenant{"vllm", TenantKind::vllm, "program " + program};
  return std::nullopt;
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

std::optional<Bytes> OomUse::missing(std::optional<Bytes> usable) const {
  const std::optional<Bytes> all = checked_add(need, others);
  if (!all || !usable || llm == 0 || *all <= *usable) return std::nullopt;
  return *all - *usable;
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
    for (const TenantUse& tenant : use.tenants) root["tenants"].push_back(tenant_json(tenant, use));
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
                      {"avoided_at_num_ctx", or_null(oom.avoided_at)}});
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
