#include "model/window.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "model/families.hpp"
#include "model/keys.hpp"

namespace ctxcap::model {
namespace {

// Families whose declared window, beyond the one before scaling, was part of their training. Elsewhere (yarn
// on qwen2 or qwen3, linear scaling on a llama) the extension is an add-on that degrades also short prompts.
constexpr std::string_view kTrained[] = {
    "gpt-oss", "deepseek2", "deepseek32", "deepseek4", "mistral3", "mistral4",
    "gemma3",  "olmo2",     "phi3",       "phimoe",    "glm-dsa",  "kimi-linear",
};

// Tokens of a key; nullopt, with a note, where the value is no window.
std::optional<Tokens> window(const ModelDescription& description, std::string_view key, ModelArch& arch) {
  const std::string full = fmt::format("{}.{}", description.architecture, key);
  const auto found = description.metadata.find(full);
  if (found == description.metadata.end()) return std::nullopt;
  const i64* value = std::get_if<i64>(&found->second);
  if (value && *value > 0 && *value <= kMaxDimension) return *value;
  arch.notes.push_back(value ? fmt::format("{} is {}, which is not a window", full, *value)
                             : fmt::format("{} is not a whole number", full));
  return std::nullopt;
}

std::string scaling_of(const ModelDescription& description, std::string_view architecture,
                       const ModelArch& arch, bool extended) {
  const auto found = description.metadata.find(description.architecture + ".rope.scaling.type");
  const std::string* text =
      found == description.metadata.end() ? nullptr : std::get_if<std::string>(&found->second);
  if (text) return *text == "none" ? "" : *text;
  // Ollama's loader scales long gemma 3 files that do not say so by 8.
  if (architecture == "gemma3" && arch.max_ctx.value_or(0) >= 131072) return "linear";
  if (!extended) return "";
  // Files that name the window before scaling but no type: gpt-oss by Ollama's converter, phi 3 with its
  // factor tensors. llama.cpp's own default is "linear".
  if (architecture == "gpt-oss") return "yarn";
  if (architecture == "phi3" || architecture == "phimoe") return "longrope";
  return "linear";
}

}  // namespace

void read_windows(const ModelDescription& description, ModelArch& arch) {
  const std::string architecture = runtime_architecture(description);
  arch.max_ctx = window(description, "context_length", arch);
  const std::optional<Tokens> original = window(description, "rope.scaling.original_context_length", arch);
  const bool extended = original && arch.max_ctx && *original < *arch.max_ctx;
  arch.native_ctx = extended || !arch.max_ctx ? original : arch.max_ctx;
  arch.rope_scaling = scaling_of(description, architecture, arch, extended);
  arch.extension_trained =
      extended && std::find(std::begin(kTrained), std::end(kTrained), architecture) != std::end(kTrained);
}

}  // namespace ctxcap::model
