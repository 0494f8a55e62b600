#include "app/unfinished.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"

namespace ctxcap::app {
namespace {

// The digest of what stands under the name; empty: nothing.
std::string digest_of(const std::vector<InstalledModel>& installed, const std::string& name) {
  for (const InstalledModel& model : installed) {
    if (runtime::same_model(model.name, name)) return model.digest;
  }
  return "";
}

// A model that was kept for a variant that did not come to be. An earlier variant may still need it.
Status drop_kept(const state::Journal& journal, const std::vector<InstalledModel>& installed,
                 runtime::Ollama& ollama, state::State& state) {
  if (journal.kept_as.empty() || digest_of(installed, journal.kept_as).empty()) return {};
  TRY_ASSIGN(const bool needed, state.keeps(journal.host, journal.kept_as));
  if (!needed) TRY(ollama.remove(journal.kept_as));
  return {};
}

std::string said(const state::Journal& journal, runtime::Recovery how) {
  const std::string name = printable(journal.name);
  switch (how) {
    case runtime::Recovery::finished:
      return name + ": an earlier run was cut short after it was proved; it stays";
    case runtime::Recovery::restored:
      return name + ": an earlier run was cut short; what was there before is back";
    case runtime::Recovery::removed:
      return name + ": an earlier run was cut short; what it left was removed";
    case runtime::Recovery::nothing_to_do:
      break;
  }
  return name + ": an earlier run was cut short; it had changed nothing";
}

Status recover_one(const state::Journal& journal, runtime::Ollama& ollama, state::State& state, Talk& talk) {
  TRY_ASSIGN(const runtime::Recovery how,
             runtime::recover(ollama, {.name = journal.name,
                                       .base = journal.variant.base,
                                       .had_previous = !journal.digest_before.empty(),
                                       .proved_digest = journal.proved_digest}));
  talk.note(said(journal, how));
  if (how == runtime::Recovery::finished)
    return close_proved(journal, journal.proved_digest, journal.since, state);
  TRY_ASSIGN(const std::vector<InstalledModel> installed, ollama.installed());
  // What somebody else put there meanwhile is theirs; then the kept one stays too, for them to decide.
  if (digest_of(installed, journal.name) == journal.digest_before)
    TRY(drop_kept(journal, installed, ollama, state));
  return state.restored(journal.host, journal.name);
}

}  // namespace

Status close_proved(const state::Journal& journal, const std::string& digest, Instant now,
                    state::State& state) {
  std::optional<state::OwnedVariant> before;
  if (!journal.kept_as.empty()) {
    before = state::OwnedVariant{.host = journal.host,
                                 .variant = {.name = journal.name},
                                 .digest = journal.digest_before,
                                 .created = now,
                                 .kept_as = journal.kept_as};
  }
  return state.created({.host = journal.host, .variant = journal.variant, .digest = digest, .created = now},
                       before);
}

Status close_failed(const state::Journal& journal, runtime::Ollama& ollama, state::State& state) {
  const auto installed = ollama.installed();
  if (!installed || digest_of(*installed, journal.name) != journal.digest_before) return {};
  if (!digest_of(*installed, runtime::backup_name(journal.name)).empty()) return {};
  TRY(drop_kept(journal, *installed, ollama, state));
  return state.restored(journal.host, journal.name);
}

Result<bool> recover_unfinished(runtime::Ollama& ollama, state::State& state, Talk& talk) {
  TRY_ASSIGN(const std::vector<state::Journal> journals, state.journals());
  bool any = false;
  for (const state::Journal& journal : journals) {
    if (journal.host != ollama.host().url) continue;
    any = true;
    TRY(recover_one(journal, ollama, state, talk));
  }
  return any;
}

}  // namespace ctxcap::app
