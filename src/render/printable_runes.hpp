#pragma once
// Inside render/: which characters survive Ollama's Modelfile parser. It drops everything that Go's
// unicode.IsPrint refuses except space, tab and line ends, without a word.

#include <string_view>

namespace ctxcap::render {

// True only when every character surely survives. Scripts that are not listed count as "not sure": their text
// then goes through POST /api/create, which keeps all characters.
bool survives_modelfile(std::string_view text);

}  // namespace ctxcap::render
