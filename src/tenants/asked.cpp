// What is asked for, read against the words that its engine knows.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "base/units.hpp"
#include "tenants/catalogue.hpp"
#include "tenants/tenants.hpp"

namespace ctxcap::tenants {
namespace {

constexpr double kMostBytes = 1e17;  // sums and shares of it fit

Error not_a_tenant(const Asked& asked, std::string why) {
  return {.kind = ErrorKind::usage,
          .what = fmt::format("\"{}\" cannot be read", printable(asked.text, 80)),
          .why = std::move(why),
          .hint = "ctxcap help tenants"};
}

std::vector<std::string> names_of(std::span<const Choice> choices) {
  std::vector<std::string> names;
  for (const Choice& choice : choices) names.emplace_back(choice.name);
  return names;
}

const Choice* find(std::span<const Choice> choices, std::string_view name) {
  const auto at =
      std::find_if(choices.begin(), choices.end(), [&](const Choice& one) { return one.name == name; });
  return at == choices.end() ? nullptr : &*at;
}

const Engine* find_engine(std::string_view name) {
  for (const Engine* engine : engines()) {
    if (engine->name == name) return engine;
  }
  return nullptr;
}

Status take_word(const Engine& engine, const std::string& word, Asked& asked) {
  const Choice* choice = find(engine.words, word);
  if (choice != nullptr) {
    asked.words.emplace_back(choice->means.empty() ? choice->name : choice->means);
    return {};
  }
  std::vector<std::string> known = names_of(engine.words);
  for (const Choice& key : engine.keys) known.push_back(std::string(key.name) + "=");
  return fail(not_in_catalogue("word or type", word, known, asked));
}

Status take_piece(const Engine& engine, std::string_view piece, Asked& asked) {
  const std::size_t equals = piece.find('=');
  const std::string key = lowered(piece.substr(0, equals));
  if (key.empty()) return fail(not_a_tenant(asked, "there is nothing between two commas"));
  if (equals == piece.npos) return take_word(engine, key, asked);
  if (find(engine.keys, key) == nullptr)
    return fail(not_in_catalogue("key", key, names_of(engine.keys), asked));
  if (!asked.values.emplace(key, piece.substr(equals + 1)).second)
    return fail(not_a_tenant(asked, fmt::format("it has {} twice", key)));
  return {};
}

Status take_model(const Engine& engine, std::string_view piece, const ReadFile& read, Asked& asked) {
  if (engine.models == nullptr) return fail(not_a_tenant(asked, asked.engine + " has no models to choose"));
  asked.model = piece;
  if (!piece.ends_with(".json")) return {};
  TRY_ASSIGN(const std::string text, read(asked.model));
  const auto config = flat_json(text);
  if (!config) {
    return fail({.kind = ErrorKind::usage,
                 .what = fmt::format("{} is not a model's configuration", printable(asked.model, 120)),
                 .why = "it holds no JSON object",
                 .hint = "name the config.json that lies beside the model's weights"});
  }
  asked.config.insert(config->begin(), config->end());
  return {};
}

}  // namespace

bool Asked::has(std::string_view word) const {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string Asked::one_of(std::initializer_list<std::string_view> choices, std::string_view fallback) const {
  for (const std::string& word : words) {
    if (std::find(choices.begin(), choices.end(), word) != choices.end()) return word;
  }
  return std::string(fallback);
}

Result<i64> Asked::whole(const std::string& key, i64 fallback, i64 least, i64 most,
                         std::initializer_list<const char*> config_keys) const {
  const auto typed = values.find(key);
  std::string told = typed == values.end() ? "" : typed->second, where = key;
  for (const char* name : config_keys) {
    const auto at = told.empty() ? config.find(name) : config.end();
    if (at != config.end()) told = at->second, where = name;
  }
  if (told.empty() && typed == values.end()) return fallback;
  const auto number = parse_integer(told);
  if (number && *number >= least && *number <= most) return *number;
  return fail({.kind = ErrorKind::usage,
               .what = fmt::format("{} of \"{}\" cannot be \"{}\"", where, printable(engine, 40),
                                   printable(told, 40)),
               .why = fmt::format("it is a whole number, {} to {}", with_commas(least), with_commas(most)),
               .hint = fmt::format("write it like {}={}", key, std::max(least, fallback))});
}

Result<Bytes> Asked::size(const std::string& key, Bytes fallback) const {
  const auto at = values.find(key);
  return at == values.end() ? Result<Bytes>(fallback) : parse_bytes(at->second);
}

Result<bool> Asked::truth(const std::string& key, bool fallback) const {
  const auto at = values.find(key);
  if (at == values.end()) return fallback;
  const std::string told = lowered(at->second);
  if (told == "true" || told == "yes" || told == "on" || told == "1") return true;
  if (told == "false" || told == "no" || told == "off" || told == "0") return false;
  return fail({.kind = ErrorKind::usage,
               .what = fmt::format("{} cannot be \"{}\"", key, printable(told, 40)),
               .why = "it is true or false",
               .hint = fmt::format("write it like {}=false", key)});
}

Error not_in_catalogue(std::string_view kind, std::string_view given, const std::vector<std::string>& known,
                       const Asked& asked) {
  const std::string meant = closest(lowered(given), known);
  return {.kind = ErrorKind::usage,
          .what = fmt::format("{} has no {} \"{}\"", asked.engine.empty() ? "the catalogue" : asked.engine,
                              kind, printable(given, 60)),
          .why = fmt::format("\"{}\": it knows {}", printable(asked.text, 80), join(known, ", ")),
          .hint = meant.empty() ? "ctxcap help tenants" : "did you mean " + meant + "?"};
}

Bytes bytes_of(double bytes) {
  return static_cast<Bytes>(std::llround(std::clamp(bytes, 0.0, kMostBytes)));
}

TenantNeed need_for(const Asked& asked, std::string model) {
  return {.tenant = asked.text, .engine = asked.engine, .model = std::move(model)};
}

TenantPart context_part() {
  return {.name = "fixed",
          .bytes = kContextMiddle,
          .low = kContextLow,
          .high = kContextHigh,
          .source =
              "context of a PyTorch process: 257 to 594 MiB as public texts tell it, more before CUDA 11.7"};
}

bool is_tenant(std::string_view text) {
  const std::string_view name = text.substr(0, std::min(text.find(':'), text.find(',')));
  // No model of a server has a comma in its name.
  return find_engine(lowered(name)) != nullptr || text.find(',') != text.npos;
}

std::string engine_near(std::string_view text) {
  std::vector<std::string> known;
  for (const Engine* one : engines()) known.emplace_back(one->name);
  return closest(lowered(text.substr(0, std::min(text.find(':'), text.find(',')))), known);
}

Result<std::pair<const Engine*, Asked>> asked_of(std::string_view text, const ReadFile& read) {
  Asked asked{.text = std::string(text)};
  const std::size_t colon = text.find(':'), comma = text.find(',');
  const std::string name = lowered(text.substr(0, std::min(colon, comma)));
  const Engine* engine = find_engine(name);
  if (engine == nullptr) {
    std::vector<std::string> known;
    for (const Engine* one : engines()) known.emplace_back(one->name);
    return fail(not_in_catalogue("engine", name, known, asked));
  }
  asked.engine = name;
  std::vector<std::string_view> pieces;
  if (std::min(colon, comma) != text.npos) pieces = split(text.substr(std::min(colon, comma) + 1), ',');
  const bool names_model = colon < comma && !pieces.empty() && pieces.front().find('=') == text.npos;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (i == 0 && names_model) {
      TRY(take_model(*engine, pieces[i], read, asked));
    } else {
      TRY(take_piece(*engine, pieces[i], asked));
    }
  }
  return std::pair(engine, std::move(asked));
}

Result<TenantNeed> need_of(const TenantQuestion& question) {
  TRY_ASSIGN(auto asked, asked_of(question.tenant, question.read));
  auto& [engine, what] = asked;
  what.free = question.free;
  what.lengths = question.lengths;
  if (question.free && !engine->has_batches) {
    return fail({.kind = ErrorKind::usage,
                 .what = fmt::format("{} has no batch to be advised on", what.engine),
                 .why = "--free asks for the largest batch that fits",
                 .hint = "ctxcap inspect " + printable(question.tenant, 80)});
  }
  TRY_ASSIGN(TenantNeed need, engine->need(what));
  if (question.free && !need.batch) TRY(advise_batch(*engine, what, need));
  advise_cpu(what, need);
  return need;
}

}  // namespace ctxcap::tenants
