// The table of report formats.

#include <fmt/format.h>

#include <array>

#include "base/text.hpp"
#include "report/formats/formats.hpp"
#include "report/report.hpp"

namespace ctxcap::report {
namespace {

constexpr std::array kFormats = {&kTableFormat, &kJsonFormat,       &kCsvFormat,      &kMarkdownFormat,
                                 &kHtmlFormat,  &kPrometheusFormat, &kModelfileFormat};

Error no_format(std::string what, std::string_view given) {
  std::vector<std::string> names;
  for (const Format* format : kFormats) names.emplace_back(format->name);
  const std::string meant = closest(given, names);
  return {.kind = ErrorKind::usage,
          .what = std::move(what),
          .why = "the formats are " + join(names, ", "),
          .hint = meant.empty() ? "for machines: -f json" : fmt::format("did you mean {}?", meant)};
}

}  // namespace

std::span<const Format* const> formats() {
  return kFormats;
}

Result<const Format*> format_named(std::string_view name) {
  for (const Format* format : kFormats) {
    if (format->name == name) return format;
  }
  return fail(no_format(fmt::format("there is no format \"{}\"", printable(name, 40)), name));
}

Result<const Format*> format_for_file(std::string_view path) {
  for (const Format* format : kFormats) {
    if (path.ends_with(format->suffix)) return format;
  }
  const std::size_t dot = path.rfind('.');
  return fail(no_format(fmt::format("the suffix of {} names no format", printable(path)),
                        dot == path.npos ? "" : path.substr(dot + 1)));
}

}  // namespace ctxcap::report
