#pragma once
// Point masses: values that hold more requests than their neighbours make plausible.

#include <vector>

#include "data/histogram.hpp"

namespace ctxcap::demand {

// Requests with first <= tokens <= last.
i64 count_between(const Histogram& histogram, Tokens first, Tokens last);

// The chance of as many requests on `value` or more, were it as likely as the values within 64 tokens of it
// (and as those within 8, whichever makes the heap less surprising). Given f requests there and m on its w
// neighbours this is the conditional test of two Poisson rates, P(Bin(f + m, 1 / (w + 1)) >= f)
// (Przyborowski & Wilenski 1940, Biometrika 31:313). 1 when fewer than 3 requests lie there.
double heap_chance(const Histogram& histogram, Tokens value);

// The same for counts that are at hand: `around` requests on `neighbours` values.
double heap_chance(i64 rows, i64 around, Tokens neighbours);

struct Heap {
  Tokens tokens = 0;
  i64 rows = 0;
};

// All values that are heaps beyond doubt (chance < 1e-7), ascending.
std::vector<Heap> heaps_of(const Histogram& histogram);

// The histogram with every heap reduced to one request.
Histogram without_heaps(const Histogram& histogram);

}  // namespace ctxcap::demand
