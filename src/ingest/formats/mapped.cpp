// Rows whose counts --map points at. It wins over every other format: the user has said so.

#include "ingest/formats/all.hpp"
#include "ingest/formats/plain.hpp"

namespace ctxcap::ingest {
namespace {

// A part that is not mapped keeps the names it is known by. Terms that a row does not have add nothing.
Count read_part(const Fields& fields, Part part, std::initializer_list<Key> known) {
  Scratch& scratch = fields.scratch();
  if (!fields.has_mapped(part)) return read_count(fields.first(known), scratch);
  Count sum;
  fields.each_mapped(part, [&](Value value) {
    const Count count = read_count(value, scratch);
    if (sum.reason == Reason::none) sum.reason = count.reason;
    if (count.tokens) sum.tokens = sum.tokens.value_or(0) + *count.tokens;
  });
  if (sum.tokens.value_or(0) > kLargestCount) return {.reason = Reason::implausible_tokens};
  return sum;
}

void read_mapped(const Fields& fields, Sink& sink) {
  Call call;
  call.usage = usage_of(read_part(fields, Part::prompt,
                                  {Key::prompt_tokens, Key::input_tokens, Key::input_length,
                                   Key::prompt_eval_count, Key::ContextTokens}),
                        read_part(fields, Part::generation,
                                  {Key::completion_tokens, Key::output_tokens, Key::output_length,
                                   Key::eval_count, Key::GeneratedTokens}));
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
