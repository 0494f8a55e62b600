#pragma once
// Inside history/: what exporters call the memory of a card. A further one is a row.

#include <span>
#include <string_view>

#include "base/quantity.hpp"

namespace ctxcap::history {

struct Exporter {
  std::string_view name;
  std::string_view used, total, reserved, free;  // metrics of the card; "": it has none
  Bytes unit;                                    // of all of them
  std::string_view card;                         // label that tells cards apart
  std::string_view processes;                    // metric of each process; "": none
  std::string_view tenant, pid;                  // labels of that; "": not told
  std::string_view container;  // label with which `used` is that of one tenant, not the card's
  std::string_view instance;   // label of a part that a card is divided into
};

// In the order in which they are looked for: those that tell of processes first.
std::span<const Exporter> exporters();

}  // namespace ctxcap::history
