#pragma once
// What plain rows and mapped rows have in common.

#include <array>

#include "ingest/call.hpp"

namespace ctxcap::ingest {

// Bodies as clients name them: messages, or prompt and system.
inline constexpr std::array kPlainBody{Key::messages, Key::prompt, Key::input, Key::system};

// Everything but the counts: job, model, time, what the request asked for.
void read_plain_names(const Fields& fields, Call& call);

// The counts among the top-level keys, whatever they are called.
Usage read_flat_usage(const Fields& fields);

// {"usage": {...}} with OpenAI's, Ollama's, Langfuse's or llama.cpp's names. Details are parts of the counts.
Usage read_nested_usage(Value usage, Scratch& scratch);

}  // namespace ctxcap::ingest
