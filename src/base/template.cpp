#include "base/template.hpp"

#include <fmt/format.h>

#include <kainjow/mustache.hpp>

namespace ctxcap {
namespace {

using kainjow::mustache::mustache;
using Value = kainjow::mustache::data;

Value to_mustache(const TemplateData& from) {
  Value object(Value::type::object);
  for (const auto& [name, value] : from.text) object.set(name, value);
  for (const auto& [name, value] : from.flags)
    object.set(name, value ? Value::type::bool_true : Value::type::bool_false);
  for (const auto& [name, items] : from.lists) {
    Value list(Value::type::list);
    for (const TemplateData& item : items) list.push_back(to_mustache(item));
    object.set(name, list);
  }
  return object;
}

// Remembers the first name that was asked for and is nowhere in the data.
class StrictContext : public kainjow::mustache::context<std::string> {
 public:
  explicit StrictContext(const Value* root) : context(root) {}
  const Value* get(const std::string& name) const override {
    const Value* found = context::get(name);
    if (found == nullptr && missing_.empty()) missing_ = name;
    return found;
  }
  const Value* get_partial(const std::string& name) const override {
    if (missing_.empty()) missing_ = "> " + name;
    return nullptr;
  }
  const std::string& missing() const { return missing_; }

 private:
  mutable std::string missing_;
};

std::string names_of(const TemplateData& from) {
  std::string names;
  const auto add = [&](const std::string& name) { names += (names.empty() ? "" : ", ") + name; };
  for (const auto& entry : from.text) add(entry.first);
  for (const auto& entry : from.flags) add("#" + entry.first);
  for (const auto& entry : from.lists) add("#" + entry.first);
  return names;
}

}  // namespace

Result<std::string> render_template(const std::string& text, const TemplateData& from,
                                    const std::string& origin) {
  mustache compiled(text);
  if (!compiled.is_valid()) {
    return fail({.kind = ErrorKind::usage,
                 .what = "the template cannot be read",
                 .why = fmt::format("{}: {}", origin, compiled.error_message()),
                 .hint = "every {{#name}} needs its {{/name}}"});
  }
  compiled.set_custom_escape([](const std::string& value) { return value; });

  const Value root = to_mustache(from);
  StrictContext context(&root);
  std::string rendered = compiled.render(context);
  if (!context.missing().empty()) {
    return fail(
        {.kind = ErrorKind::usage,
         .what = fmt::format("the template asks for {{{{{}}}}}, which does not exist", context.missing()),
         .why = origin,
         .hint = "names that exist: " + names_of(from)});
  }
  return rendered;
}

}  // namespace ctxcap
