#include "plan/serving.hpp"

#include <fmt/format.h>

#include "base/units.hpp"

namespace ctxcap::plan {

ServedPlan plan_for_llama_server(const std::string& model, Tokens num_ctx, i64 at_once, bool at_once_seen,
                                 const RuntimeSettings& settings) {
  constexpr Tokens kGrain = 256;  // llama.cpp pads each slot to it
  ServedPlan plan{.target = Target::llama_server,
                  .model = model,
                  .num_ctx = round_up(num_ctx, kGrain),
                  .at_once = at_once,
                  .at_once_seen = at_once_seen};
  plan.flags = {{"ctx-size", fmt::format("{}", plan.num_ctx * at_once)},
                {"parallel", fmt::format("{}", at_once)}};
  if (settings.kv_type_k != "f16") plan.flags.emplace_back("cache-type-k", settings.kv_type_k);
  if (settings.kv_type_v != "f16") plan.flags.emplace_back("cache-type-v", settings.kv_type_v);
  plan.notes.push_back(fmt::format(
      "--ctx-size is that of all slots together: {} of {} tokens. Without --parallel four slots share "
      "it, and requests that meet there fail together",
      counted(at_once, "slot"), with_commas(plan.num_ctx)));
  if (!at_once_seen)
    plan.notes.emplace_back(
        "how many requests come at once is unknown: one slot is planned; --parallel N plans more");
  plan.notes.emplace_back("llama-server keeps up to 8 GiB of prompts in RAM beside it (--cache-ram)");
  return plan;
}

}  // namespace ctxcap::plan
