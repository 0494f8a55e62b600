#pragma once
// Containers, as Docker's API lists them.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace ctxcap {

struct DockerContainer {
  std::string id, name, image;  // id: 64 hex digits; name: without the slash before it
  std::string service;          // of a compose file, which outlives the container; "": of none

  // As people call it.
  const std::string& called() const { return service.empty() ? name : service; }
};

// The answer of /containers/json; rows without a name are left out. Error: it is no list.
Result<std::vector<DockerContainer>> containers_of(std::string_view json);

}  // namespace ctxcap
