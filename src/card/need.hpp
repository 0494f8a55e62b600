#pragma once
// Inside card/: what the rest needs, from what was seen of it and from how it failed.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/card.hpp"

namespace ctxcap::card {

struct Rest {
  std::optional<Bytes> seen;                              // beside a language model; nullopt: never together
  std::optional<Bytes> needed;                            // nullopt: there are neither samples nor figures
  std::vector<std::pair<std::string, Bytes>> parts = {};  // of `needed`, the largest first
  bool more = false;                                      // an OOM without figures: it is more than `needed`
};

// `peaks`: of each of history.tenants, as sampled. `ooms`: of history.ooms, with what was seen of each.
Rest rest_of(const CardHistory& history, const std::vector<Bytes>& peaks, const std::vector<OomUse>& ooms);

}  // namespace ctxcap::card
