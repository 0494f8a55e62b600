#include "runtime/runtimes.hpp"

#include <array>

#include "base/text.hpp"
#include "ports/secrets.hpp"
#include "runtime/llama_server/llama_server.hpp"
#include "runtime/server_api.hpp"
#include "runtime/vllm/vllm.hpp"

namespace ctxcap::runtime {
namespace {

Result<ServedVerification> look_at_vllm(World& world, const ServedAsk& ask) {
  TRY_ASSIGN(const std::string key, Secrets("VLLM", world.environment, world.files).secret("API_KEY"));
  return verify_vllm(world.http, ask, key);
}

Result<ServedVerification> look_at_llama_server(World& world, const ServedAsk& ask) {
  return verify_llama_server(world.http, ask);
}

// Through it, the server of the model itself, if that runs: asking would start it.
Result<ServedVerification> look_at_llama_swap(World& world, const ServedAsk& ask) {
  ServerApi api(world.http, ask.url);
  TRY_ASSIGN(const ServerAnswer running, api.get("/running"));
  for (const Json& entry : member(running.body, "running")) {
    if (text_at(entry, "model") != ask.model) continue;
    ServedAsk inner = ask;
    inner.url += "/upstream/" + percent_encoded(ask.model);
    return verify_llama_server(world.http, inner);
  }
  return fail({.kind = ErrorKind::unreachable,
               .what = printable(ask.model, 60) + " does not run, so nothing can be read back",
               .why = printable(ask.url, 120) + "/running does not list it",
               .hint = "send it a request, then ask again"});
}

constexpr std::array kRuntimes = {
    Runtime{Target::ollama, "/api/show, a saved answer of it, a GGUF file", "created", "the variant before",
            nullptr},
    Runtime{Target::llama_server, "a GGUF file",
            "rendered: a command line, a preset, an override, a drop-in; a router's preset is edited and "
            "reloaded",
            "the preset before", look_at_llama_server},
    Runtime{Target::llama_swap, "a GGUF file", "one literal or macro of its configuration, with --yes",
            "the copy beside it", look_at_llama_swap},
    Runtime{Target::vllm, "config.json", "rendered: a serve line, --config, an override, a drop-in", "",
            look_at_vllm},
};

}  // namespace

std::span<const Runtime> runtimes() {
  return kRuntimes;
}

const Runtime* find_runtime(std::string_view name) {
  for (const Runtime& runtime : kRuntimes) {
    if (word(runtime.target) == name) return &runtime;
  }
  return nullptr;
}

}  // namespace ctxcap::runtime
