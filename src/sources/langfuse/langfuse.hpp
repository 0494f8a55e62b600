#pragma once
// Langfuse by its public API. The door of this folder; pull.hpp says what is asked for and what comes.
//
//   client   pages, several at once: waits, tries again          pace, answers, paths, reader, rows
//   walk     which pages, until all is there                     pages, nothing, state, task
//   journal  what came, on the disk: a walk may be cut short     index
//   join     calls and the roots of their traces -> rows         merge, watermark

#include "sources/kind.hpp"

namespace ctxcap::sources {

extern const Kind kLangfuse;

}  // namespace ctxcap::sources
