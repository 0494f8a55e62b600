#include "data/serving.hpp"

#include "data/serving_json.hpp"

namespace ctxcap {

std::string_view word(Target target) {
  switch (target) {
    case Target::ollama:
      return "ollama";
    case Target::llama_server:
      return "llama-server";
    case Target::llama_swap:
      return "llama-swap";
    case Target::vllm:
      return "vllm";
  }
  return "";
}

Json json_of(const ServedPlan& plan) {
  Json json{{"target", word(plan.target)},
            {"model", plan.model},
            {"jobs", plan.jobs},
            {"state", plan.refused.empty() ? "rendered" : "refused"},
            {"num_ctx", plan.num_ctx},
            {"requests_at_once", plan.at_once},
            {"requests_at_once_seen", plan.at_once_seen},
            {"flags", Json::object()},
            {"cache_bytes", or_null(plan.cache_bytes)},
            {"block_size", or_null(plan.block_size)},
            {"num_blocks", or_null(plan.num_blocks)},
            {"weights_bytes", or_null(plan.weights_bytes)},
            {"total_bytes", or_null(plan.total_bytes)},
            {"gpu_memory_utilization", or_null(plan.share)},
            {"refused", plan.refused.empty() ? Json(nullptr) : Json(plan.refused)},
            {"notes", plan.notes},
            {"texts", Json::array()}};
  for (const auto& [flag, value] : plan.flags) json["flags"][flag] = value;
  for (const ServedText& text : plan.texts)
    json["texts"].push_back({{"what", text.what}, {"text", text.text}});
  return json;
}

}  // namespace ctxcap
