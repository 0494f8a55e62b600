#include "runtime/served/change_served.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/units.hpp"
#include "data/source.hpp"
#include "data/verification.hpp"

namespace ctxcap::runtime {
namespace {

// What somebody else had there: kept as the words that say it.
OwnedVariant theirs(const std::string& host, const std::string& name, const ServedNow& said, Instant now) {
  return {.host = host,
          .variant = {.name = name, .num_ctx = said.num_ctx.value_or(0)},
          .digest = said.says,
          .created = now,
          .kept_as = said.says};
}

Result<ServedNow> now_in_file(const World& world, const FileServer& server) {
  TRY_ASSIGN(const std::string text, world.files.read_all(server.file()));
  return server.now(text);
}

// Ours goes on top of what was there.
Status close(const Journal& journal, const ServedNow& before, const std::string& says, Instant now,
             state::State& state) {
  std::optional<OwnedVariant> kept;
  if (!journal.kept_as.empty()) kept = theirs(journal.host, journal.name, before, journal.since);
  return state.created({.host = journal.host, .variant = journal.variant, .digest = says, .created = now},
                       kept);
}

Receipt receipt_of(const Journal& journal, const std::string& says, const ServedVerification& seen) {
  Receipt receipt{.variant = journal.variant.name,
                  .via = "file",
                  .replaced = true,
                  .previous_digest = journal.digest_before,
                  .digest = says};
  receipt.verification = {
      .asked_ctx = journal.variant.num_ctx, .effective_ctx = seen.num_ctx, .notes = seen.notes};
  return receipt;
}

Status record(const Receipt& receipt, const std::string& host, Instant now, i64 run, state::State& state) {
  TRY(state.record(receipt, host, now, run));
  if (!receipt.verification.effective_ctx) return {};  // nothing was seen
  return state.record(Measurement{.at = now,
                                  .run = run,
                                  .host = host,
                                  .variant = receipt.variant,
                                  .digest = receipt.digest,
                                  .seen = receipt.verification});
}

// Written, and nothing more: nobody can be asked.
Result<ServedVerification> only_write(const World& world, const FileServer& server, const std::string& after,
                                      const std::function<Status()>& on_written) {
  TRY_ASSIGN(const ServedNow wanted, server.now(after));
  TRY(world.files.write_atomic(server.file(), after));
  TRY(on_written());
  ServedVerification seen;
  seen.notes.push_back(fmt::format(
      "written, not proved: with -watch-config it is read at once, else at the next start; once the model "
      "runs: ctxcap verify --target llama-swap --url http://127.0.0.1:8080 --model {} --num-ctx {}{}",
      server.model(), wanted.num_ctx.value_or(0),
      wanted.slots ? fmt::format(" --slots {}", *wanted.slots) : ""));
  return seen;
}

}  // namespace

std::string host_of(const ServedPlace& place, const std::string& directory) {
  const std::string& file = place.preset.empty() ? place.config : place.preset;
  return file.empty() ? place.url : whole_path(file, directory);
}

std::vector<std::pair<std::string, std::string>> words_of(Target target, const ServedPlace& place,
                                                          const std::string& directory) {
  const auto whole = [&](const std::string& path) {
    return path.empty() ? path : whole_path(path, directory);
  };
  return {{"target", std::string(word(target))}, {"url", place.url},
          {"preset", whole(place.preset)},       {"section", place.section},
          {"config", whole(place.config)},       {"model", place.model}};
}

std::optional<std::pair<Target, ServedPlace>> place_of(const Variant& variant) {
  std::optional<Target> target;
  ServedPlace place;
  for (const auto& [key, value] : variant.parameters) {
    for (const Target one : {Target::llama_server, Target::llama_swap, Target::vllm})
      if (key == "target" && value == word(one)) target = one;
    for (const auto& [name, field] : {std::pair{"url", &place.url},
                                      {"preset", &place.preset},
                                      {"section", &place.section},
                                      {"config", &place.config},
                                      {"model", &place.model}})
      if (key == name) *field = value;
  }
  return target ? std::optional(std::pair(*target, place)) : std::nullopt;
}

Result<Receipt> change_served(const World& world, state::State& state, FileServer& server,
                              const std::string& host, const Variant& variant, std::optional<i64> slots,
                              const ServedOptions& options) {
  TRY_ASSIGN(const std::string text, world.files.read_all(server.file()));
  TRY_ASSIGN(const ServedNow before, server.now(text));
  TRY_ASSIGN(const std::string says, server.wish(text, variant.num_ctx, slots));
  TRY_ASSIGN(const std::string after, server.edited(text, says));
  TRY_ASSIGN(const bool ours, state.owns(host, variant.name, before.says));
  Journal journal{.host = host,
                  .name = variant.name,
                  .step = "editing",
                  .variant = variant,
                  .digest_before = before.says,
                  .kept_as = ours ? "" : before.says,
                  .since = world.clock.now(),
                  .run = options.run};
  TRY(state.begin(journal));
  const auto proved = [&] { return state.proved(host, variant.name, says, variant); };
  const auto seen =
      server.can_be_asked()
          ? change_file(world, server,
                        {.says = says, .patience = options.patience, .say = options.say, .on_proved = proved})
          : only_write(world, server, after, proved);
  if (!seen) {
    // Only when it was seen to be as it was.
    const auto there = now_in_file(world, server);
    if (there && there->says == before.says && world.files.kind(backup_of(server.file())) != PathKind::file)
      TRY(state.restored(host, variant.name));
    return fail(seen.error());
  }
  TRY(close(journal, before, says, world.clock.now(), state));
  const Receipt receipt = receipt_of(journal, says, *seen);
  TRY(record(receipt, host, world.clock.now(), options.run, state));
  return receipt;
}

Status record_rendered(const World& world, state::State& state, const std::string& host,
                       const Variant& variant, const ServedVerification& seen, i64 run) {
  const Journal journal{.host = host, .name = variant.name, .variant = variant};
  const std::string says = fmt::format("{}", variant.num_ctx);
  TRY(close(journal, {}, says, world.clock.now(), state));
  Receipt receipt = receipt_of(journal, says, seen);
  receipt.via = "by hand";
  return record(receipt, host, world.clock.now(), run, state);
}

Result<std::optional<Recovered>> recover_served(const World& world, state::State& state, FileServer& server,
                                                const std::string& host, const std::string& name,
                                                const std::function<void(const std::string&)>& say) {
  TRY_ASSIGN(const std::vector<Journal> journals, state.journals());
  const Journal* journal = nullptr;
  for (const Journal& one : journals)
    if (one.host == host && one.name == name) journal = &one;
  if (journal == nullptr) {
    TRY_ASSIGN(const bool found, recover_file(world, server));
    if (found)
      say(printable(name, 60) + ": an earlier run was interrupted; what the file said before is back");
    return std::optional<Recovered>{};
  }
  TRY_ASSIGN(const auto before, state.variant(host, name));
  const auto there = now_in_file(world, server);
  const bool finished = there && !journal->proved_digest.empty() && there->says == journal->proved_digest;
  if (journal->rollback && finished) {
    TRY(world.files.remove(backup_of(server.file())));
    TRY_ASSIGN(const auto previous, state.previous(host, name));
    const bool to_ours = previous && previous->kept_as.empty();
    TRY(to_ours ? state.put_back(*previous) : state.rolled_back(host, name));
  } else if (finished) {
    TRY(world.files.remove(backup_of(server.file())));
    ServedNow old{.says = journal->kept_as};
    if (const auto text = world.files.read_all(server.file()); text && !old.says.empty()) {
      const auto undone = server.edited(*text, old.says);
      if (const auto said = undone ? server.now(*undone) : fail(undone.error()); said) old = *said;
    }
    TRY(close(*journal, old, journal->proved_digest, journal->since, state));
  } else {
    TRY(recover_file(world, server));
    TRY(state.restored(host, name));
  }
  say(fmt::format("{}: an earlier run was interrupted; {}", printable(name, 60),
                  finished ? "it had been proved, and stays" : "what the file said before is there"));
  return std::optional(Recovered{*journal, before, finished});
}

Result<WayBack> served_way_back(const World& world, state::State& state, FileServer& server,
                                const OwnedVariant& now) {
  TRY_ASSIGN(const ServedNow there, now_in_file(world, server));
  if (there.says != now.digest) {
    return fail({.kind = ErrorKind::usage,
                 .what = printable(now.variant.name, 60) + " is not as ctxcap left it",
                 .why = fmt::format("{} says {} now; ctxcap left {}", printable(server.file(), 120),
                                    printable(there.says, 80), printable(now.digest, 80)),
                 .hint = "somebody changed it since: edit it by hand"});
  }
  WayBack way{.now = now};
  TRY_ASSIGN(way.before, state.previous(now.host, now.variant.name));
  if (way.before) return way;
  return fail({.kind = ErrorKind::failure,
               .what = printable(now.variant.name, 60) + " cannot be rolled back",
               .why = "the state does not know what was there before it",
               .hint = "edit " + printable(server.file(), 120) + " by hand"});
}

Status roll_back_served(const World& world, state::State& state, FileServer& server, const WayBack& way,
                        const ServedOptions& options) {
  const OwnedVariant& back = *way.before;
  const std::string& host = way.now.host;
  const std::string& name = way.now.variant.name;
  TRY_ASSIGN(const std::string text, world.files.read_all(server.file()));
  TRY_ASSIGN(const std::string after, server.edited(text, back.digest));
  TRY(state.begin({.host = host,
                   .name = name,
                   .step = "editing",
                   .variant = back.variant,
                   .digest_before = way.now.digest,
                   .since = world.clock.now(),
                   .rollback = true}));
  const auto proved = [&] { return state.proved(host, name, back.digest, back.variant); };
  const auto seen = server.can_be_asked() ? change_file(world, server,
                                                        {.says = back.digest,
                                                         .any_window = true,
                                                         .patience = options.patience,
                                                         .say = options.say,
                                                         .on_proved = proved})
                                          : only_write(world, server, after, proved);
  if (!seen) {
    const auto there = now_in_file(world, server);
    if (there && there->says == way.now.digest) TRY(state.restored(host, name));
    return fail(seen.error());
  }
  if (way.gives_back()) return state.rolled_back(host, name);
  OwnedVariant again = back;
  again.created = world.clock.now();
  return state.put_back(again);
}

}  // namespace ctxcap::runtime
