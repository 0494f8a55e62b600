#include "advise/options.hpp"

#include <algorithm>

#include "advise/keep.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "cli/cli.hpp"
#include "data/model_name.hpp"
#include "describe/describe.hpp"
#include "memory/memory.hpp"
#include "render/render.hpp"
#include "sources/sources.hpp"

namespace ctxcap::advise {
namespace {

// The file that each setting names, and the flag that it could have been.
std::vector<cli::NamedFile> files_read(const settings::Settings& settings, const AnalyzeOptions& options) {
  std::vector<cli::NamedFile> read;
  if (!settings.path.empty()) read.push_back({"--config", settings.path});
  for (const auto& [model, path] : options.show) read.push_back({"--show", path});
  for (const auto& [model, path] : options.drafts) read.push_back({"--draft-model", path});
  const auto add = [&](const settings::Variant& variant) {
    if (!variant.system_file.empty()) read.push_back({"--system-file", variant.system_file});
    if (!variant.policy.template_file.empty()) read.push_back({"--template", variant.policy.template_file});
  };
  add(settings.variant);
  for (const settings::Variant& variant : settings.variants) add(variant);
  return read;
}

Status check_files(const settings::Settings& settings, const AnalyzeOptions& options, const RunFiles& files,
                   World& world) {
  std::vector<cli::NamedFile> written;
  for (const std::string& path : files.outputs) written.push_back({"-o", path});
  if (!files.bad_rows.empty()) written.push_back({"--bad-lines", files.bad_rows});
  if (written.empty()) return {};
  std::vector<cli::NamedFile> read = files_read(settings, options);
  for (const SourceSettings& source : options.traces.sources) {
    TRY_ASSIGN(const std::vector<std::string> paths, sources::files_of(source, world));
    for (const std::string& path : paths) read.push_back({std::string(source.kind->flag), path});
  }
  return cli::keep_apart(written, read, world.files);
}

}  // namespace

Result<std::optional<std::string>> system_text(const std::string& path, World& world) {
  if (path.empty()) return std::optional<std::string>{};
  TRY_ASSIGN(std::string text, world.files.read_all(path));
  // The line end that every editor leaves at the end of a file is not part of the prompt.
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return std::optional(std::move(text));
}

const AnalyzeOptions& AnalyzeOptions::of(const std::string& base) const {
  const auto own = std::find_if(of_base.begin(), of_base.end(),
                                [&](const auto& one) { return same_model(one.first, base); });
  return own == of_base.end() ? *this : own->second;
}

Status require_sources(const settings::Settings& settings, const std::string& usage) {
  if (!settings.sources.empty()) return {};
  const auto host = parse_host(settings.ollama.host);
  if (host && host->reach == Reach::remote) {
    return fail({.kind = ErrorKind::usage,
                 .what = "no source of requests is named",
                 .why = "Ollama runs at " + printable(host->url, 120) + ", so its log is not on this machine",
                 .hint = "if it is this machine: ctxcap analyze --ollama-log auto; else: ssh HOST journalctl "
                         "-u ollama -o short-iso > ollama.log; ctxcap analyze --ollama-log ollama.log"});
  }
  return fail({.kind = ErrorKind::usage,
               .what = "no traces given",
               .why = "the numbers come from request logs",
               .hint = usage});
}

Result<AnalyzeOptions> options_of(const settings::Variant& variant, const settings::Settings& settings,
                                  const settings::Ollama& server, World& world) {
  // [card] is that of the server that this run speaks to; the others have their own.
  const std::optional<Budget>& card = server.name == settings.ollama.name ? settings.card : server.card;
  AnalyzeOptions options{
      .ollama_host = server.host,
      .risk = {.risk = variant.policy.risk, .confidence = variant.policy.confidence},
      .policy = {.native_stretch = variant.policy.native_stretch, .num_ctx = variant.num_ctx},
      .per_job = settings.policy.per_job,
      .settings = server.settings,
      .budget = card,
      .target = variant.target,
      .template_text = std::string(render::modelfile_template()),
      .template_origin = "built-in modelfile.mustache",
      .environment_ctx = server.context_length};
  options.policy.min_requests = variant.policy.min_requests;
  options.policy.no_limit = variant.no_limit;
  TRY_ASSIGN(options.settings.build, describe::told_build(server));
  options.settings = memory::with_options(load_options_of(variant.parameters, {}), options.settings);
  options.risk.num_predict = variant.limit();
  options.show = server.show;
  options.drafts = server.draft_models;
  options.variant.tag = variant.tag;
  options.variant.name = variant.name;
  options.variant.parameters = variant.parameters;
  if (variant.limit())
    std::erase_if(options.variant.parameters, [](const auto& one) { return one.first == "num_predict"; });
  if (card) {  // Ollama takes smaller batches on a card that is full already
    memory::use_cards(*card, options.settings);
  }
  if (variant.policy.template_file.empty()) return options;
  TRY_ASSIGN(options.template_text, world.files.read_all(variant.policy.template_file));
  options.template_origin = variant.policy.template_file;
  return options;
}

Result<AnalyzeOptions> settle(const settings::Settings& settings, World& world, const RunFiles& files) {
  TRY_ASSIGN(AnalyzeOptions options, options_of(settings.variant, settings, settings.ollama, world));
  TRY_ASSIGN(options.variant.system, system_text(settings.variant.system_file, world));
  // Several variants of a base are for several jobs of it, which only a night can keep apart.
  std::map<std::string, int> variants;
  const auto is_here = [&](const settings::Variant& variant) {
    return variant.server == settings.ollama.name;
  };
  for (const settings::Variant& variant : settings.variants) {
    if (is_here(variant)) ++variants[with_tag(variant.base)];
  }
  const AnalyzeOptions plain = options;
  for (const settings::Variant& variant : settings.variants) {
    if (!is_here(variant)) continue;
    AnalyzeOptions own = plain;
    own.several = variants[with_tag(variant.base)] > 1;
    if (!own.several) {
      TRY_ASSIGN(own, options_of(variant, settings, settings.ollama, world));
      TRY_ASSIGN(own.variant.system, system_text(variant.system_file, world));
      own.jobs = variant.jobs;
    }
    options.of_base.insert_or_assign(with_tag(variant.base), std::move(own));
  }
  TRY_ASSIGN(options.traces.sources, sources::settle(settings.sources, world));
  options.traces.bad_rows = files.bad_rows;
  options.traces.most_jobs = intake::kMostJobs;
  options.traces.keep_requests = options.per_job;  // reloads are counted from their order
  TRY(check_files(settings, options, files, world));
  return options;
}

}  // namespace ctxcap::advise
