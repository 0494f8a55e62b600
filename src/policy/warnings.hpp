#pragma once
// Inside policy/: what a person should know before trusting a decision.

#include <vector>

#include "policy/choice.hpp"

namespace ctxcap::policy {

std::vector<Warning> warnings_of(const Choice& choice, std::span<const JobInput> jobs,
                                 const std::optional<ModelArch>& arch, const std::string& model);

}  // namespace ctxcap::policy
