#pragma once
// vLLM and llama-server's router as recordings have them, behind the Http port: what verify and the router's
// story ask. Switches stand for what may be wrong.

#include <csignal>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "ports/http.hpp"

namespace ctxcap::test {

using ServedJson = nlohmann::json;

class FakeVllm final : public Http {
 public:
  std::string id = "tiny-llama", version = "0.32.0";
  i64 window = 2048, blocks = 257, block_size = 128;
  std::string cache_bytes = "67108864";  // "None" where no flag sets them
  bool tokenizes = true, gone = false;
  i64 off = 0;  // tokens that it counts too many
  std::vector<std::string> asked;
  std::size_t longest = 0;  // prompt that was sent, in tokens

  Result<HttpResponse> send(const HttpRequest& request) override {
    const std::string path = request.url.substr(request.url.find('/', 8));
    asked.push_back(path);
    if (gone) return fail({.kind = ErrorKind::unreachable, .what = "gone", .why = request.url, .hint = ""});
    if (path == "/v1/models") return answer(200, {{"object", "list"}, {"data", {entry()}}});
    if (path == "/version") return answer(200, {{"version", version}});
    if (path == "/metrics") return HttpResponse{.status = 200, .headers = {}, .body = metrics()};
    if (path == "/tokenize" && tokenizes)
      return answer(200, {{"count", 5}, {"max_model_len", window}, {"tokens", {265, 284, 83, 898, 378}}});
    if (path == "/v1/completions") return completion(ServedJson::parse(request.body));
    return answer(404, {{"detail", "Not Found"}});
  }

 private:
  static HttpResponse answer(int status, const ServedJson& body) {
    return {.status = status, .headers = {}, .body = body.dump()};
  }
  ServedJson entry() const {
    return {{"id", id},
            {"object", "model"},
            {"owned_by", "vllm"},
            {"root", "models/" + id},
            {"max_model_len", window}};
  }
  std::string metrics() const {
    return "# HELP vllm:cache_config_info Information of the LLMEngine CacheConfig\n"
           "vllm:cache_config_info{block_size=\"" +
           std::to_string(block_size) +
           "\",cache_dtype=\"auto\",gpu_memory_utilization=\"0.35\",kv_cache_memory_bytes=\"" + cache_bytes +
           "\",num_gpu_blocks=\"" + std::to_string(blocks) + "\",num_gpu_blocks_override=\"None\"} 1.0\n";
  }
  HttpResponse completion(const ServedJson& body) {
    longest = body["prompt"].size();
    const i64 prompt = static_cast<i64>(longest) + off;
    if (prompt >= window) {
      return answer(400, {{"error",
                           {{"message", "This model's maximum context length is " + std::to_string(window) +
                                            " tokens. However, your prompt contains " +
                                            std::to_string(prompt) + " input tokens"},
                            {"type", "BadRequestError"},
                            {"code", 400}}}});
    }
    return answer(
        200,
        {{"usage", {{"prompt_tokens", prompt}, {"completion_tokens", 1}, {"total_tokens", prompt + 1}}}});
  }
};

class FakeLlamaServer final : public Http {
 public:
  i64 n_ctx = 4096, slots = 2;
  bool router = false, loaded = true;
  std::vector<std::string> arguments = {"llama-server", "--ctx-size", "8192", "--parallel", "2"};
  std::vector<std::string> asked;

  Result<HttpResponse> send(const HttpRequest& request) override {
    const std::string path = request.url.substr(request.url.find('/', 8));
    asked.push_back(path);
    if (path == "/models") {
      return answer(200,
                    {{"data",
                      {{{"id", "triage"},
                        {"aliases", {"job-a"}},
                        {"status", {{"value", loaded ? "loaded" : "unloaded"}, {"args", arguments}}}}}}});
    }
    if (path == "/props" && router)
      return answer(
          200, {{"role", "router"}, {"default_generation_settings", {{"params", nullptr}, {"n_ctx", 0}}}});
    if (!path.starts_with("/props"))
      return answer(404, {{"error", {{"code", 404}, {"message", "File Not Found"}}}});
    if (!loaded)
      return answer(
          400, {{"error",
                 {{"code", 400}, {"message", "model is not loaded"}, {"type", "invalid_request_error"}}}});
    return answer(200, {{"default_generation_settings", {{"n_ctx", n_ctx}}},
                        {"total_slots", slots},
                        {"build_info", "b1-7e4c0a9"}});
  }

 private:
  static HttpResponse answer(int status, const ServedJson& body) {
    return {.status = status, .headers = {}, .body = body.dump()};
  }
};

// Kills its process at one of the moments that it is told of, as SIGKILL from outside would.
struct Fuse {
  int at = 0, count = 0;  // at 0: never
  void burn() {
    if (++count == at) std::raise(SIGKILL);
  }
};

// The router: reads its preset again when asked, and loads with what stands there.
class FakeRouter final : public Http {
 public:
  std::string preset, state = "unloaded";
  i64 ctx_size = 0, parallel = 1;
  i64 fails_at = 0;   // this window does not load
  i64 own_ctx = 0;    // of its own command line, which wins
  i64 less = 0;       // a slot has so many tokens less
  int gone_from = 0;  // from this request on nobody answers; 0: never
  int dies_at = 0;    // this request kills whoever sends it
  int requests = 0;
  int busy = 0;  // so many looks find a request at work
  bool failed = false;
  Fuse* fuse = nullptr;

