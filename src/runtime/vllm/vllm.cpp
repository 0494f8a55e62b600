#include "runtime/vllm/vllm.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/units.hpp"
#include "runtime/server_api.hpp"

namespace ctxcap::runtime {
namespace {

Error no_vllm(const std::string& url, std::string why) {
  return not_asked("vLLM", url, std::move(why),
                   "name the address that `vllm serve` listens on: --url http://127.0.0.1:8000");
}

// The entry of the model asked for; null: it does not serve it.
Json served_entry(const Json& list, const std::string& model) {
  for (const Json& entry : member(list, "data")) {
    if (model.empty() || text_at(entry, "id") == model || text_at(entry, "root") == model) return entry;
  }
  return {};
}

void check_blocks(const ServedAsk& ask, const std::string& metrics, ServedVerification& result) {
  const auto label = [&](const char* name) { return cache_config_label(metrics, name); };
  const auto add = [&](const char* what, std::optional<i64> asked, bool at_least) {
    if (!asked) return;
    const std::string seen = label(what);
    const std::optional<i64> value = parse_integer(seen);
    std::optional<bool> holds;
    if (value) holds = at_least ? *value >= *asked : *value == *asked;
    // Without the flag vLLM finds the bytes itself, and says None.
    if (seen == "None") holds = false;
    result.checks.push_back({what, (at_least ? "at least " : "") + told(asked), printable(seen, 40), holds});
  };
  add("num_gpu_blocks", ask.num_blocks, true);
  add("block_size", ask.block_size, false);
  add("kv_cache_memory_bytes", ask.cache_bytes, false);
  if (ask.block_size && parse_integer(label("block_size")) != ask.block_size)
    result.notes.emplace_back(
        "another block size is another back end or version: its blocks are not those planned");
}

// Numbers of tokens that this model knows; a prompt of them has exactly so many tokens.
std::vector<i64> some_tokens(ServerApi& api, const std::string& model) {
  std::vector<i64> tokens;
  const auto answer =
      api.post("/tokenize", {{"model", model}, {"prompt", "the window of a job and what it needs"}});
  if (!answer || answer->status != 200) return tokens;
  for (const Json& token : member(answer->body, "tokens")) {
    if (token.is_number_integer()) tokens.push_back(token.get<i64>());
  }
  return tokens;
}

void probe(ServerApi& api, const std::string& model, ServedVerification& result) {
  const Tokens asked = result.ask.num_ctx - 1;
  ServedCheck check{.what = "a prompt of num_ctx - 1", .asked = told(asked), .seen = "", .holds = {}};
  const std::vector<i64> known = some_tokens(api, model);
  if (known.empty()) {
    result.notes.emplace_back("/tokenize does not answer, so no prompt of a known length was sent");
    result.checks.push_back(check);
    return;
  }
  Json prompt = Json::array();
  for (Tokens i = 0; i < asked; ++i) prompt.push_back(known[static_cast<std::size_t>(i) % known.size()]);
  const auto answer = api.post("/v1/completions",
                               {{"model", model}, {"prompt", prompt}, {"max_tokens", 1}, {"temperature", 0}});
  if (!answer) {
    result.notes.push_back("the prompt was not answered: " + answer.error().why);
  } else if (answer->status != 200) {
    check.seen = fmt::format("{} {}", answer->status,
                             printable(text_at(member(answer->body, "error"), "message"), 160));
    check.holds = false;
  } else {
    const auto seen = integer_at(member(answer->body, "usage"), "prompt_tokens");
    check.seen = told(seen);
    if (seen) check.holds = *seen == asked;
  }
  result.checks.push_back(check);
}

}  // namespace

std::string cache_config_label(std::string_view metrics, std::string_view label) {
  constexpr std::string_view kGauge = "vllm:cache_config_info{";
  for (const std::string_view line : split(metrics, '\n')) {
    if (!line.starts_with(kGauge)) continue;
    const std::string mark = std::string(label) + "=\"";
    for (std::size_t at = line.find(mark); at != line.npos; at = line.find(mark, at + 1)) {
      if (line[at - 1] != '{' && line[at - 1] != ',') continue;  // the end of a longer name
      const std::size_t begin = at + mark.size(), end = line.find('"', begin);
      return end == line.npos ? "" : std::string(line.substr(begin, end - begin));
    }
  }
  return "";
}

namespace {

// What /v1/models says of the model.
Result<Json> listed(ServerApi& api, const std::string& model) {
  TRY_ASSIGN(const ServerAnswer models, api.get("/v1/models"));
  if (models.status == 401 || models.status == 403)
    return fail(
        no_vllm(api.url(), fmt::format("/v1/models: {}; a key is taken from VLLM_API_KEY", models.status)));
  if (models.status != 200 || !member(models.body, "data").is_array())
    return fail(
        no_vllm(api.url(), fmt::format("/v1/models answers {}, and is not a list of models", models.status)));
  Json entry = served_entry(models.body, model);
  if (!entry.is_null()) return entry;
  Error error = no_vllm(api.url(), printable(model, 80) + " is none of the models that it serves");
  error.what = "the model is not served at " + printable(api.url(), 120);
  error.kind = ErrorKind::failure;
  return fail(std::move(error));
}

}  // namespace

Result<VllmServer> describe_vllm(Http& http, const std::string& url, const std::string& model,
                                 const std::string& key) {
  ServerApi api(http, url, key);
  TRY_ASSIGN(const Json entry, listed(api, model));
  VllmServer server{.url = url,
                    .version = "",
                    .model = text_at(entry, "id"),
                    .root = text_at(entry, "root"),
                    .max_model_len = integer_at(entry, "max_model_len")};
  if (!server.max_model_len)
    return fail(no_vllm(url, "/v1/models has no max_model_len, so it is another server"));
  if (const auto version = api.get("/version")) server.version = text_at(version->body, "version");
  const auto metrics = api.get("/metrics");
  if (!metrics || metrics->status != 200) return server;
  const auto label = [&](const char* name) { return cache_config_label(metrics->text, name); };
  server.num_blocks = parse_integer(label("num_gpu_blocks"));
  server.block_size = parse_integer(label("block_size"));
  server.max_concurrency = parse_number(label("kv_cache_max_concurrency"));
  server.share = parse_number(label("gpu_memory_utilization"));
  server.cache_bytes = parse_integer(label("kv_cache_memory_bytes"));
  server.cache_dtype = label("cache_dtype");
  const std::string caching = label("enable_prefix_caching");
  if (caching == "True" || caching == "False") server.prefix_caching = caching == "True";
  return server;
}

Result<ServedVerification> verify_vllm(Http& http, const ServedAsk& ask, const std::string& key) {
  ServerApi api(http, ask.url, key);
  ServedVerification result{.ask = ask};
  TRY_ASSIGN(const Json entry, listed(api, ask.model));
  const std::string id = text_at(entry, "id");
  result.ask.model = id;
  const auto version = api.get("/version");
  if (const std::string told = version ? text_at(version->body, "version") : ""; !told.empty())
    result.server = "vLLM " + printable(told, 40);
  const std::optional<i64> window = integer_at(entry, "max_model_len");
  result.num_ctx = window;
  result.checks.push_back({"max_model_len", told(ask.num_ctx), told(window),
                           window ? std::optional(*window == ask.num_ctx) : std::nullopt});
  const auto metrics = api.get("/metrics");
  check_blocks(ask, metrics && metrics->status == 200 ? metrics->text : "", result);
  if (ask.probe && window && *window >= ask.num_ctx && ask.num_ctx > 1) probe(api, id, result);
  return result;
}

}  // namespace ctxcap::runtime
