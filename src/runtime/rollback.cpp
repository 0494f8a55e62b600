#include "runtime/rollback.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "data/model_name.hpp"

namespace ctxcap::runtime {
namespace {

Result<OwnedVariant> known_variant(const std::string& name, const std::string& host, state::State& state) {
  std::vector<std::string> names;
  TRY_ASSIGN(const std::vector<OwnedVariant> all, state.variants());
  for (const OwnedVariant& known : all) {
    if (known.host != host) continue;
    if (same_model(known.variant.name, name)) return known;
    names.push_back(known.variant.name);
  }
  const std::string near = closest(name, names);
  return fail({.kind = ErrorKind::usage,
               .what = fmt::format("{} is no variant of ours on {}", printable(name, 80), host),
               .why = "the state knows of no such one that ctxcap created there",
               .hint = near.empty() ? "ollama list   shows what there is"
                                    : "did you mean: ctxcap rollback " + printable(near, 80)});
}

Error changed_since(const WayBack& way) {
  return {.kind = ErrorKind::usage,
          .what = printable(way.now.variant.name) + " is not ours any more",
          .why = "somebody changed it since ctxcap created it",
          .hint = "nothing was changed; compare with: ollama show " + printable(way.now.variant.name)};
}

Error kept_is_gone(const WayBack& way) {
  return {.kind = ErrorKind::failure,
          .what = "what was there before " + printable(way.now.variant.name) + " is gone",
          .why = printable(way.before->kept_as) + ", under which it was kept, was removed or changed",
          .hint = "nothing was changed; pull or create it again by hand"};
}

// Unloaded while the name still leads to the runner; that it fails must not keep us from going on.
void unload_there(const WayBack& way, Ollama& ollama) {
  if (way.there) [[maybe_unused]]
    const Status ignored = ollama.unload(way.now.variant.name);
}

Status remove_it(const WayBack& way, Ollama& ollama, state::State& state) {
  const std::string& name = way.now.variant.name;
  unload_there(way, ollama);
  if (way.there) TRY(ollama.remove(name));
  return state.rolled_back(way.now.host, name, "");
}

Status copy_back(const WayBack& way, Ollama& ollama) {
  const std::string &name = way.now.variant.name, &kept = way.before->kept_as;
  unload_there(way, ollama);
  TRY(ollama.copy(kept, name));
  TRY_ASSIGN(const std::vector<InstalledModel> installed, ollama.installed());
  const InstalledModel* there = find_model(installed, name);
  if (there != nullptr && there->digest == way.before->digest) return {};
  return fail({.kind = ErrorKind::unverified,
               .what = printable(name) + " was not restored",
               .why = ollama.host().url + " said that it copied it, but lists another model",
               .hint = fmt::format("ollama cp {} {}", printable(kept), printable(name))});
}

Status give_back(const WayBack& way, Ollama& ollama, state::State& state) {
  // A rollback that was killed may have put it back already.
  if (!way.there || way.there->digest != way.before->digest) TRY(copy_back(way, ollama));
  TRY(state.rolled_back(way.now.host, way.now.variant.name, way.before->digest));
  TRY(ollama.remove(way.before->kept_as));
  return {};
}

}  // namespace

Result<WayBack> find_way_back(const std::string& name, Ollama& ollama, state::State& state) {
  TRY_ASSIGN(const std::vector<InstalledModel> installed, ollama.installed());
  const std::string& host = ollama.host().id;
  WayBack way;
  TRY_ASSIGN(way.now, known_variant(name, host, state));
  TRY_ASSIGN(way.before, state.previous(host, way.now.variant.name));
  const auto found = [&](const std::string& wanted) {
    const InstalledModel* model = find_model(installed, wanted);
    return model == nullptr ? std::nullopt : std::optional(*model);
  };
  way.there = found(way.now.variant.name);
  const bool is_back = way.gives_back() && way.there && way.there->digest == way.before->digest;
  if (way.there && way.there->digest != way.now.digest && !is_back) return fail(changed_since(way));
  if (way.gives_back()) {
    const auto kept = found(way.before->kept_as);
    if (!is_back && (!kept || kept->digest != way.before->digest)) return fail(kept_is_gone(way));
  } else if (way.before) {
    way.base = found(way.before->variant.base);
  }
  return way;
}

std::optional<Variant> recipe_of(const WayBack& way) {
  if (!way.before || way.gives_back()) return std::nullopt;
  Variant recipe = way.before->variant;
  recipe.replaces_digest.reset();
  if (way.base_changed()) recipe.base_digest = way.base->digest;
  return recipe;
}

Result<std::optional<Receipt>> roll_back(const World& world, Ollama& ollama, state::State& state,
                                         const WayBack& way, const std::optional<Variant>& recipe,
                                         const ChangeOptions& options) {
  if (!recipe) {
    TRY(way.before ? give_back(way, ollama, state) : remove_it(way, ollama, state));
    return std::optional<Receipt>{};
  }
  TRY_ASSIGN(const Receipt receipt,
             change_variant(world, ollama, state, *recipe, {.there = way.there, .ours = true}, options));
  // The same model again was no new entry.
  const int steps = receipt.digest == way.now.digest ? 1 : 2;
  TRY(state.rolled_back(way.now.host, way.now.variant.name, receipt.digest, steps));
  return std::optional(receipt);
}

}  // namespace ctxcap::runtime