  Tokens slot_window() const { return window(); }
  void read_preset() {
    std::ifstream file(preset, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    ctx_size = number(text, "\nctx-size = ", text.find("[triage]"));
    parallel = std::max<i64>(1, number(text, "\nparallel = ", text.find("[triage]")));
  }

  Result<HttpResponse> send(const HttpRequest& request) override {
    if (++requests == dies_at) std::raise(SIGKILL);
    if (fuse != nullptr) fuse->burn();
    if (requests >= gone_from && gone_from > 0)
      return fail({.kind = ErrorKind::unreachable, .what = "gone", .why = request.url, .hint = ""});
    const std::string path = request.url.substr(request.url.find('/', 8));
    if (path == "/models?reload=1") {
      const i64 before = ctx_size;
      read_preset();
      failed = false;
      if (ctx_size != before) state = "unloaded";
      return answer(200, list());
    }
    if (path == "/models") return answer(200, list());
    if (path == "/models/load") {
      failed = ctx_size == fails_at;
      state = failed ? "unloaded" : "loaded";
      return answer(200, {{"success", true}});
    }
    if (path == "/models/unload") {
      state = "unloaded";
      return answer(200, {{"success", true}});
    }
    if (path.starts_with("/slots")) return answer(200, {{{"id", 0}, {"is_processing", busy-- > 0}}});
    if (path == "/props")
      return answer(200, {{"role", "router"}, {"default_generation_settings", {{"n_ctx", 0}}}});
    if (state != "loaded")
      return answer(400, {{"error", {{"code", 400}, {"message", "model is not loaded"}}}});
    return answer(200, {{"default_generation_settings", {{"n_ctx", window() / parallel - less}}},
                        {"total_slots", parallel}});
  }

 private:
  i64 window() const { return own_ctx > 0 ? own_ctx : ctx_size; }
  static i64 number(const std::string& text, const std::string& key, std::size_t from) {
    const std::size_t at = text.find(key, from), end = text.find("\n[", from + 1);
    return at == text.npos || at > end ? 0 : std::stoll(text.substr(at + key.size()));
  }
  ServedJson list() const {
    ServedJson status{{"value", state},
                      {"args",
                       {"llama-server", "--port", "0", "--alias", "triage", "--ctx-size",
                        std::to_string(window()), "--parallel", std::to_string(parallel)}}};
    if (failed) status["failed"] = true;
    return {{"data", {{{"id", "triage"}, {"aliases", {"job-a"}}, {"status", status}}}}};
  }
  static HttpResponse answer(int status, const ServedJson& body) {
    return {.status = status, .headers = {}, .body = body.dump()};
  }
};

// llama-swap with one model, "triage", whose command ends in "-c N -np M"; started with -watch-config or not.
class FakeSwap final : public Http {
 public:
  std::string config;
  bool watches = true, running = false, gone = false;
  i64 fails_at = 0;  // this window does not load
  i64 less = 0;      // a slot has so many tokens less
  Fuse* fuse = nullptr;
  int requests = 0;

  void read_config() {
    std::ifstream file(config, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (text == read_) return;
    read_ = text;
    running = false;
    const std::size_t at = text.find("-c ");
    all_ = std::stoll(text.substr(at + 3));
    slots_ = std::stoll(text.substr(text.find("-np ", at) + 4));
  }

  Result<HttpResponse> send(const HttpRequest& request) override {
    ++requests;
    if (fuse != nullptr) fuse->burn();
    if (gone) return fail({.kind = ErrorKind::unreachable, .what = "gone", .why = request.url, .hint = ""});
    if (watches) read_config();
    const std::string path = request.url.substr(request.url.find('/', 8));
    if (path == "/running") {
      ServedJson list = ServedJson::array();
      if (running)
        list.push_back({{"model", "triage"},
                        {"state", "ready"},
                        {"cmd", "llama-server\n-m a.gguf\n-c " + std::to_string(all_) + " -np " +
                                    std::to_string(slots_) + "\n"}});
      return answer(200, {{"running", list}});
    }
    if (path == "/api/models/unload/triage") {
      running = false;
      return HttpResponse{.status = 200, .headers = {}, .body = "OK"};
    }
    if (!path.starts_with("/upstream/triage/"))
      return answer(404, {{"error", {{"message", "no router for requested model"}}}});
    if (all_ == fails_at)
      return answer(502, {{"error", {{"message", "upstream command exited prematurely"}}}});
    running = true;
    if (path.ends_with("/slots")) return answer(200, {{{"id", 0}, {"is_processing", false}}});
    return answer(
        200, {{"default_generation_settings", {{"n_ctx", all_ / slots_ - less}}}, {"total_slots", slots_}});
  }

 private:
  static HttpResponse answer(int status, const ServedJson& body) {
    return {.status = status, .headers = {}, .body = body.dump()};
  }
  std::string read_;
  i64 all_ = 0, slots_ = 1;
};

}  // namespace ctxcap::test
