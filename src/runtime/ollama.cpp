#include "runtime/ollama.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "runtime/call.hpp"

namespace ctxcap::runtime {
namespace {

std::string without_prefix(const std::string& digest) {
  return digest.starts_with("sha256:") ? digest.substr(7) : digest;
}

std::string hint_for(int status, const Host& host) {
  if (status == 403) return "a server bound to loopback refuses other host names; check OLLAMA_HOST";
  if (status == 401 || status == 407) return "a proxy in front of Ollama asks for credentials";
  if (status == 404) return "check the name with: ollama list";
  if (status == 503) return "the server is busy; try again";
  return "look into the log of the Ollama server at " + host.url;
}

Error refused(const std::string& what, const std::string& where, const HttpResponse& response,
              const Host& host) {
  const std::string said = error_text(response.body);
  return {.kind = ErrorKind::failure,
          .what = what,
          .why = fmt::format("{}: {}{}{}", where, response.status, said.empty() ? "" : " ", said),
          .hint = hint_for(response.status, host)};
}

Error garbled(const std::string& what, const Host& host) {
  return {.kind = ErrorKind::failure,
          .what = what,
          .why = host.url + " answered with something that is not Ollama's JSON",
          .hint = "check that OLLAMA_HOST names an Ollama server"};
}

}  // namespace

Ollama::Ollama(Http& http, Clock& clock, Host host, ServerOptions options)
    : http_(http), clock_(clock), host_(std::move(host)), options_(std::move(options)) {}

Result<HttpResponse> Ollama::exchange(const Call& call) {
  HttpRequest request{.method = call.method,
                      .url = host_.url + call.path,
                      .headers = options_.headers,
                      .body = call.body.is_null() ? "" : to_body(call.body),
                      .timeout = call.timeout,
                      .most_body = call.most_body};
  if (!request.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  Result<HttpResponse> response = http_.send(request);
  if (response) return response;
  Error error = std::move(response).error();
  error.what = call.what;
  if (error.kind == ErrorKind::unreachable) {
    error.hint = host_.reach == Reach::local
                     ? "is it running? start it with: ollama serve; or set OLLAMA_HOST"
                     : "check OLLAMA_HOST, and that the server may be reached from here";
  }
  return fail(std::move(error));
}

Result<std::string> Ollama::body_of(const Call& call) {
  TRY_ASSIGN(HttpResponse response, exchange(call));
  if (response.status == 200) return std::move(response.body);
  return fail(refused(call.what, call.method + " " + host_.url + call.path, response, host_));
}

Result<std::string> Ollama::version() {
  const Call call{.path = "/api/version",
                  .timeout = options_.patience.answer,
                  .what = "could not ask Ollama for its version"};
  TRY_ASSIGN(const std::string body, body_of(call));
  const auto json = parse_json(body);
  const std::string version = json ? text_at(*json, "version") : "";
  if (version.empty()) return fail(garbled(call.what, host_));
  return version;
}

Result<std::string> Ollama::show(const std::string& model, Detail detail) {
  Call call{.method = "POST",
            .path = "/api/show",
            .body = {{"model", model}},
            .timeout = options_.patience.answer,
            .what = "could not look at the model " + printable(model),
            .most_body = kMostOfAnswer};  // a verbose one holds the vocabulary
  if (detail == Detail::verbose) call.body["verbose"] = true;
  TRY_ASSIGN(HttpResponse response, exchange(call));
  if (response.status == 200) return std::move(response.body);
  Error error = refused(call.what, "POST " + host_.url + call.path, response, host_);
  if (response.status == 404) {
    error.what = "the model " + printable(model) + " is not installed";
    error.hint = "install it with: ollama pull " + printable(model);
  }
  return fail(std::move(error));
}

Result<std::vector<InstalledModel>> Ollama::installed() {
  const Call call{.path = "/api/tags",
                  .timeout = options_.patience.answer,
                  .what = "could not list the installed models"};
  TRY_ASSIGN(const std::string body, body_of(call));
  const auto json = parse_json(body);
  if (!json || !member(*json, "models").is_array()) return fail(garbled(call.what, host_));
  std::vector<InstalledModel> models;
  for (const Json& row : member(*json, "models")) {
    models.push_back({.name = text_at(row, "name"),
                      .digest = without_prefix(text_at(row, "digest")),
                      .parent = text_at(member(row, "details"), "parent_model"),
                      .size = integer_at(row, "size").value_or(0)});
  }
  return models;
}

Result<std::vector<RunningModel>> Ollama::running() {
  const Call call{
      .path = "/api/ps", .timeout = options_.patience.answer, .what = "could not see which models run"};
  TRY_ASSIGN(const std::string body, body_of(call));
  const auto json = parse_json(body);
  if (!json || !member(*json, "models").is_array()) return fail(garbled(call.what, host_));
  std::vector<RunningModel> models;
  for (const Json& row : member(*json, "models")) {
    models.push_back({.name = text_at(row, "name"),
                      .digest = without_prefix(text_at(row, "digest")),
                      .size = integer_at(row, "size").value_or(0),
                      .size_vram = integer_at(row, "size_vram").value_or(0),
                      .context_length = integer_at(row, "context_length"),
                      .expires = parse_time(text_at(row, "expires_at"))});
  }
  return models;
}

Status Ollama::load(const std::string& model, const std::string& keep_alive) {
  return load_with({.body = {{"model", model}}, .what = "could not load the model " + printable(model)},
                   keep_alive);
}

Status Ollama::load_at(const std::string& model, Tokens num_ctx, const std::string& keep_alive) {
  return load_with({.body = {{"model", model}, {"options", {{"num_ctx", num_ctx}}}},
                    .what = "could not load the model " + printable(model)},
                   keep_alive);
}

Status Ollama::load_with(Call call, const std::string& keep_alive) {
  call.method = "POST";
  call.path = "/api/generate";
  call.timeout = options_.patience.load;
  if (!keep_alive.empty()) call.body["keep_alive"] = keep_alive;
  return done(call);
}

Status Ollama::done(const Call& call) {
  TRY_ASSIGN(const std::string answer, body_of(call));
  const auto json = parse_json(answer);
  if (json && member(*json, "done") == true) return {};
  return fail(garbled(call.what, host_));
}

Result<std::optional<Tokens>> Ollama::count_prompt(const std::string& model, const std::string& prompt) {
  const Call call{.method = "POST",
                  .path = "/api/generate",
                  .body = {{"model", model},
                           {"prompt", prompt},
                           {"raw", true},
                           {"stream", false},
                           {"options", {{"num_predict", 1}}}},
                  .timeout = options_.patience.load,
                  .what = "could not send a prompt to the model " + printable(model)};
  TRY_ASSIGN(const HttpResponse response, exchange(call));
  if (response.status == 400) return std::optional<Tokens>(0);
  if (response.status != 200)
    return fail(refused(call.what, "POST " + host_.url + call.path, response, host_));
  const auto json = parse_json(response.body);
  if (!json || member(*json, "done") != true) return std::optional<Tokens>{};
  return std::optional<Tokens>(integer_at(*json, "prompt_eval_count"));
}

Status Ollama::unload(const std::string& model) {
  return done({.method = "POST",
               .path = "/api/generate",
               .body = {{"model", model}, {"keep_alive", 0}},
               .timeout = options_.patience.answer,
               .what = "could not unload the model " + printable(model)});
}

Result<bool> Ollama::wait_until_gone(const std::function<bool(const RunningModel&)>& meant) {
  const std::chrono::nanoseconds deadline =
      clock_.elapsed() + options_.patience.users + options_.patience.gone;
  while (true) {
    TRY_ASSIGN(const std::vector<RunningModel> rows, running());
    if (std::none_of(rows.begin(), rows.end(), meant)) return true;
    if (clock_.elapsed() >= deadline) return false;
    clock_.sleep_for(options_.patience.poll);
  }
}

Status Ollama::copy(const std::string& source, const std::string& destination) {
  TRY(body_of({.method = "POST",
               .path = "/api/copy",
               .body = {{"source", source}, {"destination", destination}},
               .timeout = options_.patience.answer,
               .what = "could not copy " + printable(source) + " to " + printable(destination)}));
  return {};
}

Result<Removal> Ollama::remove(const std::string& model) {
  const Call call{.method = "DELETE",
                  .path = "/api/delete",
                  .body = {{"model", model}},
                  .timeout = options_.patience.answer,
                  .what = "could not remove " + printable(model)};
  TRY_ASSIGN(const HttpResponse response, exchange(call));
  if (response.status == 200) return Removal::removed;
  if (response.status == 404) return Removal::was_absent;
  return fail(refused(call.what, "DELETE " + host_.url + call.path, response, host_));
}

}  // namespace ctxcap::runtime
