#pragma once
// What a base model would come to under other settings, reckoned by the rules of the analysis itself: for a
// report in which people turn them. Tables, so that who reads them need not reckon.

#include <optional>
#include <string>
#include <vector>

#include "base/quantity.hpp"
#include "data/stats.hpp"

namespace ctxcap {

// One window under one cache type, number of slots and set of tenants. nullopt: unknown, or refused.
struct WhatIfCell {
  std::optional<Bytes> caches_bytes;  // KV and state of all slots
  std::optional<Bytes> rest_bytes;    // the total without them
  std::optional<Bytes> total_bytes;
  std::optional<Bytes> needed_bytes;  // with other models, tenants and reserve; nullopt also without a card
  std::optional<bool> fits;           // nullopt: unknown, or no card was given
  std::optional<i64> ooms_avoided;    // of those in the card's history; nullopt: unknown, or there are none
  bool tight = false;                 // it fits by the estimate, not by its upper end
};

// What does not depend on the window.
struct WhatIfSetting {
  std::size_t tenants = 0;  // index into WhatIf::tenants
  std::string kv_type;      // of K and V
  i64 slots = 1;
  std::optional<Bytes> others_bytes;  // of the other models at their caps; 0: there are none
  std::vector<WhatIfCell> cells;      // one for each of WhatIf::windows
  std::string refused;                // why there are none; empty: there are
};

struct WhatIfTenants {
  std::vector<std::string> names;
  Bytes bytes = 0;
};

struct WhatIfJob {
  std::string job, model;
  std::vector<std::optional<Outlook>> outlooks;  // one for each window; nullopt: the need is unknown
};

struct WhatIf {
  std::string model;
  std::vector<Tokens> windows;          // ascending
  std::vector<std::string> kv_types;    // as is first
  std::vector<i64> slots;               // ascending
  std::vector<WhatIfTenants> tenants;   // from nobody to all of them; one that is empty where there are none
  std::size_t window = 0, slot = 0;     // as is, or as advised
  std::vector<WhatIfSetting> settings;  // tenants, then kv types, then slots
  std::vector<WhatIfJob> jobs;

  const WhatIfSetting& at(std::size_t tenant, std::size_t kv_type, std::size_t slot_index) const {
    return settings[(tenant * kv_types.size() + kv_type) * slots.size() + slot_index];
  }
};

}  // namespace ctxcap
