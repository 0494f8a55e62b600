#pragma once
// Inside report/: what an analysis comes to, in the words that are read first.

#include <optional>
#include <string>
#include <vector>

#include "report/style.hpp"

namespace ctxcap::report {

// One thing that it comes to: "devstral-small-2", "8,192 is safe and frees 5.00 GiB; ...".
struct Sentence {
  Tone tone = Tone::good;
  std::string subject, text;  // printable
};

// Of each base model, in their order (of many those with most requests, `most` of them; 0: all), and of the
// card.
std::vector<Sentence> sentences(const Analysis& analysis, std::size_t most = 0);

// Per base model what to do, what that frees and what it risks; whether the card holds it; and the command to
// type next, where the reader could type one.
std::string verdict_text(const Analysis& analysis, const TextOptions& options);

// How many of so many requests that upper bound of a share allows: 0.00073 of 4,100 are 3.
i64 most_of(double share, i64 requests);

// What the cap of a job frees of its caches (negative: it takes as much more) against today's window;
// nullopt: unknown.
std::optional<Bytes> freed_bytes(const JobDecision& job);

}  // namespace ctxcap::report
