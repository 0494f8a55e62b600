#include "runtime/checks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "data/model_name.hpp"
#include "runtime/names.hpp"
#include "runtime/parameters.hpp"
#include "runtime/wire.hpp"

namespace ctxcap::runtime {
namespace {

Error refused(const Variant& variant, ErrorKind kind, std::string why, std::string hint) {
  return {.kind = kind,
          .what = "will not create " + printable(variant.name),
          .why = std::move(why),
          .hint = std::move(hint)};
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::string_view before = text;
    if (next_code_point(text) == 0xFFFD && !before.starts_with("\xEF\xBF\xBD")) return false;
  }
  return true;
}

std::optional<InstalledModel> find(const std::vector<InstalledModel>& models, const std::string& name) {
  const auto found = std::find_if(models.begin(), models.end(),
                                  [&](const InstalledModel& model) { return same_model(model.name, name); });
  if (found == models.end()) return std::nullopt;
  return *found;
}

Status check_base(const Variant& variant, std::string_view show_json) {
  const auto show = parse_json(show_json);
  if (!show) {
    return fail(refused(variant, ErrorKind::failure, "/api/show of the base did not answer with JSON",
                        "check that OLLAMA_HOST names an Ollama server"));
  }
  if (!text_at(*show, "remote_model").empty() || !text_at(*show, "remote_host").empty()) {
    return fail(refused(variant, ErrorKind::usage,
                        printable(variant.base) + " runs elsewhere: there are no weights here",
                        "name a base that is installed on this server"));
  }
  const std::vector<std::string> can = texts_at(*show, "capabilities");
  if (!can.empty() && std::find(can.begin(), can.end(), "completion") == can.end()) {
    return fail(refused(variant, ErrorKind::usage,
                        printable(variant.base) + " cannot generate text; it only embeds",
                        "name a base that can"));
  }
  return {};
}

Status check_existing(const Variant& variant, const InstalledModel& model, Existing existing) {
  if (existing == Existing::replace_any) return {};
  if (existing == Existing::replace_variant && same_model(model.parent, variant.base)) return {};
  const std::string why = existing == Existing::keep ? "a model of that name is there"
                          : model.parent.empty()
                              ? "a model of that name is there that was pulled, not derived"
                              : "a model of that name is there, made from " + printable(model.parent);
  return fail(
      refused(variant, ErrorKind::usage, why, "choose another name with --name, or replace it with --force"));
}

}  // namespace

Status check_request(const Variant& variant) {
  TRY(check_model_name(variant.name));
  TRY(check_model_name(variant.base));  // a tag such as ":cloud" names a model that has no weights here
  if (is_backup_name(variant.name)) {
    return fail(refused(variant, ErrorKind::usage, "tags of that ending are kept for the previous variant",
                        "choose another with --name"));
  }
  if (same_model(variant.name, variant.base)) {
    return fail(
        refused(variant, ErrorKind::usage, "it would overwrite its own base", "choose another with --name"));
  }
  if (variant.num_ctx <= 0) {
    return fail(refused(variant, ErrorKind::usage, "it has no window", "give one with --num-ctx N"));
  }
  for (const auto& [name, value] : variant.parameters) {
    TRY(check_parameter(name, value));
    if (name == "num_ctx" || (name == "num_predict" && variant.num_predict != 0)) {
      return fail(
          refused(variant, ErrorKind::usage, name + " is given twice", "leave it out of the parameters"));
    }
    if (!is_utf8(value))
      return fail(refused(variant, ErrorKind::usage, name + " is not UTF-8", "convert it with iconv"));
  }
  if (variant.system && !is_utf8(*variant.system)) {
    return fail(refused(variant, ErrorKind::usage, "the SYSTEM text is not UTF-8", "convert it with iconv"));
  }
  return {};
}

Result<Before> check_server(Ollama& ollama, const Variant& variant, Existing existing) {
  TRY_ASSIGN(const std::vector<InstalledModel> models, ollama.installed());
  const auto base = find(models, variant.base);
  if (!base) {  // create would pull it from the registry
    return fail(refused(variant, ErrorKind::failure,
                        "the base " + printable(variant.base) + " is not installed",
                        "install it with: ollama pull " + printable(variant.base)));
  }
  if (!variant.base_digest.empty() && variant.base_digest != base->digest) {
    return fail(refused(variant, ErrorKind::failure,
                        printable(variant.base) + " has changed since the plan was made (another digest)",
                        "make a new plan with: ctxcap analyze"));
  }
  TRY_ASSIGN(const std::string show, ollama.show(variant.base));
  TRY(check_base(variant, show));
  const auto previous = find(models, variant.name);
  const std::string there = previous ? previous->digest : "";
  // One that is gone since leaves nothing to lose.
  if (variant.replaces_digest && !there.empty() && *variant.replaces_digest != there) {
    const std::string how = variant.replaces_digest->empty() ? "is there" : "is another one";
    return fail(refused(variant, ErrorKind::failure,
                        fmt::format("a model of that name {} since the plan was made", how),
                        "make a new plan with: ctxcap analyze"));
  }
  if (previous) TRY(check_existing(variant, *previous, existing));
  return Before{*base, previous};
}

}  // namespace ctxcap::runtime
