#include "data/tenant_need.hpp"

#include "data/json_values.hpp"

namespace ctxcap {
namespace {

// Numbers and switches as such, words as texts.
Json setting_json(const std::string& text) {
  const Json read = Json::parse(text, nullptr, false);
  return read.is_number() || read.is_boolean() ? read : Json(text);
}

Json part_json(const TenantPart& part) {
  Json json{{"name", part.name},
            {"bytes", part.bytes},
            {"exact", part.exact},
            {"low_bytes", part.exact ? part.bytes : part.low},
            {"high_bytes", part.exact ? Json(part.bytes) : or_null(part.high)},
            {"source", part.source}};
  for (const auto& [name, bytes] : part.terms) json["terms"][name] = bytes;
  return json;
}

Json batch_json(const std::optional<BatchAdvice>& batch) {
  if (!batch) return nullptr;
  Json json{{"largest", batch->largest},
            {"tokens", or_null(batch->tokens)},
            {"bytes", batch->bytes},
            {"total_bytes", batch->total},
            {"free_bytes", batch->free},
            {"padded_tokens", or_null(batch->length)},
            {"with_margin", batch->with_margin},
            {"flat_tokens", or_null(batch->flat_tokens)},
            {"constant_rule", nullptr}};
  if (const auto& rule = batch->constant)
    json["constant_rule"] = {{"batch", rule->batch}, {"bytes", rule->bytes}, {"fits", rule->fits}};
  return json;
}

}  // namespace

Bytes TenantNeed::total() const {
  Bytes sum = 0;
  for (const TenantPart& part : parts) sum += part.bytes;
  return sum;
}

Bytes TenantNeed::low() const {
  Bytes sum = 0;
  for (const TenantPart& part : parts) sum += part.exact ? part.bytes : part.low;
  return sum;
}

std::optional<Bytes> TenantNeed::high() const {
  std::optional<Bytes> sum = 0;
  for (const TenantPart& part : parts) sum = checked_add(sum, part.exact ? part.bytes : part.high);
  return sum;
}

std::string tenant_json(const TenantNeed& need) {
  Json root{{"schema", "ctxcap.tenant/1"},
            {"tenant", need.tenant},
            {"engine", need.engine},
            {"model", need.model.empty() ? Json(nullptr) : Json(need.model)},
            {"settings", Json::object()},
            {"parts", Json::array()},
            {"total_bytes", need.total()},
            {"total_low_bytes", need.low()},
            {"total_high_bytes", or_null(need.high())},
            {"limits", need.limits},
            {"batch", batch_json(need.batch)},
            {"advice", Json::array()}};
  for (const auto& [name, value] : need.settings) root["settings"][name] = setting_json(value);
  for (const TenantPart& part : need.parts) root["parts"].push_back(part_json(part));
  for (const Advice& one : need.advice)
    root["advice"].push_back({{"what", one.what}, {"frees_bytes", or_null(one.frees)}, {"text", one.text}});
  return root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<FlatJson> flat_json(std::string_view text) {
  const Json root = Json::parse(text, nullptr, false);
  if (!root.is_object()) return std::nullopt;
  FlatJson flat;
  for (const auto& [key, value] : root.items()) {
    if (value.is_string()) flat.emplace_back(key, value.get<std::string>());
    if (value.is_number() || value.is_boolean()) flat.emplace_back(key, value.dump());
  }
  return flat;
}

}  // namespace ctxcap
