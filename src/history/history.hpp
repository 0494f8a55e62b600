#pragma once
// Where samples of a card come from. The door of this room.
//
// Each source gives what it has: the card's use, processes or services with their bytes, lines that tell of
// too little memory. They are joined per card, in time.

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "data/card.hpp"
#include "ports/world.hpp"

namespace ctxcap::history {

struct Sources {
  std::vector<std::string> smi_logs;  // CSV of nvidia-smi -l, of the card and of its processes, in any order
  std::vector<std::string> logs;      // of containers or programs, their times first; a file is a tenant
  std::string homelab;                // homelab-monitor's database; "": none
  std::string prometheus;             // address of a server with its API; "": none
  std::optional<Instant> from;        // nothing before then

  bool empty() const { return smi_logs.empty() && logs.empty() && homelab.empty() && prometheus.empty(); }
};

// One history per card, by index. Errors: a file that cannot be read, or is none of these (ErrorKind::usage).
Result<std::vector<CardHistory>> read(const Sources& sources, World& world);

}  // namespace ctxcap::history
