#include "memory/vllm/serving.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "base/units.hpp"
#include "memory/vllm/vllm.hpp"

namespace ctxcap::memory {
namespace {

constexpr i64 kSmallStep = 512;  // tokens: the smallest step that prompts are still read in quickly

std::string gib(Bytes bytes) {
  return fmt::format("{:.2f}", static_cast<double>(bytes) / static_cast<double>(Bytes{1} << 30));
}

bool keeps_windows(const BlockLayout& layout) {
  return std::any_of(layout.groups.begin(), layout.groups.end(), [](const BlockGroup& group) {
    return group.kind == PageKind::sliding || group.kind == PageKind::chunked;
  });
}

void add_flag(ServedPlan& plan, const char* flag, i64 value) {
  plan.flags.emplace_back(flag, fmt::format("{}", value));
}

// Sliding layers keep what is in flight beside their windows: smaller steps, a smaller cache.
void take_smaller_steps(const Checkpoint& checkpoint, const VllmWish& wish, BlockLayout& layout,
                        ServedPlan& plan) {
  if (!keeps_windows(layout)) return;
  VllmSettings settings = wish.settings;
  settings.max_num_batched_tokens = std::max(kSmallStep, wish.at_once);
  if (settings.max_num_batched_tokens >= wish.settings.max_num_batched_tokens) return;
  const auto smaller = block_layout(checkpoint, settings);
  if (!smaller) return;
  const Bytes before = cache_for(layout, wish.num_ctx, wish.at_once);
  const Bytes after = cache_for(*smaller, wish.num_ctx, wish.at_once);
  if (after * 10 > before * 9) return;
  add_flag(plan, "max-num-batched-tokens", settings.max_num_batched_tokens);
  plan.notes.push_back(fmt::format(
      "steps of {} tokens save {} of the cache, since layers with a sliding window keep what is in "
      "flight beside it; long prompts are read more slowly",
      with_commas(settings.max_num_batched_tokens), human_bytes(before - after)));
  layout = *smaller;
}

// What of the first card others leave.
Bytes left_by_others(const Budget& card, Bytes total) {
  for (const Tenant& tenant : card.tenants) total -= tenant.bytes;
  return total;
}

// The words of vLLM where it cannot be, ours where it may be.
void weigh(const VllmWish& wish, Bytes weights, ServedPlan& plan) {
  const Bytes total = *plan.total_bytes, left = left_by_others(*wish.card, total);
  const Bytes least = weights + kActivationsLow + plan.cache_bytes.value_or(0);
  const Bytes most = weights + kActivationsHigh + plan.cache_bytes.value_or(0);
  if (weights + kActivationsLow >= total) {
    plan.refused = fmt::format("No available memory for the cache blocks: weights take {} GiB of {} GiB",
                               gib(weights), gib(total));
  } else if (least > left) {
    plan.refused = fmt::format(
        "Free memory on device cuda:0 ({}/{} GiB) on startup is less than desired GPU memory utilization "
        "({:.4f}, {} GiB)",
        gib(std::max<Bytes>(left, 0)), gib(total), static_cast<double>(least) / static_cast<double>(total),
        gib(least));
  } else if (most > left - wish.card->reserve) {
    plan.notes.push_back(fmt::format("it is tight: {} are left by others, of which {} are to stay free",
                                     human_bytes(left), human_bytes(wish.card->reserve)));
  }
}

void take_share(const Checkpoint& checkpoint, const VllmWish& wish, ServedPlan& plan) {
  if (!wish.card) return;
  const Bytes total = wish.card->each().front().usable();
  plan.total_bytes = total;
  if (!checkpoint.weights_bytes) {
    plan.notes.push_back("its weights are unknown, so the share is too: put config.json beside the weights");
    return;
  }
  const Bytes weights = *checkpoint.weights_bytes / wish.settings.tensor_parallel;
  const Bytes needed = weights + kActivationsHigh + plan.cache_bytes.value_or(0);
  plan.share = std::ceil(static_cast<double>(needed) / static_cast<double>(total) * 1e4) / 1e4;
  weigh(wish, weights, plan);
  if (!plan.refused.empty() || *plan.share > 1) {
    plan.share.reset();
    return;
  }
  plan.notes.push_back(fmt::format(
      "weights {} ({}), activations and graphs 0.59 to 1.56 GiB as logs of such cards have them, cache {}: "
      "--gpu-memory-utilization {:.4f} where vLLM is to find the cache itself; with --kv-cache-memory-bytes "
      "it is not used",
      human_bytes(weights), checkpoint.weights_exact ? "by their files" : "computed from config.json",
      human_bytes(plan.cache_bytes.value_or(0)), *plan.share));
}

}  // namespace

VllmShare vllm_share(Bytes total, double share, Bytes weights_on_card) {
  VllmShare result{.share = share, .total = total, .weights = weights_on_card};
  result.requested = static_cast<Bytes>(std::ceil(static_cast<double>(total) * share));
  result.available_low = result.requested - weights_on_card - kActivationsHigh;
  result.available_high = result.requested - weights_on_card - kActivationsLow;
  return result;
}

ServedPlan plan_for_vllm(const Checkpoint& checkpoint, const VllmWish& wish) {
  ServedPlan plan{.target = Target::vllm,
                  .model = wish.model,
                  .num_ctx = wish.num_ctx,
                  .at_once = wish.at_once,
                  .at_once_seen = wish.at_once_seen,
                  .weights_bytes = checkpoint.weights_bytes};
  add_flag(plan, "max-model-len", wish.num_ctx);
  add_flag(plan, "max-num-seqs", wish.at_once);
  if (!wish.at_once_seen)
    plan.notes.push_back(
        "how many requests come at once is unknown: one is planned; --parallel N plans more");
  if (checkpoint.max_model_len && wish.num_ctx > *checkpoint.max_model_len) {
    plan.refused =
        refusal_text({.max_model_len = wish.num_ctx, .refused = true, .beyond = checkpoint.max_model_len});
  }
  if (!checkpoint.known()) {
    plan.notes.push_back("its cache is not known: " + printable(checkpoint.unknown_reason, 200));
    return plan;
  }
  Result<BlockLayout> layout = block_layout(checkpoint, wish.settings);
  if (!layout) {
    plan.notes.push_back("its cache is not known: " + printable(layout.error().why, 200));
    return plan;
  }
  take_smaller_steps(checkpoint, wish, *layout, plan);
  plan.cache_bytes = cache_for(*layout, wish.num_ctx, wish.at_once);
  plan.block_size = layout->block_size;
  plan.num_blocks = *plan.cache_bytes / layout->bytes_per_block;
  add_flag(plan, "kv-cache-memory-bytes", *plan.cache_bytes);
  if (wish.settings.kv_cache_dtype != "auto")
    plan.flags.emplace_back("kv-cache-dtype", wish.settings.kv_cache_dtype);
  plan.notes.push_back(
      fmt::format("{} of {} tokens at once; shorter ones pack tighter, and what is more waits or is computed "
                  "again, it is "
                  "not cut. The window alone frees nothing: these bytes, or a smaller share, do",
                  counted(wish.at_once, "request"), with_commas(wish.num_ctx)));
  if (plan.refused.empty()) take_share(checkpoint, wish, plan);
  return plan;
}

}  // namespace ctxcap::memory
