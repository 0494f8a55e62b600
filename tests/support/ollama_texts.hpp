#pragma once
// Texts as Ollama writes them: names, parameters, Modelfiles, times, long error messages; and sizes read from
// lists of tensors.

#include <string>
#include <string_view>

#include "support/ollama_state.hpp"

namespace ctxcap::test {

std::string lower(std::string_view text);
bool is_name(std::string_view name);
std::string canonical_name(std::string_view name);  // with tag

// One line per value, the name padded to 30 columns, texts quoted and numbers printed as Go does.
std::string parameters_text(const Json& parameters);
Json parameters_from_text(const std::string& text);  // only what installed models need: numbers and texts

std::string modelfile_text(const Manifest& model);
std::string time_text(i64 seconds);  // after 2026-11-21T00:00:00Z
std::string small_llama_show();      // /api/show of a llama of two layers

// Of all tensors as stored; of the K and V rows that full attention keeps of a token, in f16.
Bytes weights_bytes(const Json& tensors);
Bytes cache_bytes_per_token(const Json& tensors);

std::string too_long_for_runner(Tokens prompt, Tokens slot);
inline constexpr const char* kPromptTooLong =
    "the prompt is longer than the context length currently available to the model; shorten the prompt, "
    "adjust the "
    "context length in settings, or use a model with a longer context length";

}  // namespace ctxcap::test
