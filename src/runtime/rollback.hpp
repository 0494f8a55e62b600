#pragma once
// What was there before a variant is there again.

#include <optional>
#include <string>

#include "data/owned.hpp"
#include "runtime/change.hpp"

namespace ctxcap::runtime {

// Errors: `usage` where it is not a variant that ctxcap created on that server, or somebody changed it since; `failure`
// where what is to come back is gone.
Result<WayBack> find_way_back(const std::string& name, Ollama& ollama, state::State& state);

// The variant that was ours before, as it is to be created again; nullopt: there was none, or the model of
// before was kept and needs no recipe.
std::optional<Variant> recipe_of(const WayBack& way);

// Removes the variant, puts back the model that was kept for it, or creates `recipe` again with its proof;
// then the receipt says how. Errors as change_variant(); `unverified` where a copy did not come out.
Result<std::optional<Receipt>> roll_back(const World& world, Ollama& ollama, state::State& state,
                                         const WayBack& way, const std::optional<Variant>& recipe,
                                         ChangeOptions options);

}  // namespace ctxcap::runtime
