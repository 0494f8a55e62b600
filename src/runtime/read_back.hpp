#pragma once
// Whether a created variant is what was asked for. Private to this room.

#include <string>
#include <string_view>
#include <vector>

#include "data/plan.hpp"
#include "runtime/ollama.hpp"

namespace ctxcap::runtime {

// What differs between an answer of /api/show and the variant, in words without any of its texts; empty:
// nothing. The text of a Modelfile loses characters that Go does not call printable, so SYSTEM is compared
// to the byte.
std::vector<std::string> differences(const Variant& variant, std::string_view show_json);

// The name in FROM when the model was created, by an answer of /api/show; empty: it does not say.
std::string parent_in(std::string_view show_json);

// The digest of the weights file of an installed model, by /api/show; empty: it does not say.
std::string weights_of(Ollama& ollama, const std::string& model);

// Asks /api/show and fails with kind `unverified` when anything differs.
Status read_back(Ollama& ollama, const Variant& variant);

}  // namespace ctxcap::runtime
