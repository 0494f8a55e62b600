// The body of an /api/show answer into a ModelDescription. Nothing is interpreted here, and little is
// demanded: only that it is JSON and has a `model_info`.

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/json.hpp"
#include "base/json_size.hpp"
#include "model/model.hpp"
#include "model/parameters.hpp"

namespace ctxcap::model {
namespace {

using Json = nlohmann::json;

Error unreadable(const std::string& name, std::string why) {
  return {
      .kind = ErrorKind::failure,
      .what = fmt::format("cannot read the description of {}", name.empty() ? "the model" : "'" + name + "'"),
      .why = std::move(why),
      .hint = "save a good one: curl -s $OLLAMA_HOST/api/show -d '{\"model\":\"NAME\"}' > show.json"};
}

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// nullopt: not a number of i64, such as 2^63.
std::optional<i64> integer_of(const Json& value) {
  if (value.is_boolean()) return value.get<bool>() ? 1 : 0;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::numeric_limits<i64>::max())
    return std::nullopt;
  return value.is_number_integer() ? std::optional<i64>(value.get<i64>()) : std::nullopt;
}

// nullopt: of no use to anybody here (objects, arrays of text or fractions).
std::optional<MetaValue> meta_value(const Json& value) {
  if (value.is_null()) return MetaValue{};
  if (value.is_boolean()) return MetaValue{value.get<bool>()};
  if (value.is_string()) return MetaValue{value.get<std::string>()};
  if (value.is_number()) {
    const std::optional<i64> integer = integer_of(value);
    return integer ? MetaValue{*integer} : MetaValue{value.get<double>()};
  }
  if (!value.is_array()) return std::nullopt;
  if (value.empty()) return MetaValue{};  // older servers print a withheld array as []
  std::vector<i64> list;
  list.reserve(value.size());
  for (const Json& element : value) {
    const std::optional<i64> integer = integer_of(element);
    if (!integer) return std::nullopt;
    list.push_back(*integer);
  }
  return MetaValue{std::move(list)};
}

std::vector<Tensor> tensors_of(const Json& show) {
  std::vector<Tensor> tensors;
  const auto list = show.find("tensors");
  if (list == show.end() || !list->is_array()) return tensors;
  for (const Json& entry : *list) {
    if (!entry.is_object()) continue;
    Tensor tensor{.name = text_at(entry, "name"), .type = text_at(entry, "type"), .shape = {}};
    std::transform(tensor.type.begin(), tensor.type.end(), tensor.type.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    if (const auto shape = entry.find("shape"); shape != entry.end() && shape->is_array()) {
      for (const Json& extent : *shape) tensor.shape.push_back(integer_of(extent).value_or(-1));
    }
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

// What follows `command` on the lines that begin with it.
std::vector<std::string> arguments_of(std::string_view modelfile, std::string_view command) {
  std::vector<std::string> arguments;
  for (std::size_t start = 0; start < modelfile.size();) {
    const std::size_t end = std::min(modelfile.find('\n', start), modelfile.size());
    const std::string_view line = modelfile.substr(start, end - start);
    if (line.starts_with(command)) arguments.emplace_back(line.substr(command.size()));
    start = end + 1;
  }
  return arguments;
}

}  // namespace

Result<ModelDescription> describe(std::string_view show_json, std::string name) {
  switch (size_of_json(show_json)) {
    case JsonSize::deep:
      return fail(unreadable(name, fmt::format("the JSON is nested deeper than {} levels", kDeepestJson)));
    case JsonSize::large:
      return fail(unreadable(name, "it holds more values than any description of a model"));
    case JsonSize::fine:
      break;
  }
  const Json show = Json::parse(show_json, nullptr, false);
  if (show.is_discarded()) return fail(unreadable(name, "it is not JSON"));
  if (!show.is_object())
    return fail(unreadable(name, fmt::format("it is JSON, but {}, not an object", show.type_name())));
  const auto info = show.find("model_info");
  if (info == show.end() || !info->is_object()) {
    const std::string said = text_at(show, "error");
    return fail(unreadable(name, said.empty() ? "it has no `model_info`, so it is not an answer of /api/show"
                                              : fmt::format("the server answered: {}", said)));
  }

  ModelDescription description{.name = std::move(name)};
  for (const auto& [key, value] : info->items()) {
    if (std::optional<MetaValue> meta = meta_value(value))
      description.metadata.emplace(key, std::move(*meta));
  }
  if (const auto tower = show.find("projector_info"); tower != show.end() && tower->is_object()) {
    for (const auto& [key, value] : tower->items()) {
      if (std::optional<MetaValue> meta = meta_value(value))
        description.projector.emplace(key, std::move(*meta));
    }
  }
  description.architecture = text_at(*info, "general.architecture");
  description.tensors = tensors_of(show);
  if (const auto list = show.find("capabilities"); list != show.end() && list->is_array()) {
    for (const Json& entry : *list) {
      if (entry.is_string()) description.capabilities.push_back(entry.get<std::string>());
    }
  }
  description.parameters = parse_parameters(text_at(show, "parameters"));
  if (const auto details = show.find("details"); details != show.end() && details->is_object()) {
    description.parent_model = text_at(*details, "parent_model");
    description.quantization = text_at(*details, "quantization_level");
  }
  description.system = text_at(show, "system");
  const std::string chat_template = text_at(show, "template");
  description.own_template = chat_template.find("{{") != std::string::npos &&
                             chat_template.find("{%") == std::string::npos &&
                             chat_template != "{{ .Prompt }}";
  if (const auto messages = show.find("messages"); messages != show.end() && messages->is_array())
    description.messages = static_cast<i64>(messages->size());
  description.remote = !text_at(show, "remote_model").empty() || !text_at(show, "remote_host").empty();
  description.adapters = arguments_of(text_at(show, "modelfile"), "ADAPTER ");
  description.draft = !arguments_of(text_at(show, "modelfile"), "DRAFT ").empty();
  description.weights = weights_file(text_at(show, "modelfile"));
  return description;
}

}  // namespace ctxcap::model
