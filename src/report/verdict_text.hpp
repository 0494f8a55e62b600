#pragma once
// Inside report/: what an analysis comes to, in the words that are read first.

#include <string>

#include "report/report.hpp"

namespace ctxcap::report {

// Per base model what to do, what that frees and what it risks; whether the card holds it; and the command to
// type next, where the reader could type one.
std::string verdict_text(const Analysis& analysis, const TextOptions& options);

// What the cap of a job frees of its caches (negative: it takes as much more) against today's window;
// nullopt: unknown.
std::optional<Bytes> freed_bytes(const JobDecision& job);

}  // namespace ctxcap::report
