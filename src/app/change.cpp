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

Result<std::vector<std::string>> recover_unfinished(runtime::Ollama& ollama, state::State& state,
                                                    Talk& talk) {
  return runtime::recover_unfinished(ollama, state, [&](const std::string& line) { talk.note(line); });
}

Result<Session> begin_changes(const settings::Ollama& server, World& world, Talk& talk) {
  TRY_ASSIGN(const runtime::Host host, runtime::parse_host(server.host));
  runtime::Ollama ollama(world.http, world.clock, host);
  TRY_ASSIGN(auto lock, state::lock(world, host.id));
  TRY_ASSIGN(state::State state, state::State::open(world));
  TRY_ASSIGN(auto recovered, recover_unfinished(ollama, state, talk));
  return Session{std::move(ollama), std::move(lock), std::move(state), std::move(recovered)};
}

}  // namespace ctxcap::app
