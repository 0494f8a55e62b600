// LiteLLM: the standard logging payload of its callbacks, and the rows of its spend table. Counts on the
// ollama and ollama_chat providers are those that Ollama reported.

#include <array>

#include "ingest/formats/all.hpp"
#include "ingest/refusals.hpp"

namespace ctxcap::ingest {
namespace {

constexpr std::array kBody{Key::messages, Key::proxy_server_request};

// "chatcmpl-17" of an Ollama behind /v1 comes again; the ids that LiteLLM makes do not.
constexpr std::size_t kShortestUniqueId = 24;

bool is_cached_answer(const Fields& fields, std::string_view id) {
  const std::string_view hit = fields[Key::cache_hit].text(fields.scratch());
  return hit == "true" || hit == "True" || id.find("_cache_hit") != std::string_view::npos;
}

// Over /v1 the stream's counts come only when they are asked for; else LiteLLM makes them up, or writes
// zeros.
bool is_estimate(const Fields& fields) {
  Scratch& scratch = fields.scratch();
  if (fields[Key::custom_llm_provider].text(scratch) != "openai") return false;
  if (fields[Key::stream].raw() != "true") return false;
  const Value options =
      fields[Key::model_parameters].opened(scratch).member("stream_options").opened(scratch);
  return options.member("include_usage").raw() != "true";
}

Usage judge_row(const Fields& fields, std::string_view id) {
  Scratch& scratch = fields.scratch();
  const auto as = [](Reason reason) { return Usage{.reason = reason}; };
  const std::string_view type = fields[Key::call_type].text(scratch);
  if (type.find("embedding") != std::string_view::npos) return as(Reason::embedding);
  if (is_cached_answer(fields, id)) return as(Reason::cache_hit);
  Usage usage = usage_of(read_count(fields[Key::prompt_tokens], scratch),
                         read_count(fields[Key::completion_tokens], scratch));
  if (fields[Key::status].text(scratch) == "failure" && usage.reason == Reason::no_usage) {
    const Value information = fields[Key::metadata].opened(scratch).member("error_information");
    for (const Value text : {fields[Key::error_str], information.member("error_message")}) {
      if (const auto refused = refused_usage(text.text(scratch))) return *refused;
    }
    return as(Reason::failed);
  }
  if (usage.reason == Reason::none && is_estimate(fields)) return as(Reason::estimated);
  return usage;
}

// The proxy adds the client's name to the tags of every request.
std::string_view first_tag(Value tags, Scratch& scratch) {
  std::string_view tag;
  tags.opened(scratch).each_element([&](Value value) {
    const std::string_view text = value.text(scratch);
    if (tag.empty() && !text.starts_with("User-Agent:")) tag = text;
  });
  return tag;
}

void read_row(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  const std::string_view id = fields.first({Key::request_id, Key::id}).text(scratch);
  const Value metadata = fields[Key::metadata].opened(scratch);
  const Value spend = metadata.member("spend_logs_metadata").opened(scratch);
  const Value requester = metadata.member("requester_metadata").opened(scratch);
  Call call;
  call.usage = judge_row(fields, id);
  if (id.size() >= kShortestUniqueId && call.usage.reason != Reason::cache_hit) call.id = id;
  call.job = {.job = spend.member("job").text(scratch),
              .trace_name = requester.member("trace_name").text(scratch),
              .own_name = requester.member("generation_name").text(scratch),
              .tag = first_tag(fields[Key::request_tags], scratch)};
  call.model = fields[Key::model].text(scratch);
  read_start(fields[Key::startTime], scratch, call);
  Asked asked = read_asked(fields[Key::model_parameters], scratch);
  if (!asked.num_predict && !asked.num_ctx) asked = read_asked(fields[Key::proxy_server_request], scratch);
  call.num_ctx = asked.num_ctx;
  call.num_predict = asked.num_predict;
  sink.add(call);
}

}  // namespace

constinit const Format kLiteLlm{.name = "litellm",
                                .help = "LiteLLM's standard logging payload (custom logger, generic_api)",
                                .told_by = "`call_type` and `hidden_params`",
                                .matches =
                                    [](const Fields& fields) {
                                      return fields.keys().has_all({Key::call_type, Key::hidden_params});
                                    },
                                .read = read_row,
                                .body = kBody};

constinit const Format kLiteLlmSpend{
    .name = "litellm-spend",
    .help = "row of LiteLLM's spend logs",
    .told_by = "`request_id`, `call_type` and `spend`",
    .matches =
        [](const Fields& fields) {
          return fields.keys().has_all({Key::request_id, Key::call_type, Key::spend});
        },
    .read = read_row,
    .body = kBody};

}  // namespace ctxcap::ingest
