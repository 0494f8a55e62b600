#include "runtime/runtimes.hpp"

#include <array>

#include "base/text.hpp"
#include "ports/secrets.hpp"
#include "runtime/llama_server/llama_server.hpp"
#include "runtime/llama_server/router.hpp"
#include "runtime/llama_swap/swap_server.hpp"
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

Result<ServedVerification> look_at_llama_swap(World& world, const ServedAsk& ask) {
  return verify_through_swap(world.http, ask);
}

constexpr std::array kRuntimes = {
    Runtime{Target::ollama, "/api/show, a saved answer of it, a GGUF file", "created", "the variant before",
            nullptr, nullptr},
    Runtime{Target::llama_server, "a GGUF file",
            "rendered: a command line, a preset, an override, a drop-in; a router's preset is edited and "
            "reloaded",
            "the preset before", look_at_llama_server, open_router},
    Runtime{Target::llama_swap, "a GGUF file",
            "one literal or macro of its configuration is edited, "
            "with --yes, read anew and proved",
            "the literal before", look_at_llama_swap, open_swap},
    Runtime{Target::vllm, "config.json", "rendered: a serve line, --config, an override, a drop-in", "",
            look_at_vllm, nullptr},
};

}  // namespace

Result<VllmServer> running_vllm(World& world, const std::string& url, const std::string& model) {
  TRY_ASSIGN(const std::string key, Secrets("VLLM", world.environment, world.files).secret("API_KEY"));
  return describe_vllm(world.http, url, model, key);
}

std::span<const Runtime> runtimes() {
  return kRuntimes;
}

const Runtime& runtime_of(Target target) {
  return *find_runtime(word(target));
}

const Runtime* find_runtime(std::string_view name) {
  for (const Runtime& runtime : kRuntimes) {
    if (word(runtime.target) == name) return &runtime;
  }
  return nullptr;
}

}  // namespace ctxcap::runtime
