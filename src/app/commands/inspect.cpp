// ctxcap inspect: what a model is, and what each window of it takes, term by term.

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "app/commands.hpp"
#include "app/inspect_tenant.hpp"
#include "app/inspect_vllm.hpp"
#include "apply/apply.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "describe/describe.hpp"
#include "memory/memory.hpp"
#include "model/model.hpp"
#include "runtime/runtime.hpp"
#include "state/state.hpp"
#include "tenants/tenants.hpp"

namespace ctxcap::app {
namespace {

struct InspectFlags {
  std::string model;
  cli::SkinFlags output{.pages = false};
  bool measure = false;
  std::vector<std::string> contexts;
  VllmFlags vllm;
  TenantFlags tenant;
};

constexpr Tokens kLargestWindow = Tokens{1} << 40;  // far beyond any model, and far from overflow

Error too_large(Tokens window) {
  return {.kind = ErrorKind::usage,
          .what = fmt::format("--context cannot be {}", window),
          .why = "no model has so large a window",
          .hint = "write it like --context 4096,8192"};
}

Error one_model_only() {
  return {.kind = ErrorKind::usage,
          .what = "inspect looks at one model",
          .why = "give its name, or a saved answer of /api/show; only an installed model can be measured",
          .hint = "ctxcap inspect MODEL   or   ctxcap inspect --show FILE"};
}

// As asked; else the usual ones up to what the model declares, its own marks among them.
Result<std::vector<Tokens>> windows(const InspectFlags& flags, const ModelArch& arch) {
  std::vector<Tokens> windows;
  for (const std::string& entry : flags.contexts) {
    for (const std::string_view part : split(entry, ',')) {
      TRY_ASSIGN(const Tokens tokens, parse_tokens(part));
      if (tokens > kLargestWindow) return fail(too_large(tokens));
      windows.push_back(tokens);
    }
  }
  return windows.empty() ? memory::usual_windows(arch) : windows;
}

// One column of the table for each: as set, or the three that people choose between.
std::vector<RuntimeSettings> variations(const RuntimeSettings& settings, bool type_given) {
  if (type_given) return {settings};
  std::vector<RuntimeSettings> all;
  for (const char* type : {"f16", "q8_0", "q4_0"}) {
    all.push_back(settings);
    all.back().kv_type_k = all.back().kv_type_v = type;
  }
  return all;
}

Result<Inspection> from_file(const std::string& path, const ServerBuild& build, World& world) {
  TRY_ASSIGN(const ModelDescription description, describe::description_from_file(path, "", build, world));
  const DescribedModel described = model::described(description);
  return Inspection{.arch = *described.arch, .options = described.load_options};
}

// The draft that is told for this model, or for any.
Status add_draft(Inspection& inspection, const std::vector<std::pair<std::string, std::string>>& told,
                 const ServerBuild& build, World& world) {
  for (const auto& [model, path] : told) {
    if (!model.empty() && !same_model(model, inspection.model)) continue;
    TRY_ASSIGN(const Inspection draft, from_file(path, build, world));
    inspection.arch.draft_model = std::make_shared<const ModelArch>(draft.arch);
  }
  return {};
}

Result<Inspection> from_server(const InspectFlags& flags, const settings::Ollama& server,
                               const RuntimeSettings& settings, World& world, Talk& talk) {
  TRY_ASSIGN(runtime::Host host, runtime::parse_host(server.host));
  runtime::Ollama ollama = apply::server_of(server, host, world);
  TRY_ASSIGN(
      const ModelDescription description,
      describe::description_from_server(ollama, flags.model, describe::build_of(ollama, settings.build)));
  const DescribedModel described = model::described(description);
  Inspection inspection{
      .model = description.name, .arch = *described.arch, .options = described.load_options};
  const RuntimeSettings runs = memory::as_ollama_runs(inspection.arch, settings);
  if (flags.measure) {
    const auto& abilities = description.capabilities;
    if (!abilities.empty() &&
        std::find(abilities.begin(), abilities.end(), "completion") == abilities.end()) {
      return fail(runtime::cannot_measure(flags.model,
                                          "it only makes embeddings, and is not loaded with a window",
                                          "ctxcap inspect " + printable(flags.model, 60)));
    }
    TRY_ASSIGN(const auto lock, state::lock(world, host.id));
    TRY_ASSIGN(state::State state, state::State::open(world));
    TRY(apply::recover_unfinished(ollama, state, talk));
    TRY_ASSIGN(inspection.measured,
               describe::measure(ollama, flags.model, inspection.arch, runs, state, world, talk));
    TRY(state.record(*inspection.measured));
    return inspection;
  }
  const auto known = describe::known_calibration(ollama, flags.model, runs, world);
  if (known) {
    inspection.measured = *known;
  } else {
    talk.note(describe::unused_measurements(known.error()));
  }
  return inspection;
}

// Where a value of [ollama] comes from.
settings::Origin origin_of(const settings::Reading& read, const std::string& key) {
  const auto found = std::find_if(read.shown.begin(), read.shown.end(),
                                  [&](const settings::Shown& shown) { return shown.key == "ollama." + key; });
  return found == read.shown.end() ? settings::Origin::built_in : found->origin;
}

void add_largest(Inspection& inspection, const RuntimeSettings& variation) {
  if (!inspection.arch.known() || !inspection.arch.no_window.empty() || inspection.contexts.empty()) return;
  if (variation.backend == "cpu") return;  // nothing of it is on a card
  inspection.largest.push_back(
      {variation.kv_type_k, variation.kv_type_v,
       memory::largest_that_stays(inspection.arch, variation, inspection.measured),
       memory::largest_that_stays(inspection.arch, variation, inspection.measured, memory::End::upper)});
}

// What a server does not have may be a tenant that is spelt in another way.
Result<Inspection> or_meant_tenant(Result<Inspection> read, const std::string& name) {
  const std::string near = read ? "" : tenants::engine_near(name);
  if (!near.empty()) read.error().hint = "did you mean the tenant " + near + "? see ctxcap help tenants";
  return read;
}

// A tenant of the catalogue is no model of a server.
Result<ExitCode> run_tenant(const InspectFlags& flags, World& world, Talk& talk) {
  TRY_ASSIGN(const TenantNeed need, inspected_tenant(flags.tenant, world, talk));
  TRY(cli::write_skins({.text = [&](const auto& style) { return report::tenant_need_text(need, style); },
                        .json = [&] { return tenant_json(need); }},
                       flags.output, world, talk));
  return ExitCode::done;
}

Result<ExitCode> run_inspect(const InspectFlags& flags, const settings::Reading& read, World& world,
                             Talk& talk) {
  TRY(cli::check_skins("inspect", flags.output));
  if (flags.vllm.target == "vllm") {
    const bool typed = origin_of(read, "version") == settings::Origin::flag;
    return inspect_vllm(flags.vllm, flags.model, typed ? read.settings.ollama.version : "",
                        read.settings.card, flags.output, world, talk);
  }
  if (!flags.vllm.url.empty()) {
    return fail({.kind = ErrorKind::usage,
                 .what = "--url is for --target vllm",
                 .why = "Ollama is named by --ollama",
                 .hint = "ctxcap inspect --target vllm --url http://127.0.0.1:8000"});
  }
  if (tenants::is_tenant(flags.model)) return run_tenant(flags, world, talk);
  if (!flags.tenant.free.empty() || !flags.tenant.lengths.empty()) {
    return fail({.kind = ErrorKind::usage,
                 .what = "--free and --lengths are for a tenant's batch",
                 .why = "a model of a server has none",
                 .hint = "ctxcap inspect embed:bge-m3,fp16 --free 4GiB"});
  }
  const settings::Ollama& server = read.settings.ollama;
  // A saved answer that the configuration names is meant where no model is.
  const bool is_file = flags.model.ends_with(".gguf");
  const bool from_saved = origin_of(read, "show") == settings::Origin::flag || flags.model.empty() || is_file;
  if (from_saved && (is_file ? flags.measure || origin_of(read, "show") == settings::Origin::flag
                             : server.show.size() != 1 || !flags.model.empty() || flags.measure))
    return fail(one_model_only());
  RuntimeSettings settings = server.settings;
  TRY_ASSIGN(settings.build, describe::told_build(server));
  TRY_ASSIGN(Inspection inspection,
             from_saved ? from_file(is_file ? flags.model : server.show.front().second, settings.build, world)
                        : or_meant_tenant(from_server(flags, server, settings, world, talk), flags.model));
  TRY(add_draft(inspection, server.draft_models, settings.build, world));
  inspection.layers = memory::groups_of(inspection.arch.layers);
  // A flag is taken at its word.
  if (origin_of(read, "parallel") != settings::Origin::flag)
    settings = memory::as_ollama_runs(inspection.arch, settings);
  LoadOptions options = inspection.options;
  if (inspection.measured) options.num_batch.reset();  // it was measured with it
  settings = memory::with_options(options, std::move(settings));
  TRY_ASSIGN(const std::vector<Tokens> asked, windows(flags, inspection.arch));
  inspection.card = read.settings.card;
  if (inspection.card) memory::use_cards(*inspection.card, settings);
  const bool type_given = origin_of(read, "kv_type") != settings::Origin::built_in;
  for (const RuntimeSettings& variation : variations(settings, type_given)) {
    for (const Tokens window : asked) {
      inspection.contexts.push_back(
          memory::inspected(inspection.arch, window, variation, inspection.measured));
    }
    if (inspection.card) add_largest(inspection, variation);
  }
  if (inspection.contexts.size() == 1 && inspection.contexts.front().refused)
    return fail(*inspection.contexts.front().refused);
  TRY(cli::write_skins({.text = [&](const auto& style) { return report::inspection_text(inspection, style); },
                        .json = [&] { return inspection_json(inspection); }},
                       flags.output, world, talk));
  return ExitCode::done;
}

Runner configure_inspect(Parser& parser) {
  const auto flags = std::make_shared<InspectFlags>();
  parser
      .add_option("MODEL", flags->model,
                  "Name of an installed model, a GGUF file, or a tenant: ctxcap help tenants")
      .type_name("MODEL");
  parser.add_flag("--measure", flags->measure,
                  "Load the model at two windows and remember what it really takes");
  parser.add_option("--context", flags->contexts, "Windows to look at, e.g. 4096,8192").type_name("TOKENS");
  add_vllm_flags(parser, flags->vllm);
  parser.add_option("--free", flags->tenant.free, "Advise on a tenant's largest batch that fits this size")
      .type_name("SIZE");
  parser
      .add_option("--lengths", flags->tenant.lengths,
                  "Tokens of the texts that an embedder gets, one a line, or traces")
      .type_name("FILE");
  cli::add_skin_flags(parser, flags->output);
  return [flags](const settings::Reading& read, World& world, Talk& talk) {
    flags->tenant.tenant = flags->model;
    return run_inspect(*flags, read, world, talk);
  };
}

}  // namespace

constinit const Command kInspect{
    "inspect", "What a model is, and what each window takes on the card, term by term",
    "  ctxcap inspect devstral-small-2\n"
    "  ctxcap inspect gemma3:4b --context 4096,40960 --kv-type q8_0\n"
    "  ctxcap inspect --show show.json --parallel 4 -f json\n"
    "  ctxcap inspect devstral-small-2 --measure\n"
    "  ctxcap inspect Qwen3-8B-Q4_K_M.gguf --context 8192\n"
    "  ctxcap inspect --target vllm --config Qwen3-8B/config.json --available 6GiB\n"
    "  ctxcap inspect faster-whisper:large-v3,int8_float16,batch=8\n"
    "  ctxcap inspect embed:bge-m3,fp16 --free 4GiB --lengths lengths.txt\n",
    configure_inspect, settings::kInspect};

}  // namespace ctxcap::app
