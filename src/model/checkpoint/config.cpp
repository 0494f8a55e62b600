#include "model/checkpoint/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/json.hpp"
#include "base/json_size.hpp"

namespace ctxcap::model {
namespace {

using Json = nlohmann::json;

constexpr i64 kMostLayers = 1024;
constexpr i64 kMostOfAny = i64{1} << 27;  // the longest windows are a tenth of it

Error no_config(std::string why) {
  return {.kind = ErrorKind::failure,
          .what = "this is not a config.json of a model",
          .why = std::move(why),
          .hint = "it lies beside the weights; of a model on the hub: MODEL/resolve/main/config.json"};
}

bool is_whole(const Json& value) {
  return value.is_number_integer() &&
         !(value.is_number_unsigned() &&
           value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<i64>::max()));
}

bool all_are(const Json& list, bool (*is)(const Json&)) {
  return !list.empty() && std::all_of(list.begin(), list.end(), is);
}

bool is_text(const Json& value) {
  return value.is_string();
}

void flatten(const Json& object, const std::string& before, Config::Values& into) {
  for (const auto& [key, value] : object.items()) {
    const std::string name = before + key;
    if (value.is_object()) {
      flatten(value, name + ".", into);
    } else if (value.is_boolean()) {
      into[name] = value.get<bool>();
    } else if (is_whole(value)) {
      into[name] = value.get<i64>();
    } else if (value.is_number()) {
      into[name] = value.get<double>();
    } else if (value.is_string()) {
      into[name] = value.get<std::string>();
    } else if (value.is_array() && all_are(value, is_whole)) {
      into[name] = value.get<std::vector<i64>>();
    } else if (value.is_array() && all_are(value, is_text)) {
      into[name] = value.get<std::vector<std::string>>();
    }
  }
}

}  // namespace

Result<Config> Config::parse(std::string_view json) {
  if (size_of_json(json) != JsonSize::fine)
    return fail(no_config("it is larger, or nested deeper, than any description of a model"));
  const Json root = Json::parse(json, nullptr, false);
  if (root.is_discarded()) return fail(no_config("it is not JSON"));
  if (!root.is_object()) return fail(no_config("it is not a JSON object"));
  Config config;
  flatten(root, "", config.values_);
  config.choose_text_model();
  return config;
}

// Models that also see or hear keep what writes in an object of its own.
void Config::choose_text_model() {
  for (const char* inner :
       {"text_config.", "llm_config.", "language_config.", "thinker_config.text_config."}) {
    if (values_.contains(inner + std::string("num_hidden_layers")) ||
        values_.contains(inner + std::string("model_type"))) {
      prefix_ = inner;
      return;
    }
  }
}

const Config::Value* Config::value(std::string_view key) const {
  const auto found = values_.find(prefix_ + std::string(key));
  return found == values_.end() ? nullptr : &found->second;
}

bool Config::has(std::string_view key) const {
  return value(key) != nullptr;
}

void Config::assume(std::string_view key, i64 value) {
  values_.try_emplace(prefix_ + std::string(key), value);
}

void Config::refuse(std::string why) {
  if (problem_.empty()) problem_ = std::move(why);
}

std::optional<i64> Config::find(std::string_view key) {
  const Value* found = value(key);
  if (found == nullptr) return std::nullopt;
  const i64* whole = std::get_if<i64>(found);
  if (whole == nullptr) {
    refuse(fmt::format("{} is not a whole number", key));
    return std::nullopt;
  }
  if (*whole < 0 || *whole > kMostOfAny) {
    refuse(fmt::format("{} is {}, which no model has", key, *whole));
    return std::nullopt;
  }
  return *whole;
}

i64 Config::need(std::string_view key) {
  const std::optional<i64> found = find(key);
  if (!found) refuse(fmt::format("it has no {}", key));
  return found.value_or(0);
}

i64 Config::get(std::string_view key, i64 fallback) {
  return find(key).value_or(fallback);
}

std::optional<i64> Config::first_of(std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (has(key)) return find(key);
  }
  return std::nullopt;
}

const Config::Value* Config::top(std::string_view key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? nullptr : &found->second;
}

std::string Config::top_text(std::string_view key) const {
  const Value* found = top(key);
  const std::string* text = found == nullptr ? nullptr : std::get_if<std::string>(found);
  return text == nullptr ? "" : *text;
}

std::optional<double> Config::top_number(std::string_view key) const {
  return number_of(top(key));
}

std::optional<double> Config::number(std::string_view key) const {
  return number_of(value(key));
}

std::optional<double> Config::number_of(const Value* found) {
  if (found == nullptr) return std::nullopt;
  if (const double* real = std::get_if<double>(found)) return *real;
  if (const i64* whole = std::get_if<i64>(found)) return static_cast<double>(*whole);
  return std::nullopt;
}

std::string Config::text(std::string_view key) const {
  const Value* found = value(key);
  const std::string* text = found == nullptr ? nullptr : std::get_if<std::string>(found);
  return text == nullptr ? "" : *text;
}

bool Config::is_true(std::string_view key) const {
  const Value* found = value(key);
  const bool* on = found == nullptr ? nullptr : std::get_if<bool>(found);
  return on != nullptr && *on;
}

std::vector<std::string> Config::words(std::string_view key) const {
  const Value* found = value(key);
  const auto* list = found == nullptr ? nullptr : std::get_if<std::vector<std::string>>(found);
  return list == nullptr ? std::vector<std::string>{} : *list;
}

std::vector<i64> Config::numbers(std::string_view key) {
  const Value* found = value(key);
  const auto* list = found == nullptr ? nullptr : std::get_if<std::vector<i64>>(found);
  return list == nullptr ? std::vector<i64>{} : *list;
}

i64 Config::product(std::initializer_list<i64> factors) {
  std::optional<i64> product = 1;
  for (const i64 factor : factors) product = checked_mul(product, factor);
  if (!product) refuse("its sizes are none that a model has");
  return product.value_or(0);
}

i64 Config::layers() {
  const std::optional<i64> layers = first_of({"num_hidden_layers", "n_layer", "num_layers", "n_layers"});
  if (!layers) refuse("it has no num_hidden_layers");
  if (layers && (*layers < 1 || *layers > kMostLayers))
    refuse(fmt::format("num_hidden_layers is {}, which no model has", *layers));
  return problem_.empty() ? *layers : 1;
}

i64 Config::heads() {
  const std::optional<i64> heads = first_of({"num_attention_heads", "n_head", "n_heads"});
  if (!heads || *heads < 1) refuse("it has no num_attention_heads");
  return heads.value_or(1);
}

i64 Config::hidden() {
  const std::optional<i64> hidden = first_of({"hidden_size", "n_embd", "d_model"});
  if (!hidden) refuse("it has no hidden_size");
  return hidden.value_or(0);
}

i64 Config::kv_heads() {
  const std::optional<i64> heads = first_of({"num_key_value_heads", "num_kv_heads", "n_head_kv",
                                             "multi_query_group_num", "attn_config.kv_n_heads"});
  return heads && *heads > 0 ? *heads : this->heads();
}

i64 Config::head_dim() {
  const std::optional<i64> declared = first_of({"head_dim", "attention_head_dim", "kv_channels"});
  if (declared && *declared > 0) return *declared;
  return hidden() / std::max<i64>(heads(), 1);
}

}  // namespace ctxcap::model
