#include "runtime/read_back.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "data/model.hpp"
#include "runtime/names.hpp"
#include "runtime/parameters.hpp"
#include "runtime/wire.hpp"

namespace ctxcap::runtime {
namespace {

using Values = std::vector<std::string>;

i64 characters(std::string_view text) {
  return std::count_if(text.begin(), text.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

// The values asked for, by name; a list replaces an inherited one as a whole.
std::map<std::string, Values> asked(const Variant& variant) {
  std::map<std::string, Values> result;
  result["num_ctx"] = {std::to_string(variant.num_ctx)};
  if (variant.num_predict != 0) result["num_predict"] = {std::to_string(variant.num_predict)};
  for (const auto& [name, value] : variant.parameters) {
    Values& values = result[name];
    if (parameter_kind(name) != ParameterKind::text_list) values.clear();  // the last one wins
    values.push_back(value);
  }
  return result;
}

}  // namespace

std::vector<std::string> differences(const Variant& variant, std::string_view show_json) {
  const auto show = parse_json(show_json);
  if (!show || !show->is_object()) return {"/api/show did not answer with JSON"};
  std::vector<std::string> result;

  const auto seen = parse_parameters(text_at(*show, "parameters"));
  for (const auto& [name, want] : asked(variant)) {
    const auto found = seen.find(name);
    const Values& got = found == seen.end() ? Values() : found->second;
    const ParameterKind kind = parameter_kind(name).value_or(ParameterKind::text_list);
    const bool same = std::equal(want.begin(), want.end(), got.begin(), got.end(),
                                 [&](const auto& a, const auto& b) { return same_value(kind, a, b); });
    if (same) continue;
    if (kind == ParameterKind::text_list) {
      result.push_back(fmt::format("{} has other texts than asked", name));
    } else {
      result.push_back(fmt::format("{} is {}, not {} as asked", name,
                                   got.empty() ? "not set" : printable(got.back(), 40), want.back()));
    }
  }

  const std::string system = text_at(*show, "system");
  if (variant.system && !variant.system->empty() && system != *variant.system) {
    result.push_back(fmt::format("SYSTEM has {} characters ({} bytes), not {} ({} bytes) as asked",
                                 characters(system), system.size(), characters(*variant.system),
                                 variant.system->size()));
  }
  const std::string parent = text_at(member(*show, "details"), "parent_model");
  if (!parent.empty() && !same_model(parent, variant.base)) {
    result.push_back("it was made from " + printable(parent) + ", not from " + printable(variant.base) +
                     " as asked");
  }
  return result;
}

std::string parent_in(std::string_view show_json) {
  const auto show = parse_json(show_json);
  return show ? text_at(member(*show, "details"), "parent_model") : "";
}

std::string weights_of(Ollama& ollama, const std::string& model) {
  const Result<std::string> show = ollama.show(model);
  const auto json = show ? parse_json(*show) : std::nullopt;
  return json ? weights_file(text_at(*json, "modelfile")) : "";
}

Status read_back(Ollama& ollama, const Variant& variant) {
  TRY_ASSIGN(const std::string show, ollama.show(variant.name));
  const std::vector<std::string> wrong = differences(variant, show);
  if (wrong.empty()) return {};
  return fail({.kind = ErrorKind::unverified,
               .what = printable(variant.name) + " was not created as asked",
               .why = "POST " + ollama.host().url + "/api/show: " + join(wrong, "; "),
               .hint = "a Modelfile cannot carry every text; send it to the API with: --via api"});
}

}  // namespace ctxcap::runtime
