// Plain rows: whoever writes a log by hand uses OpenAI's names, Ollama's, or those of the public traces.

#include <array>

#include "ingest/formats/all.hpp"
#include "ingest/formats/plain.hpp"

namespace ctxcap::ingest {
namespace {

struct Pair {
  Key prompt, generation;
};
constexpr std::array<Pair, 7> kPairs{{{Key::prompt_tokens, Key::completion_tokens},
                                      {Key::input_tokens, Key::output_tokens},
                                      {Key::promptTokens, Key::completionTokens},
                                      {Key::inputTokens, Key::outputTokens},
                                      {Key::input_length, Key::output_length},
                                      {Key::prompt_eval_count, Key::eval_count},
                                      {Key::ContextTokens, Key::GeneratedTokens}}};

Usage read_pair(const Fields& fields) {
  Scratch& scratch = fields.scratch();
  for (const Pair& pair : kPairs) {
    const KeySet& keys = fields.keys();
    if (!keys.has(pair.prompt)) continue;
    return usage_of(read_count(fields[pair.prompt], scratch), read_count(fields[pair.generation], scratch));
  }
  return {};
}

// An error or a status that says so. "error": null is success.
bool has_failed(const Fields& fields) {
  if (fields[Key::error].present()) return true;
  const std::string_view status = fields[Key::status].text(fields.scratch());
  return status == "failure" || status == "error" || status == "failed";
}

Usage judge_row(const Fields& fields) {
  Scratch& scratch = fields.scratch();
  const auto as = [](Reason reason) { return Usage{.reason = reason}; };
  if (fields[Key::object].text(scratch) == "list") return as(Reason::embedding);
  if (fields[Key::done].raw() == "false") return as(Reason::stream_part);
  Usage usage = read_pair(fields);
  if (usage.reason == Reason::no_usage)
    usage = read_nested_usage(fields.first({Key::usage, Key::usage_metadata}), scratch);
  if (usage.reason == Reason::no_usage && has_failed(fields)) {
    const Value error = fields[Key::error];
    const auto size = refused_prompt(error.is_object() ? error.raw() : error.text(scratch));
    if (!size) return as(Reason::failed);
    usage = usage_of({.tokens = size}, {});
    usage.remarks.add(Remark::refused_prompt);
  }
  if (usage.reason == Reason::no_usage && fields.first({Key::total_tokens, Key::totalTokens}).present()) {
    const Count total = read_count(fields.first({Key::total_tokens, Key::totalTokens}), scratch);
    if (total.tokens.value_or(0) > 0) return as(Reason::total_only);
  }
  return usage;
}

std::string_view first_tag(const Fields& fields) {
  const Value tags = fields[Key::tags];
  std::string_view tag = tags.is_array() ? std::string_view() : tags.text(fields.scratch());
  tags.each_element([&](Value value) {
    if (tag.empty()) tag = value.text(fields.scratch());
  });
  return tag;
}

}  // namespace

Usage read_nested_usage(Value usage, Scratch& scratch) {
  const Value map = usage.opened(scratch);
  constexpr std::array<std::array<std::string_view, 2>, 6> kNames{{{"prompt_eval_count", "eval_count"},
                                                                   {"prompt_tokens", "completion_tokens"},
                                                                   {"input", "output"},
                                                                   {"input_tokens", "output_tokens"},
                                                                   {"promptTokens", "completionTokens"},
                                                                   {"inputTokens", "outputTokens"}}};
  // llama.cpp counts what it had to evaluate apart from what it remembered.
  const Value evaluated = map.member("prompt_n");
  if (evaluated.present()) {
    Count prompt = read_count(evaluated, scratch);
    if (prompt.tokens) *prompt.tokens += read_count(map.member("cache_n"), scratch).tokens.value_or(0);
    return usage_of(prompt, read_count(map.member("predicted_n"), scratch));
  }
  for (const auto& [prompt, generation] : kNames) {
    const Value found = map.member(prompt);
    if (found.present())
      return usage_of(read_count(found, scratch), read_count(map.member(generation), scratch));
  }
  return {};
}

void read_plain_names(const Fields& fields, Call& call) {
  Scratch& scratch = fields.scratch();
  const auto text = [&](std::initializer_list<Key> keys) { return fields.first(keys).text(scratch); };
  call.job = {.job = text({Key::job}),
              .trace_name = text({Key::trace_name, Key::traceName}),
              .own_name = text({Key::name}),
              .prompt_name = text({Key::prompt_name, Key::promptName}),
              .tag = first_tag(fields),
              .service = text({Key::service})};
  call.model = text({Key::model});
  for (const Key key : {Key::timestamp, Key::TIMESTAMP, Key::time, Key::startTime, Key::start_time,
                        Key::created_at, Key::created}) {
    if (!call.start) read_start(fields[key], scratch, call);
  }
  const Asked asked = read_asked(fields[Key::options], scratch);
  call.num_ctx = read_limit(fields[Key::num_ctx], scratch);
  if (!call.num_ctx) call.num_ctx = asked.num_ctx;
  call.num_predict = read_limit(fields.first({Key::num_predict, Key::max_tokens}), scratch);
  if (!call.num_predict) call.num_predict = asked.num_predict;
}

namespace {

void read_plain(const Fields& fields, Sink& sink) {
  Call call;
  call.usage = judge_row(fields);
  read_plain_names(fields, call);
  sink.add(call);
}

}  // namespace

constinit const Format kPlain{
    .name = "plain",
    .help =
        "rows with prompt_tokens, input_tokens, input_length, prompt_eval_count or ContextTokens, or "
        "\"usage\"",
    .told_by = "any of these keys, or `usage`, or `model` and `done`",
    .matches =
        [](const Fields& fields) {
          const KeySet& keys = fields.keys();
          return keys.has_any({Key::prompt_tokens, Key::completion_tokens, Key::total_tokens,
                               Key::input_tokens, Key::input_length, Key::promptTokens, Key::inputTokens,
                               Key::usage_metadata, Key::prompt_eval_count, Key::eval_count,
                               Key::ContextTokens}) ||
                 keys.has(Key::usage) || keys.has_all({Key::model, Key::done});
        },
    .read = read_plain,
    .body = kPlainBody};

}  // namespace ctxcap::ingest
