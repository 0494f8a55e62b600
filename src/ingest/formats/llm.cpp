// `llm logs list --json` and rows of its database. A conversation's name is the beginning of its prompt:
// private, and no job.

#include <array>

#include "ingest/formats/all.hpp"

namespace ctxcap::ingest {
namespace {

constexpr std::array kBody{Key::prompt, Key::system};

void read_log(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  Call call;
  call.id = fields[Key::id].text(scratch);
  call.usage = usage_of(read_count(fields[Key::input_tokens], scratch),
                        read_count(fields[Key::output_tokens], scratch));
  call.model = fields[Key::model].text(scratch);
  read_start(fields[Key::datetime_utc], scratch, call);
  const Asked asked = read_asked(fields[Key::options_json], scratch);
  call.num_ctx = asked.num_ctx;
  call.num_predict = asked.num_predict;
  sink.add(call);
}

}  // namespace

constinit const Format kLlm{
    .name = "llm",
    .help = "logs of the command-line tool llm (logs list --json, rows of its database)",
    .told_by = "`options_json`, `input_tokens` and `datetime_utc`",
    .matches =
        [](const Fields& fields) {
          return fields.keys().has_all({Key::options_json, Key::input_tokens, Key::datetime_utc});
        },
    .read = read_log,
    .body = kBody};

}  // namespace ctxcap::ingest
