// The formats that request logs may have, for the terminal.

#include <fmt/format.h>

#include <algorithm>

#include "report/report.hpp"
#include "report/style.hpp"

namespace ctxcap::report {

std::string trace_formats_text(std::span<const TraceFormat> formats, const TextOptions& options) {
  std::size_t width = 0;
  for (const TraceFormat& format : formats) width = std::max(width, format.name.size());
  std::string text;
  for (const TraceFormat& format : formats) {
    text += fmt::format(" {:<{}}  {}\n", format.name, width, format.help);
    text += paint(fmt::format(" {:<{}}  by {}", "", width, format.told_by), Tone::dim, options.colour) + "\n";
  }
  return text +
         "\nThe first that knows a row reads it, so a file may mix them. JSON one a line, arrays, pages and "
         "CSV.\n\n"
         "Anything else by --map PART=PATH,...: PART is prompt, generation, model, job, time or id; PATH is "
         "a\n"
         "CSV column or a JSON key, dots lead into objects. A part that is not mapped keeps its known "
         "names.\n"
         "  ctxcap analyze --traces my.csv --map prompt=PromptLen,generation=AnswerLen\n"
         "  ctxcap analyze --traces my.jsonl --map prompt=usage.in,generation=usage.out,job=meta.task\n"
         "\nWhat counts as the job: --job auto (default), trace-name, name, prompt, tag, service, field, "
         "field:PATH.\n";
}

}  // namespace ctxcap::report
