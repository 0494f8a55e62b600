#include "app/change.hpp"

namespace ctxcap::app {

runtime::ChangeOptions shown(runtime::ChangeOptions options, const std::string& variant, Talk& talk) {
  options.on_step = [&talk, variant, step = i64{0},
                     then = std::move(options.on_step)](runtime::Step now) mutable {
    talk.progress(variant, ++step, std::nullopt, runtime::text_of(now));
    if (then) then(now);
  };
  return options;
}

Result<Receipt> change_variant(const Variant& variant, const Standing& place, runtime::Ollama& ollama,
                               state::State& state, const runtime::ChangeOptions& options, World& world,
                               Talk& talk) {
  Result<Receipt> receipt =
      runtime::change_variant(world, ollama, state, variant, place, shown(options, variant.name, talk));
  talk.clear();
  return receipt;
}

Result<bool> recover_unfinished(runtime::Ollama& ollama, state::State& state, Talk& talk) {
  return runtime::recover_unfinished(ollama, state, [&](const std::string& line) { talk.note(line); });
}

}  // namespace ctxcap::app
