#include "apply/change.hpp"

#include "gpu/gpu.hpp"
#include "plan/plan.hpp"

namespace ctxcap::apply {

runtime::ChangeOptions shown(runtime::ChangeOptions options, const std::string& variant, cli::Talk& talk) {
  options.on_step = [&talk, variant, step = i64{0},
                     then = std::move(options.on_step)](runtime::Step now) mutable {
    talk.progress(variant, ++step, std::nullopt, runtime::text_of(now));
    if (then) then(now);
  };
  return options;
}

runtime::ProcessBytes process_bytes_of(const runtime::Host& host, World& world) {
  if (host.reach != runtime::Reach::local) return {};
  return [&world](std::optional<Tokens> window) { return gpu::runner_bytes(gpu::seen_now(world), window); };
}

Result<Receipt> change_variant(const Variant& variant, const Standing& place, runtime::Ollama& ollama,
                               state::State& state, const runtime::ChangeOptions& options, World& world,
                               cli::Talk& talk) {
  runtime::ChangeOptions watched = shown(options, variant.name, talk);
  watched.process_bytes = process_bytes_of(ollama.host(), world);
  Result<Receipt> receipt = runtime::change_variant(world, ollama, state, variant, place, watched);
  talk.clear();
  return receipt;
}

Result<std::vector<std::string>> recover_unfinished(runtime::Ollama& ollama, state::State& state,
                                                    cli::Talk& talk, const policy::Moment* night) {
  TRY_ASSIGN(const auto recovered,
             runtime::recover_unfinished(ollama, state, [&](const std::string& line) { talk.note(line); }));
  std::vector<std::string> names;
  for (const runtime::Recovered& one : recovered) {
    names.push_back(one.journal.name);
    const bool told_tonight = night != nullptr && night->night(one.journal.since) == night->night();
    if (!one.finished || told_tonight) continue;
    for (const DecisionRecord& record :
         policy::records_of_recovered(one.journal, one.before, plan::reason_in(one.journal.variant)))
      TRY(state.record(record));
  }
  return names;
}

runtime::Ollama server_of(const settings::Ollama& server, const runtime::Host& host, World& world) {
  return {world.http, world.clock, host, {.patience = {.users = std::chrono::seconds(server.wait)}}};
}

Result<Session> begin_changes(const settings::Ollama& server, World& world, cli::Talk& talk) {
  TRY_ASSIGN(const runtime::Host host, runtime::parse_host(server.host));
  runtime::Ollama ollama = server_of(server, host, world);
  TRY_ASSIGN(auto lock, state::lock(world, host.id));
  TRY_ASSIGN(state::State state, state::State::open(world));
  TRY_ASSIGN(auto recovered, recover_unfinished(ollama, state, talk));
  return Session{std::move(ollama), std::move(lock), std::move(state), std::move(recovered)};
}

}  // namespace ctxcap::apply
