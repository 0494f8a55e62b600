#include <fmt/format.h>

#include <algorithm>

#include "base/glossary.hpp"
#include "base/template.hpp"
#include "base/text.hpp"
#include "data/model_name.hpp"
#include "data/parameter.hpp"
#include "render/modelfile_reader.hpp"
#include "render/printable_runes.hpp"
#include "render/render.hpp"

namespace ctxcap::render {
namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

// num_ctx and num_predict first, then what was asked for, in the order given.
Parameters all_parameters(const Variant& variant) {
  Parameters parameters{{"num_ctx", fmt::format("{}", variant.num_ctx)}};
  if (variant.num_predict > 0) parameters.emplace_back("num_predict", fmt::format("{}", variant.num_predict));
  parameters.insert(parameters.end(), variant.parameters.begin(), variant.parameters.end());
  return parameters;
}

Status check_values(const Variant& variant) {
  TRY(check_model_name(variant.name));
  TRY(check_model_name(variant.base));
  for (const auto& [name, value] : variant.parameters) {
    if (name == "num_ctx" || name == "num_predict") {
      return fail({.kind = ErrorKind::usage,
                   .what = fmt::format("{} is not for --parameter", name),
                   .why = "ctxcap writes it from what it decided",
                   .hint = name == "num_ctx" ? "set it with --num-ctx" : "set it with --num-predict"});
    }
    TRY(check_parameter(name, value));
  }
  return {};
}

// Of a comment, as a terminal shows it whole; what it goes on with stands further in than any comment begins.
std::string in_lines(const std::string& comment) {
  constexpr int kWidest = 78, kLongest = 400;
  const std::string line = printable(comment, kLongest);
  const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
  return wrapped(std::string_view(line).substr(begin), kWidest, std::string(begin, ' '), "    ");
}

TemplateData modelfile_data(const Variant& variant, const std::vector<std::string>& comments) {
  TemplateData data{.text = {{"variant", variant.name},
                             {"base", variant.base},
                             {"num_ctx", fmt::format("{}", variant.num_ctx)},
                             {"num_predict", fmt::format("{}", variant.num_predict)}},
                    .flags = {{"has_system", !variant.system.value_or("").empty()}}};
  // Block quotes always: a value that begins with a quote needs them, and the others lose nothing.
  data.text["system"] = "\"\"\"" + variant.system.value_or("") + "\"\"\"";
  data.lists["comments"];
  for (const std::string& comment : comments) {
    const std::string lines = in_lines(comment);
    for (const std::string_view line : split(lines, '\n'))
      data.lists["comments"].push_back({.text = {{"line", std::string(line)}}});
  }
  for (const auto& [name, value] : all_parameters(variant)) {
    data.lists["parameters"].push_back({.text = {{"name", name}, {"value", value}}});
  }
  return data;
}

// What the text means to Ollama must be what was asked for; the answer is "" or what differs.
std::string difference(const std::vector<Command>& commands, const Variant& variant) {
  Parameters parameters;
  std::vector<std::string> systems, bases;
  for (const Command& command : commands) {
    if (command.name == "FROM") {
      bases.push_back(command.value);
    } else if (command.name == "PARAMETER") {
      parameters.emplace_back(command.parameter, command.value);
    } else if (command.name == "SYSTEM") {
      systems.push_back(command.value);
    } else {
      return fmt::format("it holds {}, which a capped variant inherits from its base instead", command.name);
    }
  }
  if (bases != std::vector{variant.base}) return "FROM is not the base model";
  Parameters asked = all_parameters(variant);
  std::sort(asked.begin(), asked.end());
  std::sort(parameters.begin(), parameters.end());
  if (parameters != asked) return "its PARAMETERs are not the ones decided";
  // An empty text is no SYSTEM: to Ollama it would set nothing.
  const std::string system = variant.system.value_or("");
  const bool system_kept = system.empty() ? join(systems, "").empty() : systems == std::vector{system};
  return system_kept ? "" : "its SYSTEM text is not the one given";
}

// Why no Modelfile can carry the SYSTEM text; "" where one can.
std::string obstacle_of(const Variant& variant) {
  if (!variant.system) return {};
  if (const std::string lost = lost_in_modelfile(*variant.system); !lost.empty())
    return "the system text cannot go into a Modelfile: " + lost;
  std::string lines = *variant.system;  // to Ollama a carriage return ends a line, too
  std::replace(lines.begin(), lines.end(), '\r', '\n');
  const auto read_back = read_modelfile("SYSTEM \"\"\"" + lines + "\"\"\"\n");
  const bool same = read_back && read_back->size() == 1 && read_back->front().value == lines;
  return same ? "" : "the system text has a line that ends in \"\"\", which closes it early in a Modelfile";
}

}  // namespace

Result<Variant> check_modelfile(Variant variant, const std::string& origin) {
  TRY(check_values(variant));
  variant.cli_obstacle = obstacle_of(variant);
  if (!variant.cli_obstacle.empty()) return variant;  // never written to a file, so nothing can break

  std::string wrong;
  if (const auto commands = read_modelfile(variant.modelfile); !commands) {
    wrong = commands.error().why;
  } else {
    wrong = difference(*commands, variant);
  }
  if (wrong.empty()) return variant;
  return fail(
      {.kind = ErrorKind::usage,
       .what = "the Modelfile does not say what was decided",
       .why = fmt::format("{}: {}", origin, wrong),
       .hint = "start from templates/modelfile.mustache and keep its FROM, PARAMETER and SYSTEM lines"});
}

Result<Variant> render_modelfile(Variant variant, const ModelfileRequest& request) {
  TRY(check_values(variant));
  TRY_ASSIGN(variant.modelfile,
             render_template(request.template_text, modelfile_data(variant, request.comments),
                             request.template_origin));
  return check_modelfile(std::move(variant), request.template_origin);
}

}  // namespace ctxcap::render
