#include "ingest/answer_context.hpp"

#include <algorithm>

#include "data/half_cut.hpp"

namespace ctxcap::ingest {
namespace {

constexpr Tokens kKeep = 4;  // num_keep, where nobody sets it

struct Cut {
  Tokens num_ctx = 0;      // 0: unknown
  bool adds_first = true;  // the model puts a token of its own first; where that is unknown it may
};

std::optional<Cut> cut_by(Tokens num_ctx, Tokens counted) {
  if (counted == half_cut(num_ctx, kKeep)) return Cut{num_ctx, false};
  if (counted == half_cut(num_ctx, kKeep + 1)) return Cut{num_ctx, true};
  // Older servers fill the window.
  if (counted == num_ctx || counted == num_ctx - 1) return Cut{num_ctx, true};
  return std::nullopt;
}

// Which cut made `counted` tokens of `sent`; nullopt: none explains it, so a cache was left out of the count.
std::optional<Cut> cut_of(Tokens counted, Tokens sent, std::optional<Tokens> num_ctx) {
  if (num_ctx && sent + 1 < *num_ctx) return std::nullopt;
  if (num_ctx) return cut_by(*num_ctx, counted).value_or(Cut{*num_ctx, true});
  constexpr Tokens kStep = 256;  // windows are multiples of it, most of them
  for (const Tokens window : {2 * (counted - 2), 2 * (counted - 3), counted, counted + 1}) {
    const bool is_window = window > 0 && window % kStep == 0 && sent + 1 >= window;
    if (const auto cut = is_window ? cut_by(window, counted) : std::nullopt) return cut;
  }
  if (sent + 1 >= 2 * (counted - kKeep)) return Cut{};  // half of a window of another size
  return std::nullopt;
}

}  // namespace

Usage with_context(Usage counted, Value context, std::optional<Tokens> num_ctx, bool thought) {
  if (counted.reason != Reason::none || !counted.generation || !context.is_array()) return counted;
  const std::string_view tokens = context.raw();
  if (trimmed(tokens.substr(1, tokens.size() - 2)).empty()) return counted;
  const Tokens all = std::count(tokens.begin(), tokens.end(), ',') + 1;
  Tokens sent = all - *counted.generation;
  if (sent <= counted.prompt) return counted;
  if (thought) sent = all;  // thoughts are counted and not in the context: so many of it may be the prompt
  const std::optional<Cut> cut = cut_of(counted.prompt, sent, num_ctx);
  Usage whole = usage_with(sent + (!cut || cut->adds_first ? 1 : 0), counted.generation, 0);
  whole.remarks = counted.remarks;
  if (cut) whole.remarks.add(Remark::truncated_prompt);
  if (cut) whole.cut_by = cut->num_ctx;
  return whole;
}

}  // namespace ctxcap::ingest
