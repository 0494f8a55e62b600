#pragma once
// What a span says about a model call, whichever instrumentation wrote it. OpenTelemetry, Phoenix and MLflow
// carry the same attributes in different wrappings; their formats unwrap, this file judges.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "ingest/call.hpp"

namespace ctxcap::ingest {

// Attributes that matter, whatever they are called.
enum class Attribute : std::uint8_t {
  operation,          // gen_ai.operation.name
  sdk_operation,      // ai.operationId (Vercel's AI SDK)
  old_sdk_operation,  // operation.name: the same with the user's name
  event,              // event.name, of the events of coding agents
  request_type,       // llm.request.type (Traceloop)
  kind,               // openinference.span.kind
  mlflow_kind,        // mlflow.spanType
  input_tokens,       // gen_ai.usage.*
  output_tokens,
  old_input_tokens,  // their former names
  old_output_tokens,
  aggregated_tokens,  // gen_ai.aggregated_usage.input_tokens: a sum
  prompt_count,       // llm.token_count.*
  completion_count,
  sdk_input_tokens,  // ai.usage.* (Vercel's AI SDK)
  sdk_output_tokens,
  bare_input_tokens,  // of the events of coding agents
  bare_output_tokens,
  total_tokens,
  cache_read_tokens,  // part of the input, or beside it
  cache_write_tokens,
  reasoning_tokens,
  mlflow_usage,  // a map as JSON text
  response_model,
  request_model,
  model_name,
  invocation_model,  // traceloop.association.properties.ls_model_name
  mlflow_model,
  bare_model,
  parameters,  // llm.invocation_parameters, JSON text
  max_tokens,  // gen_ai.request.max_tokens
  request_id,  // gen_ai.request.id (vLLM)
  mlflow_max_tokens,
  input_messages,  // gen_ai.input.messages, JSON text
  instructions,    // gen_ai.system_instructions
  input_value,     // OpenInference
  mlflow_inputs,
  agent,     // gen_ai.agent.name
  workflow,  // traceloop.workflow.name
  function,  // ai.telemetry.functionId: the user's own name
  count_,
};

class Attributes {
 public:
  // Takes in an attribute, if it is one of those above; the first of equal names counts.
  void put(std::string_view name, Value value);
  // The same of what may be an object of attributes with the rest of their names: {"gen_ai": {"usage": ...}}.
  void put_nested(const std::string& name, Value value);
  Value operator[](Attribute attribute) const { return values_[static_cast<std::size_t>(attribute)]; }
  // What was sent, in the first of the places where a span may have it.
  Body body() const;

 private:
  std::array<Value, static_cast<std::size_t>(Attribute::count_)> values_;
  Body prompts_, messages_;  // parts with numbers in their names: gen_ai.prompt.0.content ...
};

struct Span {
  std::string_view trace, id, parent;  // as text; an empty parent: the trace's root
  std::string_view name;
  std::string_view scope;  // the instrumentation, if known
  std::string_view service;
  std::string_view kind;  // where it stands outside the attributes (Phoenix)
  std::string_view job;   // named by the user (an MLflow tag)
  Value start, end;
  bool failed = false;
  std::string_view status_message;
  Attributes attributes;
};

// One row: a model call, or the reason why the span is none.
void add_span(const Span& span, Scratch& scratch, Sink& sink);

}  // namespace ctxcap::ingest
