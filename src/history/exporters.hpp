#pragma once
// Inside history/: what exporters call the memory of a card. A further one is a row.

#include <string_view>
#include <vector>

#include "data/card.hpp"

namespace ctxcap::history {

struct Exporter {
  std::string_view name;
  std::string_view used, total, reserved, free;  // metrics of the card; "": it has none
  Bytes unit;                                    // of all of them; 0: told by a metric's name
  std::string_view card;                         // label that tells cards apart
  std::string_view processes;                    // metric of each process; "": none
  std::string_view tenant, pid;                  // labels of that; "": not told
  std::string_view container;  // label with which `used` is that of one tenant, not the card's
  std::string_view instance;   // label of a part that a card is divided into
  bool own = false;  // `processes` is a metric of the user's own, whose labels need not say the card
};

// In the order in which they are looked for: those that tell of processes first. With metrics of one's own
// for the card these alone; for tenants alone each exporter with these.
std::vector<Exporter> exporters(const CardMetrics& own);
// Bytes of a metric's value: by its name's end, "..._mb", "..._MiB{...}"; else 1.
Bytes unit_of(std::string_view metric);

}  // namespace ctxcap::history
