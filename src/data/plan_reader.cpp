// Plans and what the state keeps of them, read back. Nothing that is read is trusted.

#include "data/json.hpp"
#include "data/json_schema.hpp"
#include "data/json_values.hpp"
#include "data/words.hpp"

namespace ctxcap {
namespace {

// A key of an untrusted object, with a type; the first that fails is remembered for the error.
class Reader {
 public:
  explicit Reader(const Json& object) : object_(object) {}  // borrowed
  template <typename T>
  T get(const char* key, T fallback, bool required) {
    const auto found = object_.is_object() ? object_.find(key) : object_.end();
    const bool absent = !object_.is_object() || found == object_.end() || found->is_null();
    if (absent && !required) return fallback;
    try {
      if (!absent) return found->template get<T>();
    } catch (const nlohmann::json::exception&) {
      // falls through to the error below
    }
    if (bad_key_.empty()) bad_key_ = key;
    return fallback;
  }
  const std::string& bad_key() const { return bad_key_; }

 private:
  const Json& object_;
  std::string bad_key_;
};

Error bad_plan(const std::string& origin, std::string why) {
  return {.kind = ErrorKind::usage,
          .what = "the plan cannot be read",
          .why = origin + ": " + why,
          .hint =
              "make one with: ctxcap analyze --traces FILE -o plan.json; or in one go: ctxcap apply "
              "--traces FILE"};
}

Result<Variant> variant_of(const Json& model, const std::string& origin) {
  Reader outer(model);
  Variant variant{.name = outer.get<std::string>("variant", "", true),
                  .num_ctx = outer.get<i64>("num_ctx", 0, true),
                  .num_predict = outer.get<i64>("num_predict", 0, false),
                  .jobs = outer.get<std::vector<std::string>>("jobs", {}, false),
                  .modelfile = outer.get<std::string>("modelfile", "", true)};
  const Json plan = model.value("plan", Json::object());
  Reader inner(plan);
  variant.base = inner.get<std::string>("base", "", true);
  variant.base_digest = inner.get<std::string>("base_digest", "", false);
  if (plan.is_object() && plan.contains("replaces_digest") && !plan["replaces_digest"].is_null())
    variant.replaces_digest = inner.get<std::string>("replaces_digest", "", true);
  if (const bool has_system = plan.is_object() && plan.contains("system") && !plan["system"].is_null();
      has_system) {
    variant.system = inner.get<std::string>("system", "", true);
  }
  variant.parameters = inner.get<std::vector<std::pair<std::string, std::string>>>("parameters", {}, false);
  variant.inherits = inner.get<std::vector<std::string>>("inherits", {}, false);
  variant.against = inner.get<std::vector<std::string>>("against", {}, false);
  variant.sliding_window = inner.get<bool>("sliding_window", false, false);
  if (const Bytes predicted = inner.get<i64>("predicted_bytes", -1, false); predicted >= 0)
    variant.predicted_bytes = predicted;
  if (const Bytes most = inner.get<i64>("predicted_high_bytes", -1, false); most >= 0)
    variant.predicted_high_bytes = most;
  const std::string& bad = outer.bad_key().empty() ? inner.bad_key() : outer.bad_key();
  if (!bad.empty())
    return fail(bad_plan(origin, "models[]: \"" + bad + "\" is missing or of the wrong type"));
  return variant;
}

}  // namespace

Result<std::vector<Variant>> variants_of_plan(std::string_view text, const std::string& origin) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object()) return fail(bad_plan(origin, "it is not a JSON object"));
  if (!json.contains("schema") || json["schema"] != kAnalysisSchema) {
    return fail(bad_plan(origin, std::string("its schema is not ") + kAnalysisSchema));
  }
  if (!json.contains("models") || !json["models"].is_array())
    return fail(bad_plan(origin, "it has no models"));
  std::vector<Variant> variants;
  for (const Json& model : json["models"]) {
    if (!model.is_object()) return fail(bad_plan(origin, "models[] holds something else than objects"));
    if (!model.contains("variant") || model["variant"].is_null()) continue;  // advice was withheld
    TRY_ASSIGN(Variant variant, variant_of(model, origin));
    variants.push_back(std::move(variant));
  }
  return variants;
}

bool plan_has_card(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  return json.is_object() && json.contains("budget") && json["budget"].is_object();
}

std::optional<PlanVerdict> verdict_of_plan(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  const Json verdict = json.is_object() ? json.value("verdict", Json()) : Json();
  Reader reader(verdict);
  const auto kind = reader.get<std::string>("kind", "", true);
  PlanVerdict read{.reasons = reader.get<std::vector<std::string>>("reasons", {}, false)};
  for (const VerdictKind known :
       {VerdictKind::holds, VerdictKind::advice, VerdictKind::withheld, VerdictKind::over_budget}) {
    if (kind != word(known)) continue;
    read.kind = known;
    return read;
  }
  return std::nullopt;
}

std::vector<LoadedModel> residents_of_json(std::string_view text) {
  std::vector<LoadedModel> residents;
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_array()) return residents;
  for (const Json& one : json) {
    Reader reader(one);
    LoadedModel resident{.name = reader.get<std::string>("name", "", true),
                         .digest = reader.get<std::string>("digest", "", false),
                         .shares = reader.get<bool>("shares", false, false)};
    if (one.is_object() && one.contains("num_ctx") && one["num_ctx"].is_number_integer())
      resident.num_ctx = one["num_ctx"].get<Tokens>();
    if (one.is_object() && one.contains("stays") && one["stays"].is_number_integer())
      resident.stays = one["stays"].get<i64>();
    if (reader.bad_key().empty()) residents.push_back(std::move(resident));
  }
  return residents;
}

Result<Variant> variant_of_json(std::string_view text, const std::string& origin) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object()) return fail(bad_plan(origin, "it is not a JSON object"));
  return variant_of(json, origin);
}

}  // namespace ctxcap
