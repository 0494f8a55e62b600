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

struct Sources : CardSources {
  std::vector<std::string> logs;  // of containers or programs, their times first; a file is a tenant
  std::optional<Instant> from;    // nothing before then

  bool empty() const { return CardSources::empty() && logs.empty(); }
};

// One history per card, by index. Errors: a file that cannot be read, or is none of these (ErrorKind::usage).
Result<std::vector<CardHistory>> read(const Sources& sources, World& world);

// Who ran out of memory since then, by the journal and the logs of containers of this machine. Nothing of a
// line is kept but its time and figures.
struct Heard {
  std::vector<CardOom> ooms;  // by time, each failure once
  bool any = false;           // one of both could be read
};
Heard hear(Instant since, World& world);

}  // namespace ctxcap::history
