// Values of [ollama], [card] and [policy] that only one key has.

#include <array>

#include "base/text.hpp"
#include "data/host.hpp"
#include "data/model_name.hpp"
#include "settings/takes.hpp"

namespace ctxcap::settings {
namespace {

using Kind = Value::Kind;

// What Ollama accepts; a wrong word would make it fall back to f16 without a sound.
constexpr std::array<std::string_view, 9> kKvTypes = {"f16",  "f32",  "bf16", "q8_0",  "q4_0",
                                                      "q4_1", "q5_0", "q5_1", "iq4_nl"};

}  // namespace

Complaint take_host(const Value& value, std::string& into, const From&) {
  std::string host;
  if (Complaint why = take_text(value, host); !why.empty()) return why;
  if (const Result<Host> read = parse_host(host); !read) return read.error().why;
  into = std::move(host);
  return {};
}

Complaint take_kv_type(const Value& value, RuntimeSettings& into, const From&) {
  std::string text;
  if (Complaint why = take_text(value, text); !why.empty()) return why;
  text = lowered(text);
  const auto parts = split(text, ',');
  for (const std::string_view part : parts) {
    if (parts.size() <= 2 && std::find(kKvTypes.begin(), kKvTypes.end(), part) != kKvTypes.end()) continue;
    return fmt::format("it must be one type, or one for K and one for V, of {}", fmt::join(kKvTypes, ", "));
  }
  into.kv_type_k = parts.front();
  into.kv_type_v = parts.back();
  return {};
}

std::optional<Value> show_kv_type(const RuntimeSettings& of) {
  return text_value(of.kv_type_k == of.kv_type_v ? of.kv_type_k : of.kv_type_k + "," + of.kv_type_v);
}

Complaint take_cards(const Value& value, Budget& into, const From&) {
  std::string text = value.text;
  for (const Value& item : value.items) text += (text.empty() ? "" : ",") + item.text;
  Bytes none = 0;
  return text.empty() ? take_size(value, none) : read_cards(text, into);
}

std::optional<Value> show_cards(const Budget& of) {
  const bool size_alone = of.cards.size() == 1 && of.cards.front().name.empty();
  return size_alone ? size_value(of.card) : unless_empty(text_value(cards_text(of)));
}

// Lists of names, or texts of several: "a,b".
Complaint take_together(const Value& value, Sets& into, const From&) {
  Sets sets;
  for (const Value& item : value.items) {
    Value set = item;
    if (item.kind == Kind::text) set = {.kind = Kind::list};
    for (const std::string_view name : split(item.text, ',')) {
      if (item.kind == Kind::text) set.items.push_back(text_value(std::string(name)));
    }
    if (Complaint why = take_texts(set, sets.emplace_back()); !why.empty()) return why;
  }
  if (sets.empty()) return not_a("a list of lists of names", value);
  into = std::move(sets);
  return {};
}

std::optional<Value> show_together(const Sets& of) {
  std::vector<std::string> texts;
  for (const std::vector<std::string>& set : of) texts.push_back(join(set, ","));
  return show_texts(texts);
}

Complaint take_tenants(const Value& value, std::vector<Tenant>& into, const From& from) {
  if (value.kind != Kind::table) return not_pairs(value, from);
  std::vector<Tenant> tenants;
  for (const auto& [name, place, size] : value.entries) {
    Tenant one{.name = printable(name, 60), .catalogue = named_tenant(size.text)};
    const auto same = [&](const Tenant& other) { return other.name == one.name; };
    if (std::any_of(tenants.begin(), tenants.end(), same)) return "it names " + one.name + " twice";
    const Complaint why = one.catalogue.empty() ? take_size(size, one.bytes) : "";
    if (!why.empty()) return fmt::format("{}: {}", one.name, why);
    tenants.push_back(std::move(one));
  }
  into = std::move(tenants);
  return {};
}

std::optional<Value> show_tenants(const std::vector<Tenant>& of) {
  Value value{.kind = Kind::table};
  for (const auto& [name, bytes, catalogue, basis] : of)
    value.entries.push_back({name, {}, catalogue.empty() ? size_value(bytes) : text_value(catalogue)});
  return unless_empty(std::move(value));
}

Complaint take_place(const Value& value, std::string& into, const From& from) {
  const bool url = value.text.starts_with("http://") || value.text.starts_with("https://");
  return url ? take_url(value, into) : take_path(value, into, from);
}

constexpr std::pair<const char*, std::string CardMetrics::*> kMetrics[] = {{"card", &CardMetrics::card},
                                                                           {"total", &CardMetrics::total},
                                                                           {"tenants", &CardMetrics::tenants},
                                                                           {"label", &CardMetrics::label}};

Complaint take_server(const Value& value, CardSources& into, const From&) {
  if (value.kind != Kind::table) return take_url(value, into.prometheus);
  for (const auto& [key, place, one] : value.entries) {
    Complaint why = "its keys are url, card, total, tenants and label";
    if (key == "url") why = take_url(one, into.prometheus);
    for (const auto& [name, field] : kMetrics)
      if (key == name) why = take_text(one, into.metrics.*field);
    if (!why.empty()) return key + ": " + why;
  }
  return into.prometheus.empty() ? "it has no url" : "";
}

std::optional<Value> show_server(const CardSources& of) {
  Pairs all = {{"url", of.prometheus}};
  for (const auto& [name, field] : kMetrics)
    if (!(of.metrics.*field).empty()) all.emplace_back(name, of.metrics.*field);
  return all.size() > 1 ? show_pairs(all) : show_text(of.prometheus);
}

Complaint take_rules(const Value& value, std::vector<TenantRule>& into, const From&) {
  std::vector<TenantRule> rules;
  for (const Value& item : value.items) {
    const Value::Entry *name = item.entry("name"), *match = item.entry("match");
    if (name == nullptr || match == nullptr || item.entries.size() > 2) return "each has a name and a match";
    TenantRule& rule = rules.emplace_back();
    Complaint why = take_text(name->value, rule.name);
    if (why.empty()) why = take_text(match->value, rule.match);
    if (why.empty()) why = fault_of(rule);
    if (!why.empty()) return why;
  }
  if (rules.empty()) return not_a("any number of [[card.tenant]]", value);
  into = std::move(rules);
  return {};
}

std::optional<Value> show_rules(const std::vector<TenantRule>& of) {
  Value value{.kind = Kind::list};
  for (const TenantRule& rule : of)
    value.items.push_back(*show_pairs({{"name", rule.name}, {"match", rule.match}}));
  return unless_empty(std::move(value));
}

Complaint take_quiet_hours(const Value& value, QuietHours& into, const From&) {
  std::string text;
  if (Complaint why = take_text(value, text); !why.empty()) return why;
  const auto hours = policy::parse_quiet_hours(text);
  if (!hours) return "it must be two different times of the local day, from and to";
  into = *hours;
  return {};
}

std::optional<Value> show_quiet_hours(const QuietHours& of) {
  if (!of) return std::nullopt;
  const auto [begin, end] = *of;
  return text_value(fmt::format("{:02}:{:02}-{:02}:{:02}", begin / 60, begin % 60, end / 60, end % 60));
}

// The path of a saved answer, or MODEL=FILE. A path may hold "=", a model's name cannot: what is before it
// must not look like a path.
Complaint take_shows(const Value& value, Pairs& into, const From& from) {
  std::vector<std::string> texts;
  if (Complaint why = take_texts(value, texts); !why.empty()) return why;
  Pairs shows;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    const bool named =
        equals != text.npos && !!check_model_name(text.substr(0, std::min(equals, text.find('@'))));
    auto& [model, path] = shows.emplace_back(named ? text.substr(0, equals) : "", "");
    Complaint why = take_path(text_value(named ? text.substr(equals + 1) : text), path, from);
    if (!why.empty()) return why;
  }
  into = std::move(shows);
  return {};
}

std::optional<Value> show_shows(const Pairs& of) {
  std::vector<std::string> texts;
  for (const auto& [model, path] : of) texts.push_back(model.empty() ? path : model + "=" + path);
  return show_texts(texts);
}

}  // namespace ctxcap::settings
