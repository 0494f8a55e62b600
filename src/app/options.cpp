#include "app/options.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/assets.hpp"
#include "app/keep_apart.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "sources/sources.hpp"

namespace ctxcap::app {
namespace {

Error wrong_flag(std::string what, std::string why, std::string hint) {
  return {.kind = ErrorKind::usage, .what = std::move(what), .why = std::move(why), .hint = std::move(hint)};
}

// "NAME=VALUE"
Result<std::pair<std::string, std::string>> pair_of(const std::string& text, const std::string& flag,
                                                    const std::string& example) {
  const std::size_t equals = text.find('=');
  if (equals == 0 || equals == std::string::npos) {
    return fail(wrong_flag(fmt::format("{} cannot read \"{}\"", flag, printable(text, 60)),
                           "it is not NAME=VALUE", "write it like " + flag + " " + example));
  }
  return std::pair{text.substr(0, equals), text.substr(equals + 1)};
}

std::string flag_or_environment(const std::string& flag, World& world, const char* variable) {
  return flag.empty() ? world.environment.get(variable).value_or("") : flag;
}

Result<std::optional<Tokens>> tokens_of(const std::string& text, const std::string& flag) {
  if (text.empty()) return std::optional<Tokens>{};
  const Result<Tokens> tokens = parse_tokens(text);
  if (!tokens || *tokens < 1) {
    return fail(wrong_flag(fmt::format("{} cannot be \"{}\"", flag, printable(text, 40)),
                           "it is a whole number of tokens above 0", "write it like " + flag + " 8192"));
  }
  return std::optional(*tokens);
}

// 24 are 24 bytes to a machine, and gibibytes to whoever typed it: as in the configuration, the unit is said.
Result<Bytes> size_of(const std::string& text, const std::string& flag) {
  if (const auto bare = parse_number(text)) {
    if (*bare == 0) return Bytes{0};
    return fail(wrong_flag(fmt::format("{} cannot be \"{}\"", flag, printable(text, 40)),
                           "a size needs its unit: GiB or GB, MiB or MB", "write it like 24GiB or 7.7GB"));
  }
  return parse_bytes(text);
}

Status settle_traces(const AnalyzeFlags& flags, AnalyzeOptions& options) {
  SourceFlags sources = flags.sources;
  for (const std::string& entry : flags.map) {
    for (const std::string_view part : split(entry, ',')) {
      TRY_ASSIGN(auto pair,
                 pair_of(std::string(part), "--map", "prompt=ContextTokens,generation=GeneratedTokens"));
      sources.asked.map.push_back(std::move(pair));
    }
  }
  TRY_ASSIGN(options.traces.sources, named_sources(sources, sources::kinds(), true));
  options.traces.bad_rows = flags.bad_lines;
  for (const std::string& entry : flags.show) {
    const std::size_t equals = entry.find('=');
    // A path may hold "=", a model's name cannot: what is before it must not look like a path.
    const bool named = equals != std::string::npos && entry.find('/') > equals && entry.find('.') > equals;
    options.show.emplace_back(named ? entry.substr(0, equals) : "", named ? entry.substr(equals + 1) : entry);
  }
  return {};
}

Status check_files(const AnalyzeFlags& flags, const AnalyzeOptions& options,
                   const std::vector<std::string>& outputs, World& world) {
  std::vector<NamedFile> written, read;
  for (const std::string& path : outputs) written.push_back({"-o", path});
  if (!flags.bad_lines.empty()) written.push_back({"--bad-lines", flags.bad_lines});
  if (written.empty()) return {};
  for (const SourceSettings& source : options.traces.sources) {
    TRY_ASSIGN(const std::vector<std::string> paths, sources::files_of(source, world));
    for (const std::string& path : paths) read.push_back({std::string(source.kind->flag), path});
  }
  for (const auto& show : options.show) read.push_back({"--show", show.second});
  if (!flags.system_file.empty()) read.push_back({"--system-file", flags.system_file});
  if (!flags.template_file.empty()) read.push_back({"--template", flags.template_file});
  return keep_apart(written, read, world.files);
}

Status settle_policy(const AnalyzeFlags& flags, AnalyzeOptions& options) {
  if (!(flags.risk > 0 && flags.risk < 1)) {
    return fail(wrong_flag(fmt::format("--risk cannot be {}", flags.risk),
                           "it is a share of requests between 0 and 1", "one in a thousand is --risk 0.001"));
  }
  if (!(flags.confidence > 0 && flags.confidence < 1)) {
    return fail(wrong_flag(fmt::format("--confidence cannot be {}", flags.confidence),
                           "it is between 0 and 1", "the default is --confidence 0.95"));
  }
  if (!(flags.native_stretch >= 1)) {
    return fail(wrong_flag(fmt::format("--native-stretch cannot be {}", flags.native_stretch),
                           "it is 1 or more",
                           "--native-stretch 1 takes native only where it is the smallest rung"));
  }
  options.per_job = flags.per_job;
  options.traces.keep_requests = flags.per_job;  // reloads are counted from their order
  options.risk.risk = flags.risk;
  options.risk.confidence = flags.confidence;
  options.policy.native_stretch = flags.native_stretch;
  TRY_ASSIGN(options.policy.num_ctx, tokens_of(flags.num_ctx, "--num-ctx"));
  TRY_ASSIGN(options.risk.num_predict, tokens_of(flags.num_predict, "--num-predict"));
  return {};
}

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

Status settle_server(const AnalyzeFlags& flags, World& world, RuntimeSettings& settings) {
  const std::string parallel = flag_or_environment(flags.parallel, world, "OLLAMA_NUM_PARALLEL");
  if (!parallel.empty()) {
    const auto slots = parse_integer(parallel);
    if (!slots || *slots < 1 || *slots > 1024) {
      return fail(wrong_flag(fmt::format("--parallel cannot be \"{}\"", printable(parallel, 40)),
                             "it is a number of slots from 1 to 1024",
                             "give what OLLAMA_NUM_PARALLEL is on that server"));
    }
    settings.parallel = *slots;
  }
  if (const std::string type = flag_or_environment(flags.kv_type, world, "OLLAMA_KV_CACHE_TYPE");
      !type.empty()) {
    const auto parts = split(type, ',');
    if (parts.size() > 2) {
      return fail(wrong_flag(fmt::format("--kv-type cannot be \"{}\"", printable(type, 40)),
                             "it is one type, or one for K and one for V", "write it like --kv-type q8_0"));
    }
    settings.kv_type_k = lower(std::string(parts.front()));
    settings.kv_type_v = lower(std::string(parts.back()));
  }
  if (const std::string flash = flag_or_environment(flags.flash_attention, world, "OLLAMA_FLASH_ATTENTION");
      !flash.empty()) {
    const bool off = flash == "off" || flash == "0" || flash == "false";
    settings.flash_attention = flash == "auto" ? FlashAttention::automatic
                               : off           ? FlashAttention::off
                                               : FlashAttention::on;
  }
  if (!flags.num_batch.empty() && flags.num_batch != "auto") {
    TRY_ASSIGN(settings.num_batch, tokens_of(flags.num_batch, "--num-batch"));
  }
  if (!flags.backend.empty()) settings.backend = flags.backend;
  return {};
}

Status settle_runtime(const AnalyzeFlags& flags, World& world, AnalyzeOptions& options) {
  TRY(settle_server(flags, world, options.settings));
  if (const auto window = world.environment.get("OLLAMA_CONTEXT_LENGTH")) {
    if (const auto tokens = parse_integer(*window); tokens && *tokens > 0) options.environment_ctx = *tokens;
  }
  options.ollama_host = flag_or_environment(flags.ollama_host, world, "OLLAMA_HOST");
  return {};
}

Status settle_budget(const AnalyzeFlags& flags, AnalyzeOptions& options) {
  if (flags.card.empty()) {
    if (flags.tenants.empty() && flags.reserve.empty()) return {};
    return fail(wrong_flag("--tenant and --reserve need a card",
                           "without its size nothing can be said to fit", "add --card 24GiB"));
  }
  Budget budget;
  TRY_ASSIGN(budget.card, size_of(flags.card, "--card"));
  if (budget.card == 0) {
    return fail(wrong_flag("--card cannot be " + printable(flags.card, 40),
                           "nothing fits a card without memory", "write it like --card 24GiB"));
  }
  if (!flags.reserve.empty()) {
    TRY_ASSIGN(budget.reserve, size_of(flags.reserve, "--reserve"));
  }
  for (const std::string& entry : flags.tenants) {
    TRY_ASSIGN(const auto pair, pair_of(entry, "--tenant", "whisperx=7.7GB"));
    TRY_ASSIGN(const Bytes bytes, size_of(pair.second, "--tenant"));
    budget.tenants.push_back({pair.first, bytes});
  }
  // Ollama takes smaller batches on a card that is full already.
  Bytes free = budget.card;
  for (const Tenant& tenant : budget.tenants) free = std::max<Bytes>(free - tenant.bytes, 0);
  options.settings.free_vram = free;
  options.budget = std::move(budget);
  return {};
}

Status settle_variant(const AnalyzeFlags& flags, World& world, AnalyzeOptions& options) {
  options.variant.tag = flags.tag;
  options.variant.name = flags.name;
  if (!flags.system_file.empty()) {
    TRY_ASSIGN(std::string text, world.files.read_all(flags.system_file));
    // The line end that every editor leaves at the end of a file is not part of the prompt.
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
    options.variant.system = std::move(text);
  }
  for (const std::string& entry : flags.parameters) {
    TRY_ASSIGN(auto pair, pair_of(entry, "--parameter", "temperature=0.2"));
    options.variant.parameters.push_back(std::move(pair));
  }
  options.template_text = modelfile_template();
  options.template_origin = "built-in modelfile.mustache";
  if (!flags.template_file.empty()) {
    TRY_ASSIGN(options.template_text, world.files.read_all(flags.template_file));
    options.template_origin = flags.template_file;
  }
  return {};
}

}  // namespace

Status require_traces(const AnalyzeFlags& flags, const std::string& usage) {
  if (flags.sources.has_source()) return {};
  return fail(wrong_flag("no traces given", "the numbers come from request logs", usage));
}

Result<RuntimeSettings> settle_settings(const AnalyzeFlags& flags, World& world) {
  RuntimeSettings settings;
  TRY(settle_server(flags, world, settings));
  return settings;
}

Result<AnalyzeOptions> settle(const AnalyzeFlags& flags, World& world,
                              const std::vector<std::string>& outputs) {
  AnalyzeOptions options;
  TRY(settle_traces(flags, options));
  TRY(check_files(flags, options, outputs, world));
  TRY(settle_policy(flags, options));
  TRY(settle_runtime(flags, world, options));
  TRY(settle_budget(flags, options));
  TRY(settle_variant(flags, world, options));
  return options;
}

}  // namespace ctxcap::app
