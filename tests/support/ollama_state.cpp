#include "support/ollama_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <tuple>

#include "base/time.hpp"
#include "support/ollama_texts.hpp"

namespace ctxcap::test {
namespace {

const Json kNull;

const Json& at(const Json& value, const char* key) {
  return value.is_object() && value.contains(key) ? value[key] : kNull;
}

std::string text(const Json& value, const char* key) {
  const Json& found = at(value, key);
  return found.is_string() ? found.get<std::string>() : "";
}

Answer error(int status, const std::string& message) {
  return {.status = status, .body = Json{{"error", message}}.dump()};
}
Answer json(const Json& value) {
  return {.body = value.dump()};
}

std::string named(const Json& body) {
  return text(body, text(body, "model").empty() ? "name" : "model");
}

Tokens declared_length(const Manifest& model) {
  const Json& length =
      at(model.model_info, (text(model.model_info, "general.architecture") + ".context_length").c_str());
  return length.is_number_integer() ? length.get<Tokens>() : 0;
}

bool can(const Manifest& model, const char* capability) {
  return std::find(model.capabilities.begin(), model.capabilities.end(), capability) !=
         model.capabilities.end();
}

i64 seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// keep_alive -1 is a duration of centuries to it.
std::string expires_text(const Runner& runner, i64 moved) {
  constexpr i64 kCenturies = i64{292} * 365 * 86'400;
  const i64 at = runner.keep_alive < 0 ? runner.expires + kCenturies : runner.expires + runner.keep_alive;
  return rfc3339(Instant{at * 1'000'000 + moved});
}

// "5m", "30s", 60, -1
i64 keep_alive_of(const Json& value, i64 otherwise) {
  if (value.is_number_integer()) return value.get<i64>();
  if (!value.is_string()) return otherwise;
  const std::string text = value.get<std::string>();
  const i64 number = std::stol(text);
  return text.ends_with('m') ? number * 60 : text.ends_with('h') ? number * 3600 : number;
}

// Options that need another runner process when they differ. What nobody set is automatic, and automatic
// equals automatic.
Json runner_options(const Manifest& model, const Json& request_options) {
  Json options = Json::object();
  for (const char* name : {"num_ctx", "num_batch", "num_gpu", "main_gpu", "use_mmap", "num_thread"}) {
    if (!at(request_options, name).is_null()) {
      options[name] = request_options[name];
    } else if (!at(model.parameters, name).is_null()) {
      options[name] = model.parameters[name];
    }
  }
  return options;
}

}  // namespace

std::string fake_digest(std::string_view content) {
  std::string result;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    std::uint64_t value = 0xcbf29ce484222325u * seed;
    for (const char c : content) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    result += fmt::format("{:016x}", value);
  }
  return result;
}

