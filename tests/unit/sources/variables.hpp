#pragma once
// An environment that a test fills.

#include <map>

#include "ports/world.hpp"

namespace ctxcap::test {

struct Variables final : Environment {
  std::map<std::string, std::string> all;
  std::optional<std::string> get(const std::string& name) override {
    const auto found = all.find(name);
    return found == all.end() ? std::nullopt : std::optional(found->second);
  }
};

}  // namespace ctxcap::test
