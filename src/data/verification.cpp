#include "data/verification.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/json_size.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "data/json_values.hpp"

namespace ctxcap {
namespace {

Error no_served_plan(const std::string& path, std::string why) {
  return {.kind = ErrorKind::usage,
          .what = "no plan of a server can be read from " + printable(path),
          .why = std::move(why),
          .hint = "ctxcap analyze --traces FILE --target vllm --show MODEL/config.json -o plan.json"};
}

std::optional<i64> whole_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_integer() ? std::optional(found->get<i64>())
                                                             : std::nullopt;
}

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::optional<Target> target_at(const Json& object) {
  const auto found = object.find("target");
  for (const Target target : {Target::vllm, Target::llama_server, Target::llama_swap}) {
    if (found != object.end() && found->is_string() && found->get<std::string>() == word(target))
      return target;
  }
  return std::nullopt;
}

}  // namespace

std::optional<bool> ServedVerification::holds() const {
  bool all = true;
  for (const ServedCheck& check : checks) {
    if (check.holds == false) return false;
    all = all && check.holds.has_value();
  }
  return all && !checks.empty() ? std::optional(true) : std::nullopt;
}

std::string why_not(const ServedVerification& seen) {
  if (seen.holds() == true) return "";
  for (const ServedCheck& check : seen.checks) {
    if (check.holds == false)
      return fmt::format("{} is {}, but should be {}", check.what, check.seen, check.asked);
  }
  return "it does not tell all that it runs with";
}

std::string verification_json(const ServedVerification& verification) {
  const ServedAsk& ask = verification.ask;
  Json json{{"schema", "ctxcap.verify/1"},
            {"target", word(ask.target)},
            {"url", ask.url},
            {"model", ask.model.empty() ? Json(nullptr) : Json(ask.model)},
            {"server", verification.server.empty() ? Json(nullptr) : Json(verification.server)},
            {"num_ctx", ask.num_ctx},
            {"verified", or_null(verification.holds())},
            {"checks", Json::array()},
            {"notes", verification.notes}};
  const auto text = [](const std::string& value) { return value.empty() ? Json(nullptr) : Json(value); };
  for (const ServedCheck& check : verification.checks) {
    json["checks"].push_back({{"what", check.what},
                              {"asked", text(check.asked)},
                              {"seen", text(check.seen)},
                              {"holds", or_null(check.holds)}});
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

bool has_served(const std::string& json) {
  if (size_of_json(json) != JsonSize::fine) return false;
  const Json root = Json::parse(json, nullptr, false);
  return root.is_object() && root.contains("served");
}

Result<std::vector<ServedPlan>> served_of_plan(const std::string& json, const std::string& path) {
  if (size_of_json(json) != JsonSize::fine) return fail(no_served_plan(path, "it is far larger than a plan"));
  const Json root = Json::parse(json, nullptr, false);
  if (!root.is_object()) return fail(no_served_plan(path, "it is not a JSON object"));
  const auto list = root.find("served");
  if (list == root.end() || !list->is_array() || list->empty())
    return fail(no_served_plan(path, "it was made for Ollama, or has no window"));
  std::vector<ServedPlan> plans;
  for (const Json& entry : *list) {
    const auto target = entry.is_object() ? target_at(entry) : std::nullopt;
    const auto num_ctx = target ? whole_at(entry, "num_ctx") : std::nullopt;
    if (!num_ctx || *num_ctx < 1)
      return fail(no_served_plan(path, "an entry of \"served\" is not as it was written"));
    ServedPlan plan{.target = *target,
                    .num_ctx = *num_ctx,
                    .at_once = std::max<i64>(whole_at(entry, "requests_at_once").value_or(1), 1),
                    .cache_bytes = whole_at(entry, "cache_bytes"),
                    .block_size = whole_at(entry, "block_size"),
                    .num_blocks = whole_at(entry, "num_blocks")};
    plan.model = text_at(entry, "model");
    plan.refused = text_at(entry, "refused");
    const auto seen = entry.find("requests_at_once_seen");
    plan.at_once_seen = seen != entry.end() && *seen == true;
    const auto jobs = entry.find("jobs");  // plans of before had none
    for (const Json& job : jobs != entry.end() && jobs->is_array() ? *jobs : Json::array()) {
      if (job.is_string()) plan.jobs.push_back(job.get<std::string>());
    }
    const auto texts = entry.find("texts");
    for (const Json& one : texts != entry.end() && texts->is_array() ? *texts : Json::array()) {
      if (one.is_object()) plan.texts.push_back({text_at(one, "what"), text_at(one, "text")});
    }
    plans.push_back(std::move(plan));
  }
  return plans;
}

}  // namespace ctxcap
