#include "runtime/rollback.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "data/model_name.hpp"
#include "runtime/closing.hpp"
#include "runtime/read_back.hpp"

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
  return fail(
      {.kind = ErrorKind::usage,
       .what = fmt::format("{} is not a variant that ctxcap created on {}", printable(name, 80), host),
       .why = "there is no record that ctxcap created it there",
       .hint = near.empty() ? "ollama list   shows what there is"
                            : "did you mean: ctxcap rollback " + printable(near, 80)});
}

Error changed_since(const WayBack& way) {
  return {.kind = ErrorKind::usage,
          .what = printable(way.now.variant.name) + " is no longer ctxcap's own",
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
  return state.rolled_back(way.now.host, name);
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
  TRY(ollama.remove(way.before->kept_as));
  return state.rolled_back(way.now.host, way.now.variant.name);
}

// Other variants of ours that are there, of the same weights: they and this one share one runner.
Result<std::vector<OwnedVariant>> variants_beside(const OwnedVariant& now, Ollama& ollama,
                                                  state::State& state,
                                                  const std::vector<InstalledModel>& installed) {
  TRY_ASSIGN(std::vector<OwnedVariant> all, state.variants());
  std::erase_if(all, [&](const OwnedVariant& one) {
    return one.host != now.host || same_model(one.variant.name, now.variant.name) ||
           digest_of(installed, one.variant.name) != one.digest;
  });
  if (all.empty()) return all;
  const std::string weights = weights_of(ollama, now.variant.name);
  std::erase_if(all, [&](const OwnedVariant& one) {
    if (same_model(one.variant.base, now.variant.base)) return false;
    return weights.empty() || weights_of(ollama, one.variant.name) != weights;
  });
  return all;
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
  // A rollback that was killed may have put it back already.
  const bool is_back = way.gives_back() && way.there && way.there->digest == way.before->digest;
  if (way.there && way.there->digest != way.now.digest && !is_back) return fail(changed_since(way));
  if (way.gives_back()) {
    const auto kept = found(way.before->kept_as);
    if (!is_back && (!kept || kept->digest != way.before->digest)) return fail(kept_is_gone(way));
  } else if (way.before) {
    way.base = found(way.before->variant.base);
    TRY_ASSIGN(way.beside, variants_beside(way.now, ollama, state, installed));
  }
  return way;
}

std::optional<Variant> recipe_of(const WayBack& way) {
  if (!way.before || way.gives_back()) return std::nullopt;
  Variant recipe = way.before->variant;
  recipe.replaces_digest.reset();
  recipe.against.clear();
  if (way.base_changed()) recipe.base_digest = way.base->digest;
  return recipe;
}

Result<std::optional<Receipt>> roll_back(const World& world, Ollama& ollama, state::State& state,
                                         const WayBack& way, const std::optional<Variant>& recipe,
                                         ChangeOptions options) {
  if (!recipe) {
    if (options.disturbance != nullptr && way.there)
      TRY(options.disturbance->begin(way.now.variant.name, ollama, state));
    // Killed in between, it is brought to its end by recover_unfinished().
    TRY(state.begin({.host = way.now.host,
                     .name = way.now.variant.name,
                     .step = "rolling back",
                     .digest_before = way.now.digest,
                     .since = world.clock.now(),
                     .rollback = true}));
    TRY(way.before ? give_back(way, ollama, state) : remove_it(way, ollama, state));
    return std::optional<Receipt>{};
  }
  options.rollback = true;
  TRY_ASSIGN(const Receipt receipt,
             change_variant(world, ollama, state, *recipe, {.there = way.there, .ours = true}, options));
  return std::optional(receipt);
}

Status finish_rollback(const Journal& journal, Ollama& ollama, state::State& state) {
  TRY_ASSIGN(const auto known, state.variant(journal.host, journal.name));
  if (!known) return state.restored(journal.host, journal.name);
  const Result<WayBack> found = find_way_back(journal.name, ollama, state);
  // Somebody else came in between: what stands there is theirs.
  if (!found && found.error().kind == ErrorKind::usage) return state.restored(journal.host, journal.name);
  TRY_ASSIGN(const WayBack way, found);
  return way.before ? give_back(way, ollama, state) : remove_it(way, ollama, state);
}

}  // namespace ctxcap::runtime
