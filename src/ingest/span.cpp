#include "ingest/span.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "ingest/refusals.hpp"
#include "ingest/request_ids.hpp"
#include "ingest/spellings.hpp"
#include "ingest/when.hpp"

namespace ctxcap::ingest {
namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

enum class SpanKind { call, embedding, other, unsaid };

// "ai.generateText digest": the operation, and the name that the user gave to it.
struct SdkOperation {
  std::string_view name, function;
};
SdkOperation sdk_operation(const Attributes& attributes, Scratch& scratch) {
  const std::string_view both = attributes[Attribute::old_sdk_operation].text(scratch);
  const std::size_t space = std::min(both.find(' '), both.size());
  SdkOperation found{attributes[Attribute::sdk_operation].text(scratch),
                     attributes[Attribute::function].text(scratch)};
  if (!both.starts_with("ai.")) return found;
  if (found.name.empty()) found.name = both.substr(0, space);
  if (found.function.empty()) found.function = trimmed(both.substr(space));
  return found;
}

// ai.generateText goes around one ai.generateText.doGenerate for each step.
SpanKind kind_of_sdk(std::string_view operation) {
  if (operation.ends_with(".doEmbed")) return SpanKind::embedding;
  return operation.ends_with(".doGenerate") || operation.ends_with(".doStream") ? SpanKind::call
                                                                                : SpanKind::other;
}

// Of the events that coding agents write about everything they do, those about calls.
SpanKind kind_of_event(std::string_view event) {
  return event.ends_with("api_request") || event.ends_with("api_response") || event.ends_with("sse_event")
             ? SpanKind::call
             : SpanKind::other;
}

SpanKind kind_of(const Span& span, Scratch& scratch) {
  const auto text = [&](Attribute attribute) { return span.attributes[attribute].text(scratch); };
  if (const auto sdk = sdk_operation(span.attributes, scratch); !sdk.name.empty())
    return kind_of_sdk(sdk.name);
  const std::string_view operation = text(Attribute::operation);
  if (is_one_of(operation, {"embeddings", "embedding"})) return SpanKind::embedding;
  if (is_one_of(operation, {"chat", "text_completion", "completion", "generate_content"}))
    return SpanKind::call;
  if (!operation.empty()) return SpanKind::other;  // invoke_agent, execute_task ... carry sums, if anything
  const std::string_view request = text(Attribute::request_type);
  if (is_one_of(request, {"embedding", "embeddings"})) return SpanKind::embedding;
  if (is_one_of(request, {"chat", "completion"})) return SpanKind::call;
  for (const std::string_view kind : {span.kind, text(Attribute::kind), text(Attribute::mlflow_kind)}) {
    if (is_one_of(kind, {"LLM", "CHAT_MODEL"})) return SpanKind::call;
    if (kind == "EMBEDDING") return SpanKind::embedding;
    if (!kind.empty() && kind != "UNKNOWN") return SpanKind::other;
  }
  const bool is_bare = span.attributes[Attribute::bare_input_tokens].present();
  const std::string_view event = text(Attribute::event);
  return is_bare && !event.empty() ? kind_of_event(event) : SpanKind::unsaid;
}

// Several families of names may be there, with equal values; the first that has a prompt is taken. Names
// without a prefix are those of coding agents, where what was cached stands beside the input.
Usage read_span_usage(const Attributes& attributes, Scratch& scratch) {
  struct Family {
    Attribute prompt, generation;
  };
  static const Spelling& input = *find_spelling("input_tokens");
  static const Spelling& output = *find_spelling("output_tokens");
  static const Spelling& cache_read = *find_spelling("cache_read_tokens");
  static const Spelling& cache_write = *find_spelling("cache_write_tokens");
  static const Spelling& reasoning = *find_spelling("reasoning_tokens");
  static const Spelling& total = *find_spelling("total_tokens");
  Usage usage;
  bool found = false;
  for (const Family& family : {Family{Attribute::input_tokens, Attribute::output_tokens},
                               Family{Attribute::prompt_count, Attribute::completion_count},
                               Family{Attribute::old_input_tokens, Attribute::old_output_tokens},
                               Family{Attribute::sdk_input_tokens, Attribute::sdk_output_tokens},
                               Family{Attribute::bare_input_tokens, Attribute::bare_output_tokens}}) {
    if (!attributes[family.prompt].present()) continue;
    found = true;
    NamedCounts counts;
    const auto take = [&](const Spelling& spelling, Attribute attribute) {
      if (attributes[attribute].present()) counts.take(spelling, attributes[attribute], scratch);
    };
    take(input, family.prompt);
    take(output, family.generation);
    take(cache_read, Attribute::cache_read_tokens);
    take(cache_write, Attribute::cache_write_tokens);
    take(reasoning, Attribute::reasoning_tokens);
    take(total, Attribute::total_tokens);
    const bool is_bare = family.prompt == Attribute::bare_input_tokens;
    usage =
        counts.usage({.cached = is_bare ? Counted::beside : Counted::inside, .reasoning = Counted::inside});
    if (!usage.is_unsaid()) break;
  }
  return found ? usage : usage_of_members(attributes[Attribute::mlflow_usage], scratch);
}

Usage judge_span(const Span& span, Scratch& scratch) {
  const auto as = [](Reason reason) { return Usage{.reason = reason}; };
  const Usage usage = read_span_usage(span.attributes, scratch);
  const bool counted =
      usage.reason != Reason::no_usage || span.attributes[Attribute::aggregated_tokens].present();
  const SpanKind kind = kind_of(span, scratch);
  if (kind == SpanKind::embedding) return as(Reason::embedding);
  if (kind == SpanKind::other) return as(counted ? Reason::wrapper : Reason::not_a_generation);
  if (kind == SpanKind::unsaid && usage.reason == Reason::no_usage) return as(Reason::not_a_generation);
  if (usage.reason != Reason::no_usage || !span.failed) return usage;
  return refused_usage(span.status_message).value_or(as(Reason::failed));
}

std::string_view span_model(const Attributes& attributes, Scratch& scratch) {
  for (const Attribute attribute :
       {Attribute::response_model, Attribute::request_model, Attribute::model_name,
        Attribute::invocation_model, Attribute::mlflow_model, Attribute::bare_model}) {
    const std::string_view model = attributes[attribute].text(scratch);
    if (!model.empty() && model != "unknown") return model;
  }
  // OpenInference leaves the name out where the call failed.
  return attributes[Attribute::parameters].opened(scratch).member("model").text(scratch);
}

std::string_view without_hex_prefix(std::string_view id) {
  if (id.starts_with("0x")) id.remove_prefix(2);
  return id;
}

// Ids of spans are told apart within their trace.
std::string_view full_id(std::string_view trace, std::string_view id, Scratch& scratch) {
  id = without_hex_prefix(id);
  std::string full;
  full.reserve(trace.size() + 1 + id.size());
  full.append(trace).append(1, '/').append(id);
  return scratch.keep(std::move(full));
}

}  // namespace

