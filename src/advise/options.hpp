#pragma once
// the settings of a run that decides, with the files that they name read.

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "data/memory.hpp"
#include "data/serving.hpp"
#include "demand/demand.hpp"
#include "describe/describe.hpp"
#include "intake/intake.hpp"
#include "plan/plan.hpp"
#include "policy/policy.hpp"
#include "ports/world.hpp"
#include "settings/settings.hpp"

namespace ctxcap::advise {

struct AnalyzeOptions {
  intake::ReadOptions traces;
  std::vector<std::pair<std::string, std::string>> show;    // model ("" for any) and file
  std::vector<std::pair<std::string, std::string>> drafts;  // the same of what drafts for it
  std::string ollama_host;                                  // as OLLAMA_HOST writes it; "" for the default
  demand::RiskOptions risk;
  policy::Options policy;
  bool per_job = false;  // a window for each job, also where jobs share weights
  RuntimeSettings settings;
  std::optional<Budget> budget;    // nullopt: no card was given
  Target target = Target::ollama;  // what the windows are for
  plan::VariantOptions variant;
  std::string template_text, template_origin;
  std::optional<Tokens> environment_ctx;  // the server's default window
  std::vector<std::string> jobs;          // that the variant is for; empty: all
  bool what_if = false;                   // tables of other settings for a report
  bool several = false;                   // the file has several variants of this base
  // What a [[variant]] of the file says of its base, by the base's whole name; these have none of their own.
  std::map<std::string, AnalyzeOptions> of_base;

  // Those of that base: its [[variant]]'s, else these.
  const AnalyzeOptions& of(const std::string& base) const;

  // What its models are, is asked there.
  describe::Sources whom_to_ask() const {
    return {show, ollama_host, settings, drafts, target == Target::ollama};
  }
};

// Files that a run writes beside what the settings name.
struct RunFiles {
  std::vector<std::string> outputs;  // -o
  std::string bad_rows;              // --bad-lines; "": none
};

// Reads the files that the settings name. What is written must be none of what is read. Errors:
// ErrorKind::usage.
Result<AnalyzeOptions> settle(const settings::Settings& settings, World& world, const RunFiles& files = {});

// What one variant is decided by and made of; without sources, and without its SYSTEM text.
Result<AnalyzeOptions> options_of(const settings::Variant& variant, const settings::Settings& settings,
                                  const settings::Ollama& server, World& world);

// The SYSTEM text in that file, without the line end that editors leave behind it; nullopt: no file is named.
Result<std::optional<std::string>> system_text(const std::string& path, World& world);

// Error (ErrorKind::usage) when no source of requests is named. `usage`: a command line that names one.
Status require_sources(const settings::Settings& settings, const std::string& usage);

}  // namespace ctxcap::advise
