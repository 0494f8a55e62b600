// What is left of applies that were killed.

#include <fmt/format.h>

#include "app/change.hpp"
#include "base/text.hpp"

namespace ctxcap::app {
namespace {

std::string told(runtime::Recovery recovery, const std::string& name) {
  const std::string shown = printable(name, 60);
  switch (recovery) {
    case runtime::Recovery::restored:
      return fmt::format("note: an earlier run was cut short; the previous {} was restored", shown);
    case runtime::Recovery::finished:
      return fmt::format("note: an earlier run was cut short after {} was proved; it stays", shown);
    case runtime::Recovery::removed:
      return fmt::format("note: an earlier run was cut short; the unproved {} was removed", shown);
    case runtime::Recovery::nothing_to_do:
      break;
  }
  return fmt::format("note: an earlier run was cut short before {} was changed", shown);
}

// The copy of a model that was not ours, made by an apply that never replaced it.
Status drop_kept(const std::string& name, const std::vector<InstalledModel>& installed,
                 runtime::Ollama& ollama, state::State& state) {
  const std::string kept = runtime::kept_name(name);
  if (find_model(installed, kept) == nullptr) return {};
  TRY_ASSIGN(const auto latest, state.variant(ollama.host().url, name));
  TRY_ASSIGN(const auto previous, state.previous(ollama.host().url, name));
  if ((latest && latest->kept_as == kept) || (previous && previous->kept_as == kept)) return {};
  TRY(ollama.remove(kept));
  return {};
}

}  // namespace

Status recover_all(runtime::Ollama& ollama, state::State& state, Talk& talk) {
  const std::string& host = ollama.host().url;
  TRY_ASSIGN(const std::vector<state::Journal> journals, state.journals());
  TRY_ASSIGN(const std::vector<state::OwnedVariant> owned, state.variants());
  TRY_ASSIGN(const std::vector<InstalledModel> installed, ollama.installed());
  for (const state::Journal& journal : journals) {
    if (journal.host != host) continue;
    TRY_ASSIGN(const runtime::Recovery recovery,
               runtime::recover(ollama, {.name = journal.name,
                                         .base = journal.base,
                                         .had_previous = !journal.digest_before.empty(),
                                         .proved_digest = journal.proved_digest}));
    TRY(drop_kept(journal.name, installed, ollama, state));
    TRY(state.restored(host, journal.name));
    talk.note(told(recovery, journal.name));
  }
  // The new one was recorded as ours, and its predecessor's backup was left.
  for (const state::OwnedVariant& variant : owned) {
    const std::string& name = variant.variant.name;
    if (variant.host != host || find_model(installed, runtime::backup_name(name)) == nullptr) continue;
    TRY_ASSIGN(const runtime::Recovery recovery,
               runtime::recover(ollama, {.name = name,
                                         .base = variant.variant.base,
                                         .proved_digest = variant.digest}));
    talk.note(told(recovery, name));
  }
  return {};
}

}  // namespace ctxcap::app
