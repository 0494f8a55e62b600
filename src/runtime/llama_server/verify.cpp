#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "runtime/llama_server/llama_server.hpp"
#include "runtime/server_api.hpp"

namespace ctxcap::runtime {
namespace {

Error no_llama_server(const std::string& url, std::string why) {
  return not_asked("llama-server", url, std::move(why),
                   "name the address that it listens on: --url http://127.0.0.1:8080");
}

Error not_read(std::string why, std::string hint) {
  return {.kind = ErrorKind::unreachable,
          .what = "the window that runs could not be read",
          .why = std::move(why),
          .hint = std::move(hint)};
}

bool is_router(const Json& props) {
  return text_at(props, "role") == "router";
}

// What a router started the model with; empty: it is none, or does not know it.
std::vector<std::string> arguments_of_model(ServerApi& api, const std::string& model) {
  const auto list = api.get("/models");
  if (!list) return {};
  for (const Json& entry : member(list->body, "data")) {
    const std::vector<std::string> aliases = texts_at(entry, "aliases");
    if (text_at(entry, "id") == model || std::find(aliases.begin(), aliases.end(), model) != aliases.end())
      return texts_at(member(entry, "status"), "args");
  }
  return {};
}

// A cache that all slots share is so where nobody said how many there are, or asked for it.
std::optional<bool> shares(const std::vector<std::string>& arguments) {
  if (arguments.empty()) return std::nullopt;
  const auto has = [&](const char* flag) {
    return std::find(arguments.begin(), arguments.end(), flag) != arguments.end();
  };
  if (has("--kv-unified") || has("-kvu")) return true;
  return !has("--parallel") && !has("-np");
}

void check_sharing(const std::vector<std::string>& arguments, ServedVerification& result) {
  const std::optional<bool> shared = shares(arguments);
  if (!shared) {
    result.notes.emplace_back(
        "whether slots share one cache is told by its first log lines alone (kv_unified = "
        "'false'): so the bytes that are reserved are unknown");
    return;
  }
  result.checks.push_back({"kv_unified", "false", *shared ? "true" : "false", !*shared});
  if (*shared)
    result.notes.emplace_back(
        "its slots share one cache, and requests that meet there fail together: --parallel N without "
        "--kv-unified keeps them apart");
}

}  // namespace

Result<ServedVerification> verify_llama_server(Http& http, const ServedAsk& ask,
                                               std::vector<std::string> arguments) {
  ServerApi api(http, ask.url);
  ServedVerification result{.ask = ask};
  TRY_ASSIGN(ServerAnswer props, api.get("/props"));
  if (props.status == 200 && is_router(props.body)) {
    if (ask.model.empty()) return fail(not_read("it is a router of several models", "add --model NAME"));
    arguments = arguments_of_model(api, ask.model);
    TRY_ASSIGN(props, api.get("/props?model=" + percent_encoded(ask.model) + "&autoload=false"));
    if (props.status != 200) {
      return fail(
          not_read(fmt::format("of {} the router says: {}", printable(ask.model, 60), error_text(props.text)),
                   "load it with a request, and name it as /models does"));
    }
  }
  const Json& settings = member(props.body, "default_generation_settings");
  if (props.status != 200 || settings.is_null())
    return fail(
        no_llama_server(ask.url, fmt::format("/props answers {}, and not as llama-server", props.status)));
  const std::string build = text_at(props.body, "build_info");
  if (!build.empty()) result.server = "llama-server " + printable(build, 40);
  const std::optional<i64> window = integer_at(settings, "n_ctx");
  const std::optional<i64> slots = integer_at(props.body, "total_slots");
  result.num_ctx = window;
  result.checks.push_back({"n_ctx of a slot", told(ask.num_ctx), told(window),
                           window ? std::optional(*window == ask.num_ctx) : std::nullopt});
  if (ask.at_once)
    result.checks.push_back({"total_slots", told(ask.at_once), told(slots),
                             slots ? std::optional(*slots == *ask.at_once) : std::nullopt});
  if (slots.value_or(1) > 1) check_sharing(arguments, result);
  return result;
}

}  // namespace ctxcap::runtime
