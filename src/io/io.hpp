#pragma once
// The real outside world: libcurl, processes, the disk, the clock, the terminal, the environment, SQLite.
// Only main.cpp (and tests of this room) include this; everybody else is handed a World.

#include <memory>

#include "ports/world.hpp"

namespace ctxcap::io {

// Owns the real ports. One per program: it makes SIGPIPE harmless for the whole process, so that a closed
// pipe is an error that write() returns instead of a signal that kills us half-way through an apply.
// Http and Console are for one thread at a time; the rest may be shared.
class RealWorld {
 public:
  RealWorld();
  ~RealWorld();
  RealWorld(const RealWorld&) = delete;
  RealWorld& operator=(const RealWorld&) = delete;

  World world();  // borrows from this object

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace ctxcap::io
