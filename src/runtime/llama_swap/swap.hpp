#pragma once
// The configuration of llama-swap: YAML that people wrote, of which one literal or one macro is edited, byte
// for byte. What is not plainly of one model alone is not touched.

#include <optional>
#include <string>

#include "base/quantity.hpp"
#include "base/result.hpp"

namespace ctxcap::runtime {

struct SwapEdit {
  std::string text;              // the whole file
  std::string where;             // "-c of cmd, line 12"
  Tokens before = 0, after = 0;  // of all slots together
  i64 slots = 1;
};

// The window of a slot of that model. Errors (ErrorKind::usage; `hint` says what to change by hand): no such
// model, no -c or several, no -np (then four slots share the cache), a macro that other models use too, or
// YAML of a kind that is not followed here (anchors, flow style).
Result<SwapEdit> edit_swap(const std::string& text, const std::string& model, Tokens num_ctx);

// What stands behind -m in the command of that model; "": nothing plain.
std::string swap_weights(const std::string& text, const std::string& model);

// The same with the number itself, that of all slots together.
Result<std::string> set_swap_window(const std::string& text, const std::string& model, Tokens all);

}  // namespace ctxcap::runtime
