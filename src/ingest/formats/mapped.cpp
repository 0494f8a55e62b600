// Rows whose counts --map points at. It wins over every other format: the user has said so.

#include "ingest/formats/all.hpp"
#include "ingest/formats/plain.hpp"

namespace ctxcap::ingest {
namespace {

// A part that is not mapped keeps the names it is known by.
Value prompt_of(const Fields& fields) {
  if (fields.has_mapped(Part::prompt)) return fields.mapped(Part::prompt);
  return fields.first(
      {Key::prompt_tokens, Key::input_tokens, Key::input_length, Key::prompt_eval_count, Key::ContextTokens});
}

Value generation_of(const Fields& fields) {
  if (fields.has_mapped(Part::generation)) return fields.mapped(Part::generation);
  return fields.first({Key::completion_tokens, Key::output_tokens, Key::output_length, Key::eval_count,
                       Key::GeneratedTokens});
}

void read_mapped(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  Call call;
  call.usage = usage_of(read_count(prompt_of(fields), scratch), read_count(generation_of(fields), scratch));
  read_plain_names(fields, call);
  sink.add(call);
}

}  // namespace

constinit const Format kMapped{.name = "mapped",
                               .help = "rows with the columns or keys that --map names",
                               .told_by = "the columns or keys given to --map",
                               .matches =
                                   [](const Fields& fields) {
                                     return fields.has_mapped(Part::prompt) ||
                                            fields.has_mapped(Part::generation);
                                   },
                               .read = read_mapped,
                               .body = kPlainBody};

}  // namespace ctxcap::ingest
