#pragma once
// One request to the server. Private to this room.

#include "runtime/ollama.hpp"
#include "runtime/wire.hpp"

namespace ctxcap::runtime {

struct Ollama::Call {
  std::string method = "GET";
  std::string path;  // "/api/..."
  Json body;         // null: none
  std::chrono::milliseconds timeout{};
  std::string what;                               // "could not ...", for errors
  std::size_t most_body = std::size_t{16} << 20;  // bytes of the answer
};

}  // namespace ctxcap::runtime
