// Layers -> groups that share blocks: alike layers are one group; else all pages are made equal first, and
// then the kinds are cut into groups of about as many layers each.

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/text.hpp"
#include "memory/vllm/pages.hpp"
#include "memory/vllm/vllm.hpp"

namespace ctxcap::memory {
namespace {

constexpr i64 kMostCards = 1024, kGrain = 16, kDeltaGrain = 64;

// Rules that changed with versions. Where it is not known when, the newer one, which asks for more.
struct Rules {
  bool null_block = true;   // one block is kept back
  bool delta_grain = true;  // blocks of gated delta nets are multiples of 64, and states take 3 of them
};

Rules rules_of(std::string_view version) {
  const std::vector<std::string_view> parts = split(version, '.');
  const i64 minor = parts.size() > 1 && parts[0] == "0" ? std::atoll(std::string(parts[1]).c_str()) : 1000;
  return {.null_block = minor > 10, .delta_grain = minor > 24};
}

// Layers that are kept alike.
struct Kind {
  BlockGroup page;
  Bytes token = 0;  // 0: a state
  i64 layers = 0;
};

bool alike(const BlockGroup& a, const BlockGroup& b) {
  return a.kind == b.kind && a.block_size == b.block_size && a.page_bytes == b.page_bytes &&
         a.window == b.window && a.snapshots == b.snapshots;
}

void add(std::vector<Kind>& kinds, const Kind& kind) {
  const auto same = std::find_if(kinds.begin(), kinds.end(), [&](const Kind& one) {
    return alike(one.page, kind.page) && one.token == kind.token;
  });
  if (same == kinds.end()) {
    kinds.push_back(kind);
  } else {
    same->layers += kind.layers;
  }
}

Error refused(std::string why, std::string hint) {
  return {.kind = ErrorKind::failure,
          .what = "vLLM would not start like that",
          .why = std::move(why),
          .hint = std::move(hint)};
}

Status check(const Checkpoint& checkpoint, const VllmSettings& settings, const CacheType* type) {
  if (type == nullptr) {
    std::vector<std::string> names;
    for (const std::string_view name : vllm_cache_types()) names.emplace_back(name);
    const std::string meant = closest(settings.kv_cache_dtype, names);
    return fail(refused(fmt::format("\"{}\" is not a cache type", printable(settings.kv_cache_dtype, 40)),
                        meant.empty() ? "see: ctxcap help vllm" : "did you mean " + meant + "?"));
  }
  const bool latent = std::any_of(checkpoint.layers.begin(), checkpoint.layers.end(),
                                  [](const PagedLayer& layer) { return layer.kind == PageKind::latent; });
  if (type->bits == 0 || (latent && type->per_head > 0)) {
    return fail({.kind = ErrorKind::failure,
                 .what = "the bytes of this cache are not known",
                 .why = fmt::format("{}{} is a packed format of which no formula is known", type->name,
                                    type->bits == 0 ? "" : " of a latent cache"),
                 .hint = "known are: auto, fp8, int8_per_token_head, int4_per_token_head"});
  }
  const i64 cards = settings.tensor_parallel;
  if (cards > kMostCards || (checkpoint.heads > 0 && checkpoint.heads % cards != 0)) {
    return fail(
        refused(fmt::format("{} attention heads cannot be divided among {} cards", checkpoint.heads, cards),
                "take a --tensor-parallel that divides them"));
  }
  return {};
}

Kind kind_of(const PagedLayer& layer, const CacheType& type, const VllmSettings& settings, bool as_full) {
  Kind kind{.page = {.kind = layer.kind, .window = layer.window}, .layers = 1};
  if (layer.kind == PageKind::state) {
    kind.page.page_bytes = state_bytes(layer.state, settings.tensor_parallel);
    kind.page.snapshots = layer.state.snapshots;
    return kind;
  }
  if (as_full && (layer.kind == PageKind::sliding || layer.kind == PageKind::chunked))
    kind.page = {.kind = PageKind::full};
  kind.token = token_bytes(layer, type, settings.tensor_parallel);
  kind.page.block_size = settings.block_size;
  kind.page.page_bytes = kind.token * settings.block_size;
  return kind;
}

// The block of attention grows until a state fits into it; a state takes a block of that size.
void align_to_states(std::vector<Kind>& kinds, bool delta, const VllmSettings& settings, const Rules& rules,
                     BlockLayout& layout) {
  Bytes state = 0, token = 0;
  for (const Kind& kind : kinds) {
    if (kind.token == 0) state = std::max(state, kind.page.page_bytes);
    token = std::max(token, kind.token);
  }
  if (state == 0) return;
  const bool alone = token == 0, prefixes = settings.prefix_caching && !alone;
  if (!alone) {
    i64 grain = std::max(kGrain, settings.block_size);
    if (delta && prefixes && rules.delta_grain) grain = std::lcm(grain, kDeltaGrain);
    layout.block_size = grain * ((state + grain * token - 1) / (grain * token));
  }
  for (Kind& kind : kinds) {
    if (kind.token > 0) {
      kind.page.block_size = layout.block_size;
      kind.page.page_bytes = kind.token * layout.block_size;
      continue;
    }
    if (!alone) kind.page.page_bytes = std::max(kind.page.page_bytes, token * layout.block_size);
    kind.page.block_size = prefixes ? layout.block_size : 0;
    if (!prefixes) kind.page.snapshots = 1;
    if (prefixes && !rules.delta_grain) kind.page.snapshots = std::min<i64>(kind.page.snapshots, 2);
  }
}

void equal_pages(std::vector<Kind>& kinds) {
  Bytes largest = 0;
  for (const Kind& kind : kinds) largest = std::max(largest, kind.page.page_bytes);
  for (Kind& kind : kinds) {
    if (kind.token > 0 && largest % kind.page.page_bytes == 0)
      kind.page.block_size *= largest / kind.page.page_bytes;
    kind.page.page_bytes = largest;
  }
}

// Layers of one kind and several sizes lie side by side in each block.
BlockGroup side_by_side(const std::vector<Kind>& kinds) {
  BlockGroup group = kinds.front().page;
  group.page_bytes = 0;
  for (const Kind& kind : kinds) {
    group.layers += kind.layers;
    group.page_bytes += kind.page.page_bytes * kind.layers;
    group.sizes.push_back(kind.page);
    group.sizes.back().layers = kind.layers;
  }
  return group;
}

bool one_kind(const std::vector<Kind>& kinds) {
  return std::all_of(kinds.begin(), kinds.end(), [&](const Kind& kind) {
    const BlockGroup &a = kind.page, &b = kinds.front().page;
    return a.kind == b.kind && a.window == b.window && a.block_size == b.block_size &&
           a.kind != PageKind::state;
  });
}

// Each kind into groups of about as many layers as the smallest kind has.
std::vector<BlockGroup> cut(const std::vector<Kind>& kinds) {
  i64 least = kinds.front().layers, most = least;
  for (const Kind& kind : kinds) {
    least = std::min(least, kind.layers);
    most = std::max(most, kind.layers);
  }
  const i64 size = 2 * most < 3 * least ? most : least;
  std::vector<BlockGroup> groups;
  for (const Kind& kind : kinds) {
    const i64 count = (kind.layers + size - 1) / size, longer = kind.layers % count;
    BlockGroup group = kind.page;
    group.layers = kind.layers / count + 1;
    group.groups = longer;
    if (longer > 0) groups.push_back(group);
    --group.layers;
    group.groups = count - longer;
    groups.push_back(group);
  }
  return groups;
}

}  // namespace

Result<BlockLayout> block_layout(const Checkpoint& checkpoint, const VllmSettings& settings) {
  const CacheType* type = cache_type(settings.kv_cache_dtype);
  TRY(check(checkpoint, settings, type));
  const Rules rules = rules_of(settings.version);
  BlockLayout layout{.block_size = settings.block_size,
                     .in_flight = settings.max_num_batched_tokens * (settings.async_scheduling ? 2 : 1),
                     .null_block = rules.null_block};
  std::vector<Kind> kinds;
  bool delta = false;
  // Without it sliding layers are kept like the full ones that they are beside.
  const bool as_full = !settings.hybrid_manager &&
                       std::any_of(checkpoint.layers.begin(), checkpoint.layers.end(),
                                   [](const PagedLayer& layer) { return layer.kind == PageKind::full; });
  for (const PagedLayer& layer : checkpoint.layers) {
    add(kinds, kind_of(layer, *type, settings, as_full));
    delta = delta || layer.state.delta;
  }
  align_to_states(kinds, delta, settings, rules, layout);
  if (one_kind(kinds) && kinds.size() > 1) {
    layout.groups.push_back(side_by_side(kinds));
    layout.bytes_per_block = layout.groups.front().page_bytes;
    return layout;
  }
  equal_pages(kinds);
  layout.groups = cut(kinds);
  i64 longest = 0;
  for (const BlockGroup& group : layout.groups) longest = std::max(longest, group.layers);
  layout.bytes_per_block = longest * layout.groups.front().page_bytes;
  return layout;
}

}  // namespace ctxcap::memory
