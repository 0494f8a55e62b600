// The table of help topics.

#include <array>

#include "manual/manual.hpp"

namespace ctxcap::manual {
namespace {

std::string all_settings(const Program& program, const report::TextOptions& style) {
  return settings_text(program, "", style).value_or("");
}

constexpr std::array kTopics = {
    Topic{"settings", "Every setting: flag, variable, key, default; settings KEY explains one",
          all_settings},
    Topic{"environment", "Every variable of the environment that is read", environment_text},
    Topic{"exit-codes", "What the exit codes mean", exit_codes_text},
    Topic{"logs", "Which logs of requests can be read, and how to get them", logs_text},
    Topic{"vllm", "The first ten minutes with vLLM", vllm_help},
    Topic{"llama-server", "The same with llama-server", llama_server_help},
};

}  // namespace

std::span<const Topic> topics() {
  return kTopics;
}

}  // namespace ctxcap::manual
