#pragma once
// Ranks and distribution-free bounds. n requests were seen; nothing is assumed but that future requests are
// drawn like the past ones.
//
// Upper tolerance bound (Wilks 1941, Ann. Math. Stat. 12:91; 1942, 13:400): the r-th smallest of n values
// is exceeded by at most a share e of the population, with confidence g, if and only if
//     I_{1-e}(r, n-r+1) <= 1-g        equivalently        P(Bin(n, e) <= n-r) <= 1-g.
// It was chosen from the data and accounts for that; ties (integers) only make it more conservative.

#include <optional>

#include "base/quantity.hpp"

namespace ctxcap::demand {

// ceil(n * per_mille / 1000) without rounding errors: the nearest rank of a percentile. n >= 1,
// 1 <= per_mille <= 1000 (p99.9 is 999).
i64 nearest_rank(i64 n, i64 per_mille);

// The smallest rank r, 1 <= r <= n, that is an upper tolerance bound; nullopt when n is too small for any
// (n < 2,995 for risk 0.001 at confidence 0.95). n >= 0; risk and confidence in 0..1, exclusive.
std::optional<i64> tolerance_rank(i64 n, double risk, double confidence);

// The smallest risk for which the maximum of n values is an upper tolerance bound: 1 - (1-g)^(1/n).
// n = 0 supports no statement: 1.
double supported_risk(i64 n, double confidence);

// The fewest requests that support a risk: ceil(ln(1-g) / ln(1-e)), 2,995 at the defaults.
i64 requests_needed(double risk, double confidence);

// Upper confidence bound of the share that exceeds, when k of n did: BetaInv(g; k+1, n-k)
// (Clopper & Pearson 1934, Biometrika 26:404). 0 <= k <= n; 1 when k = n or n = 0.
double share_upper(i64 k, i64 n, double confidence);

// P(Bin(n, p) >= k): the chance of k exceedances or more among n requests. 0 <= k <= n, p in 0..1, exclusive.
double chance_of_exceedances(i64 k, i64 n, double p);

}  // namespace ctxcap::demand
