#pragma once
// What must be on the card at the same time, and whether it fits.

#include <optional>
#include <string>
#include <vector>

#include "base/quantity.hpp"
#include "data/scheduler.hpp"

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

  // No process gets what a box says: the driver keeps some, 1.3 to 1.9 % as seen.
  Bytes kept_by_driver() const { return card / 1000 * 15; }
};

// Another way to make it fit, with its price.
struct Alternative {
  std::string what;                   // one phrase, e.g. "KV cache in q8_0"
  std::optional<Bytes> needed_bytes;  // of everything together, then; nullopt: unknown
  std::optional<double> share_over;   // share of observed requests that would need more; nullopt: unknown
  bool fits = false;
};

// What would keep models together that Ollama would not, tried by its own rules.
struct Cure {
  std::string what;                   // one phrase: "gemma4:e4b at 4,096"
  Keeping keeping = Keeping::never;   // what becomes of it
  std::string price;                  // one phrase; empty: none that is known
  std::optional<double> share_over;   // share of observed requests that would need more; nullopt: none
  std::optional<Bytes> needed_bytes;  // of everything together, then; nullopt: unknown
  std::vector<LoadRequest> requests;  // the loads as they are then; empty: the same, under other settings
};

// Models that must be resident together, and what Ollama makes of it.
struct TogetherReport {
  std::vector<std::string> members;
  std::optional<Bytes> needed_bytes;  // with tenants and reserve; nullopt: a model's memory is unknown
  std::optional<bool> fits;           // by our figures; nullopt: unknown
  KeptTogether kept;
  std::vector<Cure> cures;  // none where nothing is evicted
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
  std::vector<TogetherReport> together;  // sets of two and more models

  // Something that must stay loaded is evicted at every switch, whether it would fit or not.
  bool evicts_for_ever() const {
    for (const TogetherReport& set : together) {
      if (set.kept.keeping == Keeping::never) return true;
    }
    return false;
  }
};

}  // namespace ctxcap
