// Sliding windows in a fixed rhythm: of every `period` blocks one attends over the whole window, the others
// over the last tokens. A pattern key that is a single number replaces the period; where it is a list,
// llama.cpp took the built-in period all the same before v0.5.0, but for a few architectures.

#include <array>

#include "model/attention.hpp"
#include "model/families.hpp"

namespace ctxcap::model {
namespace {

enum class Window {
  required,      // attention.sliding_window; a file without it does not load
  default_4096,  // the same, 4096 where it is absent
  optional,      // absent or 0: no block slides
  fixed_4096,    // 4096 whatever the key says, unless it is absent or 0
};

struct Rule {
  std::string_view architecture;
  i64 period;
  FullBlock full_block;
  Window window;
  i64 only_with_blocks = 0;  // models of another depth do not slide; 0: all do
  bool list_counts = false;  // a list was always taken block by block
};

constexpr FullBlock kLast = FullBlock::last_of_period;
constexpr FullBlock kFirst = FullBlock::first_of_period;

constexpr Rule kRules[] = {
    {"gemma2", 2, kLast, Window::default_4096},      {"gemma3", 6, kLast, Window::optional},
    {"gpt-oss", 2, kLast, Window::required},         {"cohere2", 4, kLast, Window::required},
    {"exaone4", 4, kLast, Window::default_4096, 64}, {"exaone-moe", 4, kLast, Window::required},
    {"olmo2", 4, kLast, Window::optional},           {"afmoe", 4, kLast, Window::required},
    {"plamo3", 8, kLast, Window::required},          {"smallthinker", 4, kFirst, Window::fixed_4096},
    {"laguna", 4, kFirst, Window::optional},         {"cohere2moe", 4, kFirst, Window::required, 0, true},
    {"mellum", 4, kLast, Window::optional, 0, true}, {"muse-glimmer", 4, kLast, Window::required, 0, true},
};

constexpr auto kSlidingWindow = [] {
  std::array<std::string_view, std::size(kRules)> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kRules[i].architecture;
  return names;
}();

// Tokens; 0: no block slides.
i64 window_of(Keys& keys, const Rule& rule) {
  constexpr std::string_view kKey = "attention.sliding_window";
  if (rule.only_with_blocks != 0 && trunk_blocks(keys) != rule.only_with_blocks) return 0;
  switch (rule.window) {
    case Window::required:
      return keys.need(kKey);
    case Window::default_4096:
      return keys.get(kKey, 4096);
    case Window::optional:
      return keys.get(kKey, 0);
    case Window::fixed_4096:
      return keys.get(kKey, 0) > 0 ? 4096 : 0;
  }
  return 0;
}

Slides slides_of(Keys& keys, const Rule& rule) {
  constexpr std::string_view kPattern = "attention.sliding_window_pattern";
  if (rule.list_counts || keys.since(LlamaBuild::v0_5_0)) {
    if (keys.is_withheld(kPattern)) keys.withhold(kPattern);
    if (auto list = find_slides_list(keys)) return *list;
  }
  const bool is_number = keys.has(kPattern) && !keys.find_list(kPattern);
  return slides_by_period(keys, is_number ? keys.get(kPattern, rule.period) : rule.period, rule.full_block);
}

void read_sliding_window(Keys& keys, std::string_view architecture, ModelArch& arch) {
  for (const Rule& rule : kRules) {
    if (rule.architecture != architecture) continue;
    const i64 window = window_of(keys, rule);
    const Slides slides = window > 0 ? slides_of(keys, rule) : Slides();
    arch.layers = attention_layers(read_heads(keys, slides), slides, window);
    if (keys.since(LlamaBuild::v0_5_0)) {
      cut_drafts(keys, arch);
    } else {
      keep_drafts(keys, arch);
    }
    arch.no_draft_graph = architecture == "exaone-moe";
  }
}

}  // namespace

extern const Family family_sliding_window;
constinit const Family family_sliding_window{
    .name = "sliding window", .architectures = kSlidingWindow, .read = read_sliding_window};

}  // namespace ctxcap::model
