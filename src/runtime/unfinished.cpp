#include <algorithm>

#include "base/text.hpp"
#include "runtime/closing.hpp"
#include "runtime/names.hpp"
#include "runtime/residents.hpp"
#include "runtime/rollback.hpp"

namespace ctxcap::runtime {
namespace {

// A model that was kept for a variant that did not come to be. An earlier variant may still need it.
Status drop_kept(const Journal& journal, const std::vector<InstalledModel>& installed, Ollama& ollama,
                 state::State& state) {
  if (journal.kept_as.empty() || digest_of(installed, journal.kept_as).empty()) return {};
  TRY_ASSIGN(const bool needed, state.keeps(journal.host, journal.kept_as));
  if (!needed) TRY(ollama.remove(journal.kept_as));
  return {};
}

std::string said(const Journal& journal, Recovery how) {
  const std::string name = printable(journal.name);
  switch (how) {
    case Recovery::finished:
      return name + ": an earlier run was interrupted after it was proved; it stays";
    case Recovery::restored:
      return name + ": an earlier run was interrupted; what was there before is back";
    case Recovery::removed:
      return name + ": an earlier run was interrupted; what it left was removed";
    case Recovery::nothing_to_do:
      break;
  }
  return name + ": an earlier run was interrupted; it had changed nothing";
}

// Whether it was brought to its end.
Result<bool> recover_one(const Journal& journal, Ollama& ollama, state::State& state,
                         const std::function<void(const std::string&)>& say) {
  if (journal.variant.name.empty()) {
    TRY(finish_rollback(journal, ollama, state));
    say(printable(journal.name) + ": a rollback was interrupted; it is done now");
    return true;
  }
  TRY_ASSIGN(const Recovery how, recover(ollama, {.name = journal.name,
                                                  .base = journal.variant.base,
                                                  .variant = journal.variant,
                                                  .had_previous = !journal.digest_before.empty(),
                                                  .proved_digest = journal.proved_digest}));
  say(said(journal, how));
  if (how == Recovery::finished) {
    TRY(close_proved(journal, journal.proved_digest, journal.since, state));
    return true;
  }
  TRY_ASSIGN(const std::vector<InstalledModel> installed, ollama.installed());
  // What somebody else put there meanwhile is theirs; then the kept one stays too, for them to decide.
  if (digest_of(installed, journal.name) == journal.digest_before)
    TRY(drop_kept(journal, installed, ollama, state));
  TRY(state.restored(journal.host, journal.name));
  return false;
}

}  // namespace

Status close_proved(const Journal& journal, const std::string& digest, Instant now, state::State& state) {
  const OwnedVariant entry{
      .host = journal.host, .variant = journal.variant, .digest = digest, .created = now};
  if (journal.rollback) return state.put_back(entry);
  std::optional<OwnedVariant> before;
  if (!journal.kept_as.empty()) {
    before = OwnedVariant{.host = journal.host,
                          .variant = {.name = journal.name},
                          .digest = journal.digest_before,
                          .created = now,
                          .kept_as = journal.kept_as};
  }
  return state.created(entry, before);
}

Status close_failed(const Journal& journal, Ollama& ollama, state::State& state) {
  const auto installed = ollama.installed();
  if (!installed || digest_of(*installed, journal.name) != journal.digest_before) return {};
  if (!digest_of(*installed, backup_name(journal.name)).empty()) return {};
  TRY(drop_kept(journal, *installed, ollama, state));
  return state.restored(journal.host, journal.name);
}

Result<std::vector<Recovered>> recover_unfinished(Ollama& ollama, state::State& state,
                                                  const std::function<void(const std::string&)>& say) {
  TRY_ASSIGN(const std::vector<Journal> journals, state.journals());
  std::vector<Recovered> recovered;
  const Journal* loaded = nullptr;  // what is to be loaded again, at last
  for (const Journal& journal : journals) {
    if (journal.host != ollama.host().id) continue;
    if (journal.name.empty()) {
      loaded = &journal;
      continue;
    }
    TRY_ASSIGN(const auto before, state.variant(journal.host, journal.name));
    TRY_ASSIGN(const bool finished, recover_one(journal, ollama, state, say));
    recovered.push_back({journal, before, finished});
  }
  if (loaded != nullptr) {
    for (const std::string& line : load_again(loaded->residents, loaded->since, ollama, state))
      say("an earlier run was interrupted; " + line);
  }
  return recovered;
}

std::vector<std::string> stray_backups(const std::vector<InstalledModel>& installed,
                                       const std::vector<Journal>& journals) {
  std::vector<std::string> names;
  for (const InstalledModel& model : installed) {
    const bool under_way = std::any_of(journals.begin(), journals.end(), [&](const Journal& journal) {
      return same_model(journal.backup, model.name);
    });
    if (is_backup_name(model.name) && !under_way) names.push_back(model.name);
  }
  return names;
}

}  // namespace ctxcap::runtime
