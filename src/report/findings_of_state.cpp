// What doctor says of the state, and of what a server has against it.

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/units.hpp"
#include "data/model_name.hpp"
#include "report/report.hpp"

namespace ctxcap::report {
namespace {

using Level = Finding::Level;

}  // namespace

Finding health_of(const Health& health) {
  const std::string path = printable(health.path);
  if (!health.exists) return {Level::ok, "state", path + ": none yet; the first change creates it", ""};
  if (!health.damage.empty()) {
    return {Level::bad, "state", fmt::format("{}: damaged: {}", path, health.damage),
            fmt::format("put a backup in its place, or try: sqlite3 {} .recover", path)};
  }
  return {Level::ok, "state",
          fmt::format("{}: sound, schema {}, {}: {} of jobs in {}, {}, {}", path, health.version,
                      human_bytes(health.file_bytes), counted(health.demand_rows, "day"),
                      human_bytes(health.demand_bytes), counted(health.decisions, "decision"),
                      counted(health.runs, "run")),
          ""};
}

std::vector<Finding> half_done(const std::vector<Journal>& journals) {
  std::vector<Finding> findings;
  for (const Journal& journal : journals) {
    if (journal.name.empty()) {
      findings.push_back(
          {Level::warn, "journal",
           fmt::format("{}: a change unloaded {} and did not load it again", printable(journal.host),
                       counted(static_cast<i64>(journal.residents.size()), "model")),
           "the next ctxcap apply, rollback or nightly on that server does"});
      continue;
    }
    findings.push_back({Level::warn, "journal",
                        fmt::format("{} on {}: a change that began at {} did not end (step: {})",
                                    printable(journal.name), printable(journal.host), rfc3339(journal.since),
                                    journal.step.empty() ? "none" : journal.step),
                        "the next ctxcap apply, rollback or nightly on that server puts it in order"});
  }
  return findings;
}

std::vector<Finding> stray_backups(const std::vector<std::string>& names) {
  std::vector<Finding> findings;
  for (const std::string& name : names) {
    findings.push_back({Level::warn, "models", printable(name) + ": a backup that no change needs",
                        "ollama rm " + printable(name)});
  }
  return findings;
}

std::vector<Finding> fate_of(const std::vector<OwnedVariant>& ours,
                             const std::vector<InstalledModel>& installed,
                             const std::vector<Journal>& journals) {
  std::vector<Finding> findings;
  for (const OwnedVariant& one : ours) {
    const std::string name = printable(one.variant.name);
    const InstalledModel* there = find_model(installed, one.variant.name);
    // What stands there is that change's, and told with it.
    if (std::any_of(journals.begin(), journals.end(), [&](const Journal& journal) {
          return journal.host == one.host && same_model(journal.name, one.variant.name);
        }))
      continue;
    if (there == nullptr) {
      findings.push_back({Level::warn, "models", name + ": created by ctxcap, and removed since", ""});
    } else if (there->digest != one.digest) {
      findings.push_back({Level::warn, "models",
                          name + ": created by ctxcap, and changed since by somebody else",
                          "ollama show " + name});
    } else {
      findings.push_back({Level::ok, "models",
                          fmt::format("{}: as ctxcap left it at {}", name, with_commas(one.variant.num_ctx)),
                          ""});
    }
  }
  return findings;
}

}  // namespace ctxcap::report
