// Answers in OpenAI's form (Ollama's /v1, llama.cpp, vLLM): whole ones are plain rows with a nested usage;
// this file reads what else travels there: parts of streams, embeddings, batch output.

#include "ingest/formats/all.hpp"
#include "ingest/formats/plain.hpp"

namespace ctxcap::ingest {
namespace {

bool object_is(const Fields& fields, std::string_view name) {
  return fields[Key::object].text(fields.scratch()) == name;
}

// A part of a stream carries no usage, or zeros, until the last one, which has them all. llama.cpp adds
// timings to its last part whether or not usage was asked for: the prompt is what was cached and what was
// not.
void read_chunk(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  Call call;
  read_plain_names(fields, call);
  call.usage = read_nested_usage(fields[Key::usage], scratch);
  if (call.usage.reason == Reason::no_usage) call.usage = read_nested_usage(fields[Key::timings], scratch);
  // Some servers count in every part: these are running counts, and the last part has those of the call. An
  // id of Ollama's is one of 999, so calls may share it.
  constexpr std::size_t kShortestUnique = 20;
  const std::string_view id = fields[Key::id].text(scratch);
  if (call.usage.reason == Reason::none && id.size() >= kShortestUnique) {
    call.id = id;
    call.last_wins = true;
  }
  if (call.usage.reason == Reason::no_usage) call.usage.reason = Reason::stream_part;
  sink.add(call);
}

// {"type":"response.completed","response":{...}}: only the event of the end counts.
void read_event(const Fields& fields, Sink& sink) {
  const std::string_view type = fields[Key::type].text(fields.scratch());
  const bool ended =
      type == "response.completed" || type == "response.incomplete" || type == "response.failed";
  if (ended && fields[Key::response].is_object()) return sink.nested(fields[Key::response].raw());
  sink.add(unusable(Reason::stream_part));
}

void read_batch(const Fields& fields, Sink& sink) {
  const Value body = fields[Key::response].member("body");
  const std::string_view status = fields[Key::response].member("status_code").raw();
  if (fields[Key::error].present() || status != "200" || !body.is_object())
    return sink.add(unusable(Reason::failed));
  sink.nested(body.raw());
}

// Its tokens are those of all texts together, so of one text alone they are its length.
void read_embeddings(const Fields& fields, Sink& sink) {
  int texts = 0;
  fields[Key::data].each_element([&](Value) { ++texts; });
  Call call = unusable(Reason::embedding);
  call.model = fields[Key::model].text(fields.scratch());
  if (texts == 1) {
    const Count tokens = read_count(fields[Key::usage].member("prompt_tokens"), fields.scratch());
    call.usage.prompt = tokens.tokens.value_or(0);
  }
  sink.add(call);
}

}  // namespace

constinit const Format kOpenAiChunk{
    .name = "openai-stream",
    .help = "parts of a streamed answer, also as raw server-sent events",
    .told_by = "`object` is chat.completion.chunk, or text_completion without counts",
    .matches =
        [](const Fields& fields) {
          if (object_is(fields, "chat.completion.chunk")) return true;
          const Value usage = fields[Key::usage];
          return object_is(fields, "text_completion") &&
                 (!usage.present() || usage.member("prompt_tokens").raw() == "0");
        },
    .read = read_chunk};

constinit const Format kOpenAiEvent{
    .name = "openai-stream",
    .help = "events of a streamed response",
    .told_by = "`type` is response.* and `sequence_number`",
    .matches =
        [](const Fields& fields) {
          return fields[Key::type].text(fields.scratch()).starts_with("response.") &&
                 fields.keys().has(Key::sequence_number);
        },
    .read = read_event};

constinit const Format kOpenAiEmbeddings{
    .name = "openai",
    .help = "answer to an embedding request: refused",
    .told_by = "`object` is list, `data` and `usage`",
    .matches =
        [](const Fields& fields) {
          return object_is(fields, "list") && fields.keys().has_all({Key::data, Key::usage});
        },
    .read = read_embeddings};

constinit const Format kOpenAiBatch{.name = "openai-batch",
                                    .help = "line of a batch's output: the answer is inside",
                                    .told_by = "`custom_id` and `response`",
                                    .matches =
                                        [](const Fields& fields) {
                                          return fields.keys().has_all({Key::custom_id, Key::response});
                                        },
                                    .read = read_batch,
                                    .holds_rows = true};

}  // namespace ctxcap::ingest
