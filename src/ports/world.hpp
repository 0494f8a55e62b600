#pragma once
// The outside world, handed in. main.cpp builds the real one, tests build fakes.

#include <optional>
#include <string>
#include <vector>

#include "ports/clock.hpp"
#include "ports/console.hpp"
#include "ports/database.hpp"
#include "ports/files.hpp"
#include "ports/http.hpp"
#include "ports/interrupts.hpp"
#include "ports/libraries.hpp"
#include "ports/processes.hpp"

namespace ctxcap {

class Environment {
 public:
  virtual ~Environment() = default;
  virtual std::optional<std::string> get(const std::string& name) = 0;
  // Of all that are set.
  virtual std::vector<std::string> names() { return {}; }
};

struct World {
  Http& http;
  Processes& processes;
  Clock& clock;
  Files& files;
  Console& console;
  Environment& environment;
  Databases& databases;
  Interrupts& interrupts;
  Libraries* libraries = nullptr;  // nullptr: none can be opened
};

}  // namespace ctxcap
