#pragma once
// Inside card/: what averages prove, with the highest of each tenant and of the card in each step.

#include <map>
#include <optional>
#include <vector>

#include "data/card.hpp"

namespace ctxcap::card {

struct Proven {
  // Of each sample: who was certainly there beside a language model, and what both had at least.
  std::vector<std::map<std::uint32_t, Bytes>> together;
  std::optional<Bytes> beside;  // what all others had beside the model, at least; nullopt: nothing is proven
};

// `peaks`: of each of history.tenants.
Proven proven_by(const CardHistory& history, const std::vector<Bytes>& peaks);

}  // namespace ctxcap::card
