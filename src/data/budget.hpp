#pragma once
// What must be on the card at the same time, and whether it fits.

#include <optional>
#include <string>
#include <vector>

#include "base/quantity.hpp"

namespace ctxcap {

struct Tenant {
  std::string name;
  Bytes bytes = 0;
};

struct Budget {
  Bytes card = 0;  // memory of the card
  Bytes reserve =
      Bytes{1} << 30;           // kept free: llama.cpp itself offloads less when under 1 GiB would stay free
  std::vector<Tenant> tenants;  // what else lives there
};

// Another way to make it fit, with its price.
struct Alternative {
  std::string what;                   // one phrase, e.g. "KV cache in q8_0"
  std::optional<Bytes> needed_bytes;  // of everything together, then; nullopt: unknown
  std::optional<double> share_over;   // share of observed requests that would need more; nullopt: unknown
  bool fits = false;
};

struct ModelShare {
  std::string model;
  std::optional<Bytes> bytes;  // nullopt: unknown
};

struct BudgetReport {
  Budget budget;
  std::vector<ModelShare> models;     // each base model at its cap
  std::optional<Bytes> needed_bytes;  // models + tenants + reserve; nullopt: a model's memory is unknown
  std::optional<bool> fits;           // nullopt: unknown
  bool tight = false;                 // it fits by the estimate, not by its upper end
  std::vector<Alternative> alternatives;
};

}  // namespace ctxcap
