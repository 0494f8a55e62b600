// A plan for another server as the texts that people put into its unit, its compose file or a shell.

#include <algorithm>

#include "base/template.hpp"
#include "base/text.hpp"
#include "render/render.hpp"

namespace ctxcap::render {
namespace {

// Means the same to a shell, in YAML, in INI and to systemd.
bool is_plain(const std::string& text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._/@:+-").find(c) != std::string_view::npos;
  };
  return !text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), plain);
}

// llama-server's name of the variable that stands for a flag.
std::string variable_of(const std::string& flag) {
  if (flag == "parallel") return "LLAMA_ARG_N_PARALLEL";
  std::string name = "LLAMA_ARG_";
  for (const char c : flag)
    name += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

TemplateData data_of(const ServedPlan& plan, const std::string& model,
                     const std::vector<std::string>& comments) {
  TemplateData data{.text = {{"model", model}, {"name", is_plain(plan.model) ? plan.model : "MODEL"}}};
  data.lists["comments"];
  for (const std::string& comment : comments)
    data.lists["comments"].push_back({.text = {{"line", printable(comment)}}});
  for (const auto& [name, value] : plan.flags)
    data.lists["flags"].push_back(
        {.text = {{"name", name}, {"value", value}, {"variable", variable_of(name)}}});
  return data;
}

}  // namespace

Result<ServedPlan> render_served(ServedPlan plan, const std::string& model,
                                 std::span<const ServedTemplate> templates,
                                 const std::vector<std::string>& comments) {
  if (!is_plain(model)) {
    plan.notes.push_back("nothing is rendered: no text could carry the name " + printable(model, 60));
    return plan;
  }
  const TemplateData data = data_of(plan, model, comments);
  for (const ServedTemplate& one : templates) {
    TRY_ASSIGN(std::string text, render_template(std::string(one.text), data, std::string(one.origin)));
    plan.texts.push_back({std::string(one.what), std::move(text)});
  }
  return plan;
}

}  // namespace ctxcap::render
