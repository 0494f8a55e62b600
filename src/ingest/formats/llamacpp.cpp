// llama.cpp's server: answers of /completion, of /v1/messages, and its refusals, which name the prompt's true
// size and are the best rows there are.

#include <array>

#include "ingest/formats/all.hpp"
#include "ingest/formats/plain.hpp"
#include "ingest/refusals.hpp"

namespace ctxcap::ingest {
namespace {

constexpr std::array kBody{Key::prompt};

void read_completion(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  Call call;
  read_plain_names(fields, call);
  call.usage = usage_of(read_count(fields[Key::tokens_evaluated], scratch),
                        read_count(fields[Key::tokens_predicted], scratch));
  // The parts of a stream repeat the counts so far.
  if (fields[Key::stop].raw() == "false") call.usage = {.reason = Reason::stream_part};
  const Value settings = fields[Key::generation_settings];
  call.num_ctx = read_limit(settings.member("n_ctx"), scratch);  // older servers
  call.num_predict = read_limit(settings.member("n_predict"), scratch);
  sink.add(call);
}

// Anthropic's form: the cached part of the prompt is counted apart.
void read_message(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  Call call;
  read_plain_names(fields, call);
  call.usage = read_nested_usage(fields[Key::usage], scratch);
  sink.add(call);
}

// Ollama hands the refusal on as text inside of its own; OpenAI's form has it in the message.
std::optional<Usage> refused_row(const Fields& fields) {
  Scratch& scratch = fields.scratch();
  const Value error = fields[Key::error];
  if (error.is_object()) return refused_usage(error.raw());
  if (error.present()) return refused_usage(error.text(scratch));
  const bool is_error =
      fields[Key::object].text(scratch) == "error" || fields[Key::type].text(scratch) == "error";
  return is_error ? refused_usage(fields[Key::message].text(scratch)) : std::nullopt;
}

void read_refusal(const Fields& fields, Sink& sink) {
  Call call;
  read_plain_names(fields, call);
  call.usage = *refused_row(fields);
  sink.add(call);
}

}  // namespace

constinit const Format kLlamaCpp{
    .name = "llama.cpp",
    .help = "answer of llama.cpp's /completion",
    .told_by = "`tokens_evaluated` and `tokens_predicted`",
    .matches =
        [](const Fields& fields) {
          return fields.keys().has_all({Key::tokens_evaluated, Key::tokens_predicted});
        },
    .read = read_completion,
    .body = kBody};

constinit const Format kLlamaCppMessage{.name = "messages",
                                        .help = "answer of /v1/messages",
                                        .told_by = "`type` is message, and `usage`",
                                        .matches =
                                            [](const Fields& fields) {
                                              return fields[Key::type].text(fields.scratch()) == "message" &&
                                                     fields.keys().has(Key::usage);
                                            },
                                        .read = read_message};

constinit const Format kLlamaCppRefusal{
    .name = "llama.cpp",
    .help = "a prompt that llama.cpp, Ollama or vLLM refused as too long",
    .told_by = "`error` that names the size of the prompt",
    .matches =
        [](const Fields& fields) {
          return !fields.keys().has_any({Key::traceId, Key::trace_id, Key::prompt_eval_count, Key::usage}) &&
                 refused_row(fields).has_value();
        },
    .read = read_refusal};

}  // namespace ctxcap::ingest
