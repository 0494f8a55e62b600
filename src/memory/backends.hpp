#pragma once
// THE TABLE of back ends: where models run, how buffers lie there, and what the process takes beside them.

#include <span>
#include <string_view>

#include "base/quantity.hpp"

namespace ctxcap::memory {

struct Backend {
  std::string_view name;
  std::string_view library;  // Ollama's word for cards of it; empty: of none
  bool gpu = true;           // else in RAM
  bool cuda_buffers = true;  // ggml-cuda's alignment and row padding; ROCm is the same code
  bool unified = false;      // the card's memory is the system's
  // Of the process, on each card, before any buffer and in use.
  Bytes low = 0, usual = 0, high = 0;
  bool measured = true;       // somebody saw a process take that
  Bytes high_of_experts = 0;  // the upper end for a mixture of experts at a batch of 2,048; 0: the same
};

std::span<const Backend> backends();
// nullptr: there is none of that name.
const Backend* backend(std::string_view name);

}  // namespace ctxcap::memory
