// Plain rows: whoever writes a log by hand uses OpenAI's names, Ollama's, or those of the public traces.

#include "ingest/formats/plain.hpp"
#include "ingest/answer_context.hpp"
#include "ingest/formats/all.hpp"
#include "ingest/refusals.hpp"
#include "ingest/spellings.hpp"
#include "ingest/when.hpp"

namespace ctxcap::ingest {
namespace {

// Where a log keeps what the answer said of itself.
Usage read_answer(const Fields& fields) {
  Usage usage;
  for (const Key key :
       {Key::usage, Key::usage_metadata, Key::usageMetadata, Key::timings, Key::response_metadata}) {
    if (!fields.keys().has(key)) continue;
    const Usage found = read_nested_usage(fields[key], fields.scratch());
    if (found.reason == Reason::none) return found;
    if (found.reason != Reason::no_usage) usage = found;
  }
  return usage;
}

// A day in place of a time, or a day between start and end, with more tokens than any window holds.
bool is_sum_of_days(const Fields& fields, const Usage& usage) {
  constexpr Tokens kAnyWindow = 262'144;
  if (usage.reason != Reason::none || usage.context <= kAnyWindow) return false;
  Scratch& scratch = fields.scratch();
  if (fields[Key::date].present()) return true;
  const auto begin = read_time(fields.first({Key::start_time, Key::startTime}), scratch);
  const auto end = read_time(fields[Key::end_time], scratch);
  constexpr i64 kNearlyADay = i64{23} * 3'600 * 1'000'000;
  return begin && end && end->micros - begin->micros >= kNearlyADay;
}

// By the route, or by the operation that a gateway names.
bool is_embedding(const Fields& fields) {
  for (const Key key : {Key::path, Key::request_path, Key::call_type, Key::operation}) {
    if (fields[key].text(fields.scratch()).find("embed") != std::string_view::npos) return true;
  }
  return false;
}

// An error or a status that says so. "error": null is success.
bool has_failed(const Fields& fields) {
  if (fields[Key::error].present()) return true;
  const std::string_view status = fields[Key::status].text(fields.scratch());
  return status == "failure" || status == "error" || status == "failed";
}

// The window that a row says it was answered in.
std::optional<Tokens> stated_window(const Fields& fields) {
  Scratch& scratch = fields.scratch();
  const auto stated = read_limit(fields[Key::num_ctx], scratch);
  return stated ? stated : read_asked(fields[Key::options], scratch).num_ctx;
}

Usage whole_usage(const Fields& fields) {
  const Usage usage = read_flat_usage(fields);
  if (!fields.keys().has(Key::context)) return usage;
  const bool thought = !fields[Key::thinking].text(fields.scratch()).empty();
  return with_context(usage, fields[Key::context], stated_window(fields), thought);
}

Usage judge_row(const Fields& fields) {
  Scratch& scratch = fields.scratch();
  const auto as = [](Reason reason) { return Usage{.reason = reason}; };
  if (fields[Key::object].text(scratch) == "list") return as(Reason::embedding);
  if (is_embedding(fields)) return as(Reason::embedding);
  if (fields[Key::done].raw() == "false") return as(Reason::stream_part);
  Usage usage = whole_usage(fields);
  if (usage.is_unsaid() || usage.reason == Reason::partial_prompt) {
    const Usage answer = read_answer(fields);
    if (answer.reason != Reason::no_usage) usage = answer;
  }
  if (is_sum_of_days(fields, usage)) return as(Reason::aggregate);
  if ((usage.reason == Reason::no_usage || usage.reason == Reason::total_only) && has_failed(fields)) {
    const Value error = fields[Key::error];
    usage = refused_usage(error.is_object() ? error.raw() : error.text(scratch)).value_or(as(Reason::failed));
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

Usage read_flat_usage(const Fields& fields) {
  NamedCounts counts;
  (fields.keys() & count_keys()).each([&](Key key) {
    counts.take(*spelling_of(key), fields[key], fields.scratch());
  });
  return counts.usage();
}

Usage read_nested_usage(Value usage, Scratch& scratch) {
  NamedCounts counts;
  counts.take_members(usage, scratch);
  return counts.usage();
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
  call.model = text({Key::model, Key::model_name, Key::model_id, Key::modelId, Key::modelID,
                     Key::modelIdentifier, Key::main_model, Key::ls_model_name, Key::modelVersion});
  const Value answer = fields[Key::response_metadata];
  for (const std::string_view key : {"model", "model_name"}) {
    if (call.model.empty()) call.model = answer.member(key).text(scratch);
  }
  for (const Key key :
       {Key::timestamp, Key::TIMESTAMP, Key::time, Key::startTime, Key::start_time, Key::created_at,
        Key::created, Key::at_timestamp, Key::ts, Key::createTime, Key::date}) {
    if (!call.start) read_start(fields[key], scratch, call);
  }
  if (!call.start) read_start(answer.member("created_at"), scratch, call);
  const Asked asked = read_asked(fields[Key::options], scratch);
  call.num_ctx = read_limit(fields[Key::num_ctx], scratch);
  if (!call.num_ctx) call.num_ctx = asked.num_ctx;
  // Around the request as it was sent, which may be long: it is opened only where it names one.
  for (const Key key : {Key::request, Key::request_body, Key::params, Key::model_parameters}) {
    if (!call.num_ctx && fields[key].raw().find("num_ctx") != std::string_view::npos)
      call.num_ctx = read_asked(fields[key], scratch).num_ctx;
  }
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
                               Key::usage_metadata, Key::usageMetadata, Key::prompt_eval_count,
                               Key::eval_count, Key::ContextTokens, Key::tokensIn, Key::tokens_in,
                               Key::timings, Key::num_prompt_tokens, Key::timings}) ||
                 keys.has(Key::usage) || keys.has_all({Key::model, Key::done});
        },
    .read = read_plain,
    .body = kPlainBody};

}  // namespace ctxcap::ingest
