#pragma once
// Inside render/: which characters survive Ollama's Modelfile parser. It drops everything that Go's
// unicode.IsPrint refuses except space, tab and line ends, without a word.

#include <string>
#include <string_view>

namespace ctxcap::render {

// Why the text would not surely survive, with the first character that does not; empty: it does. Scripts that
// are not listed count as "not sure": their text then goes through POST /api/create, which keeps all
// characters.
std::string lost_in_modelfile(std::string_view text);

}  // namespace ctxcap::render
