#pragma once
// Inside app/: what people can set, in groups that commands share. Each group has one function that adds its
// flags; the environment fills in what flags left open (see settle()).

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/read_sources.hpp"
#include "app/source_flags.hpp"
#include "base/result.hpp"
#include "data/memory.hpp"
#include "demand/demand.hpp"
#include "plan/plan.hpp"
#include "policy/policy.hpp"
#include "ports/world.hpp"

namespace ctxcap::app {

class Parser;

// As typed; empty: not given.
struct AnalyzeFlags {
  SourceFlags sources;
  std::vector<std::string> map;
  std::string bad_lines;
  std::vector<std::string> show;  // [MODEL=]FILE
  std::string ollama_host;
  double risk = 0.001, confidence = 0.95, native_stretch = 2.0;
  std::string num_ctx, num_predict;
  bool per_job = false;
  std::string parallel, kv_type, flash_attention, num_batch, backend;
  std::string card, reserve;
  std::vector<std::string> tenants;  // NAME=SIZE
  std::string tag, name, system_file, template_file;
  std::vector<std::string> parameters;  // NAME=VALUE
};

struct OutputFlags {
  std::string format = "table";
  std::vector<std::string> files;
};

void add_trace_flags(Parser& parser, AnalyzeFlags& flags);
void add_model_flags(Parser& parser, AnalyzeFlags& flags);
void add_policy_flags(Parser& parser, AnalyzeFlags& flags);
void add_runtime_flags(Parser& parser, AnalyzeFlags& flags);
void add_budget_flags(Parser& parser, AnalyzeFlags& flags);
void add_variant_flags(Parser& parser, AnalyzeFlags& flags);
void add_output_flags(Parser& parser, OutputFlags& flags);
// Traces, models, policy and server together: what every command that reads demand takes.
void add_demand_flags(Parser& parser, AnalyzeFlags& flags);

// Error (ErrorKind::usage) when no source of requests is named. `usage`: a command line that names one.
Status require_traces(const AnalyzeFlags& flags, const std::string& usage);

// Read and checked.
struct AnalyzeOptions {
  ReadOptions traces;
  std::vector<std::pair<std::string, std::string>> show;  // model ("" for any) and file
  std::string ollama_host;                                // as OLLAMA_HOST writes it; "" for the default
  demand::RiskOptions risk;
  policy::Options policy;
  bool per_job = false;  // a window for each job, also where jobs share weights
  RuntimeSettings settings;
  std::optional<Budget> budget;  // nullopt: no card was given
  plan::VariantOptions variant;
  std::string template_text, template_origin;
  std::optional<Tokens> environment_ctx;  // OLLAMA_CONTEXT_LENGTH
};

// The server settings alone, for commands that read no traces.
Result<RuntimeSettings> settle_settings(const AnalyzeFlags& flags, World& world);

// Flags over environment over defaults; reads the files that flags name. `outputs`: the files of -o, which
// must be none of those that are read. Errors: ErrorKind::usage.
Result<AnalyzeOptions> settle(const AnalyzeFlags& flags, World& world,
                              const std::vector<std::string>& outputs = {});

}  // namespace ctxcap::app
