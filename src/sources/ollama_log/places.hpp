#pragma once
// Inside ollama_log/: where a server's log may be. Each answers with text to read, or with why there is none.

#include <string>
#include <vector>

#include "base/result.hpp"
#include "ports/world.hpp"

namespace ctxcap::sources {

struct LogText {
  std::string name;  // for people
  std::string text;
};

// "journal", "auto" and "docker:NAME" are words, all else is a path.
bool is_log_word(std::string_view where);

// The journal of the unit ollama, as JSON lines. Errors: there is no journal, it has none of its entries, or
// may not be read.
Result<LogText> read_journal(World& world);

// The files that Ollama's own application and its packages write, those that are there.
std::vector<std::string> usual_log_files(World& world);

// What a container wrote.
Result<LogText> read_container(const std::string& name, World& world);
// A container that runs Ollama; "" where there is none.
std::string container_of_ollama(World& world);

}  // namespace ctxcap::sources