void add_span(const Span& span, Scratch& scratch, Sink& sink) {
  const Attributes& attributes = span.attributes;
  Call call;
  call.trace = without_hex_prefix(span.trace);
  if (!span.id.empty()) call.id = full_id(call.trace, span.id, scratch);
  call.is_root = span.parent.empty();
  if (!call.is_root) call.parent = full_id(call.trace, span.parent, scratch);
  std::string_view workflow = attributes[Attribute::workflow].text(scratch);
  if (workflow.empty()) workflow = attributes[Attribute::agent].text(scratch);
  call.model = span_model(attributes, scratch);
  if (is_client_name(workflow, call.model)) workflow = {};
  const std::string_view function = sdk_operation(attributes, scratch).function;
  // vLLM's own span of a sequence: whose it is may stand in the id, and its limit is what was left of the
  // window.
  const bool by_vllm = span.name == "llm_request" && attributes[Attribute::request_id].present();
  const std::string_view of_id =
      by_vllm ? job_of_request_id(attributes[Attribute::request_id].text(scratch)) : std::string_view{};
  call.job = {.job = !function.empty() ? function
                     : of_id.empty()   ? span.job
                                       : of_id,
              .trace_name = workflow,
              .own_name = span.name,
              .service = span.service};
  read_start(span.start, scratch, call);
  call.end = read_time(span.end, scratch);
  call.updated = call.end;  // a finished span is newer than an event about it
  call.scope = span.scope;
  call.usage = judge_span(span, scratch);
  call.body = attributes.body();
  const Asked asked = read_asked(attributes[Attribute::parameters], scratch);
  call.num_ctx = asked.num_ctx;
  call.num_predict = asked.num_predict;
  for (const Attribute limit : {Attribute::max_tokens, Attribute::mlflow_max_tokens}) {
    if (!call.num_predict && !by_vllm) call.num_predict = read_limit(attributes[limit], scratch);
  }
  sink.add(call);
}

}  // namespace ctxcap::ingest
