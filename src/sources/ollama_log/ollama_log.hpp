#pragma once
// The log that Ollama itself writes: from 0.30 on it counts every request. Nothing has to be set up for it,
// so it is the source where none is named. The door of this folder.

#include "sources/kind.hpp"

namespace ctxcap::sources {

extern const Kind kOllamaLog;

}  // namespace ctxcap::sources
