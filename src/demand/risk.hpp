#pragma once
// What a window chosen from the past means for the requests and days to come.

#include "data/stats.hpp"

namespace ctxcap::demand {

// The chance that none of m further requests exceeds the r-th smallest of n, for exchangeable requests
// (ties only help): prod over i < m of (r + i) / (n + 1 + i)  (Meeker, Hahn & Escobar, Statistical Intervals,
// 2nd ed. 2017, ch. 5). n / (n + m) for r = n; 0 for r = 0.
double chance_of_none(i64 r, i64 n, i64 m);

// The chance that the maximum of a further day exceeds a window that `over` of `days` past days exceeded:
// (over + 1) / (days + 1), whatever happens inside a day.
double chance_of_day(i64 over, i64 days);

}  // namespace ctxcap::demand
