#pragma once
// THE TABLE of servers, and what can honestly be done with each.

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "data/verification.hpp"
#include "data/vllm.hpp"
#include "ports/world.hpp"
#include "runtime/served/file_server.hpp"

namespace ctxcap::runtime {

struct Runtime {
  Target target;
  std::string_view describe, apply, undo;  // a phrase each; "": it cannot
  // nullptr: by apply alone.
  Result<ServedVerification> (*verify)(World& world, const ServedAsk& ask);
  // Where windows stand in a file that can be edited. nullptr: nowhere, what is planned is rendered; it gives
  // nullptr where the place names no file.
  std::unique_ptr<FileServer> (*open)(const World& world, const ServedPlace& place, const std::string& model);
};

std::span<const Runtime> runtimes();

// What a vLLM that runs there says of itself. `model`: as requests name it, "" for the first. The key is
// VLLM_API_KEY. Errors as those of its `verify`.
Result<VllmServer> running_vllm(World& world, const std::string& url, const std::string& model);

const Runtime& runtime_of(Target target);

// nullptr: none of that name.
const Runtime* find_runtime(std::string_view name);

}  // namespace ctxcap::runtime
