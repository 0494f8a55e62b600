// Keys of [ollama], [card] and [policy] that take something of their own.

#include <array>

#include "base/text.hpp"
#include "settings/takes.hpp"

namespace ctxcap::settings {
namespace {

using Kind = Value::Kind;

// What Ollama accepts; a wrong word would make it fall back to f16 without a sound.
constexpr std::array<std::string_view, 9> kKvTypes = {"f16",  "f32",  "bf16", "q8_0",  "q4_0",
                                                      "q4_1", "q5_0", "q5_1", "iq4_nl"};

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

}  // namespace

// Ollama's own reading of an address is forgiving; what it would refuse is refused when it is used.
Complaint take_host(const Value& value, Ollama& into) {
  std::string host;
  if (Complaint why = take_text(value, host); !why.empty()) return why;
  if (host.find('@') != host.npos) return "it holds a user name or a password, which have no place in it";
  const std::size_t scheme = host.find("://");
  if (scheme != host.npos && host.substr(0, scheme) != "http" && host.substr(0, scheme) != "https") {
    return "it is neither http:// nor https://";
  }
  into.host = std::move(host);
  return {};
}

std::optional<Value> show_host(const Ollama& from) {
  return unless_empty(text_value(from.host));
}

Complaint take_kv_type(const Value& value, Ollama& into) {
  std::string text;
  if (Complaint why = take_text(value, text); !why.empty()) return why;
  const std::string lowered = lower(text);
  const auto parts = split(lowered, ',');
  for (const std::string_view part : parts) {
    if (parts.size() <= 2 && std::find(kKvTypes.begin(), kKvTypes.end(), part) != kKvTypes.end()) continue;
    return fmt::format("it must be one type, or one for K and one for V, of {}", fmt::join(kKvTypes, ", "));
  }
  into.settings.kv_type_k = parts.front();
  into.settings.kv_type_v = parts.back();
  return {};
}

std::optional<Value> show_kv_type(const Ollama& from) {
  const RuntimeSettings& settings = from.settings;
  return text_value(settings.kv_type_k == settings.kv_type_v ? settings.kv_type_k
                                                             : settings.kv_type_k + "," + settings.kv_type_v);
}

// Also as OLLAMA_FLASH_ATTENTION has it: 1, 0, true, false.
Complaint take_flash_attention(const Value& value, Ollama& into) {
  const auto is = [&](std::string_view text, i64 number, std::optional<bool> flag) {
    return (value.kind == Kind::text && value.text == text) ||
           (flag && value.kind == Kind::integer && value.integer == number) ||
           (flag && value.kind == Kind::boolean && value.boolean == *flag);
  };
  if (is("auto", 0, std::nullopt)) {
    into.settings.flash_attention = FlashAttention::automatic;
  } else if (is("on", 1, true)) {
    into.settings.flash_attention = FlashAttention::on;
  } else if (is("off", 0, false)) {
    into.settings.flash_attention = FlashAttention::off;
  } else {
    return "it must be one of auto, on, off";
  }
  return {};
}

std::optional<Value> show_flash_attention(const Ollama& from) {
  const FlashAttention flash = from.settings.flash_attention;
  return text_value(flash == FlashAttention::automatic ? "auto" : flash == FlashAttention::on ? "on" : "off");
}

Complaint take_num_batch(const Value& value, Ollama& into) {
  if (value.kind == Kind::text && value.text == "auto") {
    into.settings.num_batch.reset();
    return {};
  }
  if (value.kind != Kind::integer) return not_a("\"auto\" or a whole number", value);
  i64 batch = 0;
  if (Complaint why = take_whole(value, 1, 1 << 20, batch); !why.empty()) return why;
  into.settings.num_batch = batch;
  return {};
}

std::optional<Value> show_num_batch(const Ollama& from) {
  return from.settings.num_batch ? whole_value(*from.settings.num_batch) : text_value("auto");
}

Complaint take_tenants(const Value& value, Card& into) {
  if (value.kind != Kind::table) return not_a("a table of names and sizes", value);
  std::vector<Tenant> tenants;
  for (const auto& [name, place, size] : value.entries) {
    tenants.push_back({.name = printable(name, 60)});
    if (Complaint why = take_size(size, tenants.back().bytes); !why.empty()) {
      return fmt::format("{}: {}", tenants.back().name, why);
    }
  }
  into.tenants = std::move(tenants);
  return {};
}

std::optional<Value> show_tenants(const Card& from) {
  Value value{.kind = Kind::table};
  for (const Tenant& tenant : from.tenants)
    value.entries.push_back({tenant.name, {}, size_value(tenant.bytes)});
  return unless_empty(std::move(value));
}

Complaint take_quiet_hours(const Value& value, Policy& into) {
  std::string text;
  if (Complaint why = take_text(value, text); !why.empty()) return why;
  const auto hours = policy::parse_quiet_hours(text);
  if (!hours) return "it must be two different times of the local day, from and to";
  into.hysteresis.quiet_hours = *hours;
  return {};
}

std::optional<Value> show_quiet_hours(const Policy& from) {
  if (!from.hysteresis.quiet_hours) return std::nullopt;
  const auto [begin, end] = *from.hysteresis.quiet_hours;
  return text_value(fmt::format("{:02}:{:02}-{:02}:{:02}", begin / 60, begin % 60, end / 60, end % 60));
}

}  // namespace ctxcap::settings