void OllamaState::install(const std::string& name, const std::string& weights) {
  install_show(name, small_llama_show(), "", fake_digest("manifest of " + weights), 230'574);
  find(name)->blob = fake_digest(weights);
}

void OllamaState::install_show(const std::string& name, const std::string& show, const std::string& verbose,
                               const std::string& digest, Bytes size) {
  const Json answer = Json::parse(show);
  Manifest model{.name = canonical_name(name)};
  model.digest = digest.empty() ? fake_digest(show) : digest;
  model.blob = fake_digest("blob of " + model.digest);
  model.parent = text(at(answer, "details"), "parent_model");
  model.system = text(answer, "system");
  model.chat_template = text(answer, "template");
  model.license = text(answer, "license");
  model.remote_host = text(answer, "remote_host");
  model.parameters = parameters_from_text(text(answer, "parameters"));
  model.details = at(answer, "details");
  model.model_info = at(answer, "model_info");
  if (!verbose.empty()) model.verbose_info = at(Json::parse(verbose), "model_info");
  model.tensors = at(answer, "tensors");
  model.capabilities = at(answer, "capabilities");
  model.size = size > 0 ? size : weights_bytes(model.tensors);
  model.modified = next_change_++;
  if (Manifest* old = find(name)) {
    *old = model;
  } else {
    models.push_back(model);
  }
}

Manifest* OllamaState::find(const std::string& name) {
  const std::string wanted = lower(canonical_name(name));
  const auto found =
      std::find_if(models.begin(), models.end(), [&](const Manifest& m) { return lower(m.name) == wanted; });
  return found == models.end() ? nullptr : &*found;
}

std::vector<std::string> OllamaState::names() const {
  std::vector<std::string> result;
  for (const Manifest& model : models) result.push_back(model.name);
  std::sort(result.begin(), result.end());
  return result;
}

Answer OllamaState::handle(const std::string& method, const std::string& path, const std::string& body) {
  struct Route {
    const char *method, *path;
    Answer (OllamaState::*answer)(const Json&);
  };
  static constexpr Route kRoutes[] = {
      {"POST", "/api/show", &OllamaState::show},         {"POST", "/api/create", &OllamaState::create},
      {"POST", "/api/copy", &OllamaState::copy},         {"DELETE", "/api/delete", &OllamaState::remove},
      {"POST", "/api/generate", &OllamaState::generate}, {"POST", "/api/chat", &OllamaState::chat},
  };
  if (path == "/" && (method == "GET" || method == "HEAD")) {
    return {.type = "text/plain; charset=utf-8", .body = "Ollama is running"};
  }
  if (method == "GET" && path == "/api/version") return json({{"version", version}});
  if (method == "GET" && path == "/api/tags") return tags();
  if (method == "GET" && path == "/api/ps") return running();
  for (const Route& route : kRoutes) {
    if (path != route.path) continue;
    if (method != route.method) return {405, "text/plain", "405 method not allowed"};
    if (body.empty()) return error(400, "missing request body");
    const Json request = Json::parse(body, nullptr, false);
    if (request.is_discarded()) {
      return error(400, "invalid character 'n' looking for beginning of object key string");
    }
    return (this->*route.answer)(request);
  }
  return {404, "text/plain", "404 page not found"};
}

Answer OllamaState::show(const Json& body) {
  const std::string name = named(body);
  if (name.empty()) return error(400, "model is required");
  if (!is_name(name)) return error(400, "invalid model name");
  const Manifest* model = find(name);
  if (model == nullptr) return error(404, fmt::format("model '{}' not found", canonical_name(name)));
  Json answer;
  if (!model->license.empty()) answer["license"] = model->license;
  answer["modelfile"] = modelfile_text(*model);
  if (!model->parameters.empty()) answer["parameters"] = parameters_text(model->parameters);
  answer["template"] = model->chat_template;
  if (!model->system.empty()) answer["system"] = model->system;
  answer["details"] = model->details;
  answer["details"]["parent_model"] = model->parent;
  if (!model->messages.empty()) answer["messages"] = model->messages;
  if (!model->remote_host.empty()) {
    answer["remote_model"] = model->name;
    answer["remote_host"] = model->remote_host;
  }
  const bool verbose = at(body, "verbose") == true;
  answer["model_info"] = verbose && model->verbose_info.is_object() ? model->verbose_info : model->model_info;
  answer["tensors"] = model->tensors;
  answer["capabilities"] = model->capabilities;
  answer["modified_at"] = time_text(model->modified);
  return json(answer);
}

Answer OllamaState::tags() const {
  std::vector<const Manifest*> newest_first;
  for (const Manifest& model : models) newest_first.push_back(&model);
  std::sort(newest_first.begin(), newest_first.end(),
            [](const Manifest* a, const Manifest* b) { return a->modified > b->modified; });
  Json rows = Json::array();
  for (const Manifest* model : newest_first) {
    Json details = model->details;
    details["parent_model"] = lists_parents ? model->parent : "";
    rows.push_back({{"name", model->name},
                    {"model", model->name},
                    {"modified_at", time_text(model->modified)},
                    {"size", model->size},
                    {"digest", model->digest},
                    {"details", details},
                    {"capabilities", model->capabilities}});
  }
  return json({{"models", rows}});
}

Answer OllamaState::running() {
  Json rows = Json::array();
  for (Runner& runner : runners) {
    if (client_ctx > 0 && runner.lingers < 0) {
      runner.options["num_ctx"] = runner.num_ctx = client_ctx;
      if (const Manifest* named = find(client_model); named != nullptr && named->blob == runner.blob) {
        runner.name = named->name;
        runner.digest = named->digest;
      }
      runner.busy += 2;
      runner.first_request = true;
    }
    if (runner.busy > 0) --runner.busy;
    if (runner.lingers >= 0 && runner.busy == 0) --runner.lingers;
    const Bytes vram = device == Device::gpu ? runner.size : device == Device::cpu ? 0 : runner.size / 3;
    Json details{{"parent_model", ""}, {"format", "gguf"}, {"family", "llama"}, {"families", {"llama"}}};
    if (const Manifest* model = find(runner.name)) details = model->details;
    details["parent_model"] = "";
    Json row{{"name", runner.name},
             {"model", runner.name},
             {"size", runner.size},
             {"digest", runner.digest},
             {"details", details},
             {"expires_at",
              expires_text(runner, runner.busy > 0 && runner.first_request ? runner.busy * 1000 : 0)},
             {"size_vram", vram}};
    if (reports_context) row["context_length"] = runner.num_ctx;
    rows.push_back(row);
  }
  std::erase_if(runners, [](const Runner& runner) { return runner.lingers == 0; });
  return json({{"models", rows}});
}

Answer OllamaState::create(const Json& body) {
  const std::string name = named(body), from = text(body, "from");
  if (!is_name(name)) return error(400, "invalid model name");
  if (from.empty())
    return {400, "application/json", R"({"error":"neither 'from' or 'files' was specified"})"};
  std::string lines;
  const auto say = [&](const char* key, const std::string& words) {
    lines += Json{{key, words}}.dump() + "\n";
  };
  const Manifest* base = find(from);
  if (base == nullptr) {
    say("status", "pulling manifest");
    say("error", "pull model manifest: Get \"https://registry.ollama.ai/v2/library/" + from +
                     "/manifests/latest\": dial tcp: lookup registry.ollama.ai: no such host");
    return {200, "application/x-ndjson", lines};
  }

  Manifest model = *base;
  Manifest* old = find(name);
  model.name = old != nullptr ? old->name : canonical_name(name);
  model.parent = base->name;
  if (!text(body, "system").empty()) model.system = text(body, "system");
  if (!text(body, "template").empty()) model.chat_template = text(body, "template");
  for (const auto& [file, digest] : at(body, "adapters").items())
    model.adapters.push_back(digest.get<std::string>());
  if (!at(body, "messages").empty()) model.messages = at(body, "messages");
  for (const auto& [key, value] : at(body, "parameters").items()) model.parameters[key] = value;
  model.digest = fake_digest(model.blob + model.parent + model.chat_template + model.system +
                             Json(model.adapters).dump() + model.messages.dump() + model.parameters.dump());
  model.modified = next_change_++;
  say("status", "using existing layer sha256:" + model.blob);
  for (const std::string& layer :
       {model.chat_template, model.system, model.parameters.empty() ? "" : model.parameters.dump()}) {
    if (layer.empty()) continue;
    const bool is_new = layers_.insert(layer).second && layer != model.chat_template;
    say("status",
        (is_new ? "creating new layer sha256:" : "using existing layer sha256:") + fake_digest(layer));
  }
  if (old != nullptr) {
    *old = model;
  } else {
    models.push_back(model);
  }
  say("status", "writing manifest");
  say("status", "success");
  if (at(body, "stream") == false) return {200, "application/json", R"({"status":"success"})"};
  return {200, "application/x-ndjson", lines};
}

Answer OllamaState::copy(const Json& body) {
  const std::string source = text(body, "source"), destination = text(body, "destination");
  if (!is_name(source) || !is_name(destination)) return error(400, "invalid model name");
  const Manifest* from = find(source);
  if (from == nullptr) return error(404, fmt::format("model \"{}\" not found", source));
  Manifest model = *from;
  model.name = canonical_name(destination);
  model.modified = next_change_++;
  if (Manifest* old = find(destination)) {
    model.name = old->name;
    *old = model;
  } else {
    models.push_back(model);
  }
  return {200, "", ""};
}

Answer OllamaState::remove(const Json& body) {
  const std::string name = canonical_name(named(body));
  if (find(name) == nullptr) return error(404, fmt::format("model '{}' not found", name));
  std::erase_if(models, [&](const Manifest& model) { return lower(model.name) == lower(name); });
  return {200, "", ""};
}

// The idle one with the shortest keep_alive goes, those that stay for ever last.
void OllamaState::evict() {
  const auto rank = [](const Runner& runner) {
    return std::tuple(runner.busy > 0, runner.keep_alive < 0, runner.keep_alive, runner.blob);
  };
  const auto victim = std::min_element(runners.begin(), runners.end(),
                                       [&](const Runner& a, const Runner& b) { return rank(a) < rank(b); });
  if (victim->busy > 0) torn.push_back(victim->name);
  runners.erase(victim);
}

void OllamaState::make_room() {
  while (max_loaded > 0 && static_cast<int>(runners.size()) >= max_loaded) evict();
}

// One by one, until the file and the cache that a rough formula gives it are
// within 80 % of what is free. All layers but the output's are not checked.
void OllamaState::make_memory(const Manifest& model, const Json& options, Tokens num_ctx) {
  const Json& info = model.verbose_info.is_object() ? model.verbose_info : model.model_info;
  const std::string prefix = text(info, "general.architecture") + ".";
  const auto number = [&](const char* key, i64 fallback) {
    const Json& value = at(info, (prefix + key).c_str());
    return value.is_number_integer() ? value.get<i64>() : fallback;
  };
  const i64 blocks = number("block_count", 0), heads = number("attention.head_count", 1);
  const i64 layers = options.contains("num_gpu") ? options["num_gpu"].get<i64>() : -1;
  if (card == 0 || (layers > 0 && layers <= blocks)) return;
  const Bytes predicted = model.size + 4 * blocks * number("attention.head_count_kv", 1) *
                                           (number("embedding_length", 0) / std::max<i64>(heads, 1)) *
                                           num_ctx;
  while (!runners.empty()) {
    Bytes free = card;
    for (const Runner& runner : runners) free -= runner.size;
    if (predicted <= free * 80 / 100) return;
    evict();
    ++evictions;
  }
}

Runner& OllamaState::runner_for(Manifest& model, const Json& request_options) {
  Json options = runner_options(model, request_options);
  if (!heeds_parameters && at(request_options, "num_ctx").is_null()) options.erase("num_ctx");
  Tokens num_ctx = options.contains("num_ctx") ? options["num_ctx"].get<Tokens>() : automatic_ctx;
  num_ctx = std::max<Tokens>(num_ctx, can(model, "vision") ? 2048 : 4);
  if (declared_length(model) > 0) num_ctx = std::min(num_ctx, declared_length(model));
  options["num_ctx"] = num_ctx;
  // One that was asked to go while it was busy is still there for the same options.
  const auto same = std::find_if(runners.begin(), runners.end(), [&](const Runner& r) {
    return r.blob == model.blob && (r.lingers < 0 || r.busy > 0);
  });
  if (same != runners.end() && same->options == options) {
    same->lingers = -1;
    return *same;
  }
  for (const Runner& runner : runners) {
    if (runner.blob == model.blob && runner.busy > 0) torn.push_back(runner.name);
  }
  std::erase_if(runners, [&](const Runner& runner) { return runner.blob == model.blob; });
  make_room();
  if (wrong_ctx > 0) num_ctx = wrong_ctx;
  make_memory(model, options, num_ctx);
  runners.push_back({.name = model.name,
                     .digest = model.digest,
                     .blob = model.blob,
                     .options = options,
                     .num_ctx = num_ctx,
                     .expires = seconds_now()});
  ++loads[model.blob];
  // Weights, a cache in f16, and a little for computing.
  runners.back().size =
      model.size + cache_bytes_per_token(model.tensors) * round_up(num_ctx, 256) * (q8_cache ? 34 : 64) / 64 +
      (i64{64} << 20);
  return runners.back();
}

Answer OllamaState::load(Manifest& model, const Json& body) {
  const Json& keep_alive = at(body, "keep_alive");
  Json answer{{"model", named(body)}, {"created_at", time_text(0)}, {"response", ""}, {"done", true}};
  if (keep_alive == 0) {
    for (Runner& runner : runners) {
      if (runner.blob == model.blob && runner.lingers < 0)
        runner.lingers = runner.busy > 0 ? std::max(1, unload_lingers) : unload_lingers;
    }
    std::erase_if(runners, [](const Runner& runner) { return runner.lingers == 0; });
    answer["done_reason"] = "unload";
    return json(answer);
  }
  if (load_fails && !model.parent.empty())
    return error(500, "llama runner process has terminated: out of memory");
  Runner& runner = runner_for(model, at(body, "options"));
  runner.keep_alive = keep_alive_of(keep_alive, runner.keep_alive);
  runner.expires = seconds_now();
  if (drops_at_once && keep_alive.is_null()) runners.clear();
  answer["done_reason"] = "load";
  return json(answer);
}

Answer OllamaState::generate(const Json& body) {
  const std::string name = named(body);
  Manifest* model = find(name);
  if (model == nullptr) return error(404, fmt::format("model '{}' not found", name));
  const std::string whole = lower(canonical_name(name));
  if (whole.ends_with(":cloud") || whole.ends_with("-cloud")) {
    return error(403, "ollama cloud is disabled: remote model is unavailable");
  }
  if (!can(*model, "completion")) return error(400, fmt::format("\"{}\" does not support generate", name));
  for (const auto& [key, value] : model->parameters.items()) {
    if (key.starts_with("num_") && !value.is_number())
      return error(500, fmt::format("option \"{}\" must be of type integer", key));
  }
  const std::string prompt = text(body, "prompt");
  if (prompt.empty()) return load(*model, body);
  return answer_to(*model, body, prompt, true);
}

// Without a Go template the messages go to llama-server, which refuses what it does not hold.
Answer OllamaState::chat(const Json& body) {
  Manifest* model = find(named(body));
  if (model == nullptr) return error(404, fmt::format("model '{}' not found", named(body)));
  std::string prompt;
  for (const Json& message : at(body, "messages")) prompt += text(message, "content");
  if (prompt.empty()) return load(*model, body);
  const bool rendered =
      model->chat_template.find("{{") != std::string::npos && model->chat_template != "{{ .Prompt }}";
  return answer_to(*model, body, prompt, rendered);
}

Answer OllamaState::answer_to(Manifest& model, const Json& body, const std::string& prompt, bool cuts) {
  const std::string name = named(body);
  // What is left of the prompt in the window: everything, an error, or a middle cut (its length alone shows).
  Tokens num_ctx = runner_for(model, at(body, "options")).num_ctx;
  if (secret_ctx > 0) num_ctx = secret_ctx;
  if (silent_answers > 0) {  // as when one token repeats too often
    --silent_answers;
    return json({{"model", name}, {"created_at", time_text(0)}, {"response", "d"}, {"done", false}});
  }
  const Tokens bos = at(model.model_info, "tokenizer.ggml.add_bos_token") == true ? 1 : 0;
  Tokens count = static_cast<Tokens>(prompt.size()) + bos;
  if (count > num_ctx - 1) {
    if (!cuts || at(body, "truncate") == false)
      return error(400, too_long_for_runner(count, round_up(num_ctx, 256)));
    if (at(body, "shift") == false) return error(400, kPromptTooLong);
    count = num_ctx - std::max<Tokens>((num_ctx - 4 - bos) / 2, 1);
  }
  const Json& limit = at(at(body, "options"), "num_predict");
  const Tokens generated = limit.is_number_integer() ? std::max<Tokens>(1, limit.get<Tokens>()) : 16;
  return json({{"model", name},
               {"created_at", time_text(0)},
               {"response", std::string(static_cast<std::size_t>(std::min<Tokens>(generated, 60)), 'd')},
               {"done", true},
               {"done_reason", "length"},
               {"context", {0, 0, 0}},
               {"total_duration", 1000},
               {"load_duration", 100},
               {"prompt_eval_count", count},
               {"prompt_eval_duration", 500},
               {"eval_count", generated},
               {"eval_duration", 400}});
}

}  // namespace ctxcap::test
