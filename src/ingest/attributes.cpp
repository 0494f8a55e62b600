// The attributes of spans that matter, under all their names.

#include <iterator>
#include <string>

#include "base/name_table.hpp"
#include "ingest/span.hpp"

namespace ctxcap::ingest {
namespace {

struct Spelling {
  std::string_view name;
  Attribute attribute;
};
constexpr Spelling kSpellings[] = {
    {"gen_ai.operation.name", Attribute::operation},
    {"ai.operationId", Attribute::sdk_operation},
    {"operation.name", Attribute::old_sdk_operation},
    {"event.name", Attribute::event},
    {"llm.request.type", Attribute::request_type},
    {"openinference.span.kind", Attribute::kind},
    {"mlflow.spanType", Attribute::mlflow_kind},
    {"gen_ai.usage.input_tokens", Attribute::input_tokens},
    {"gen_ai.usage.output_tokens", Attribute::output_tokens},
    {"gen_ai.usage.prompt_tokens", Attribute::old_input_tokens},
    {"gen_ai.usage.completion_tokens", Attribute::old_output_tokens},
    {"llm.usage.prompt_tokens", Attribute::old_input_tokens},
    {"llm.usage.completion_tokens", Attribute::old_output_tokens},
    {"gen_ai.aggregated_usage.input_tokens", Attribute::aggregated_tokens},
    {"llm.token_count.prompt", Attribute::prompt_count},
    {"llm.token_count.completion", Attribute::completion_count},
    {"ai.usage.inputTokens", Attribute::sdk_input_tokens},
    {"ai.usage.promptTokens", Attribute::sdk_input_tokens},
    {"ai.usage.outputTokens", Attribute::sdk_output_tokens},
    {"ai.usage.completionTokens", Attribute::sdk_output_tokens},
    {"input_tokens", Attribute::bare_input_tokens},
    {"input_token_count", Attribute::bare_input_tokens},
    {"output_tokens", Attribute::bare_output_tokens},
    {"output_token_count", Attribute::bare_output_tokens},
    {"gen_ai.usage.total_tokens", Attribute::total_tokens},
    {"llm.usage.total_tokens", Attribute::total_tokens},
    {"llm.token_count.total", Attribute::total_tokens},
    {"ai.usage.totalTokens", Attribute::total_tokens},
    {"total_tokens", Attribute::total_tokens},
    {"total_token_count", Attribute::total_tokens},
    {"gen_ai.usage.cache_read.input_tokens", Attribute::cache_read_tokens},
    {"gen_ai.usage.cache_read_input_tokens", Attribute::cache_read_tokens},
    {"llm.token_count.prompt_details.cache_read", Attribute::cache_read_tokens},
    {"ai.usage.cachedInputTokens", Attribute::cache_read_tokens},
    {"cache_read_tokens", Attribute::cache_read_tokens},
    {"cache_read_input_tokens", Attribute::cache_read_tokens},
    {"gen_ai.usage.cache_creation.input_tokens", Attribute::cache_write_tokens},
    {"gen_ai.usage.cache_creation_input_tokens", Attribute::cache_write_tokens},
    {"llm.token_count.prompt_details.cache_write", Attribute::cache_write_tokens},
    {"cache_creation_tokens", Attribute::cache_write_tokens},
    {"cache_creation_input_tokens", Attribute::cache_write_tokens},
    {"reasoning_token_count", Attribute::reasoning_tokens},
    {"thoughts_token_count", Attribute::reasoning_tokens},
    {"mlflow.chat.tokenUsage", Attribute::mlflow_usage},
    {"gen_ai.response.model", Attribute::response_model},
    {"gen_ai.request.model", Attribute::request_model},
    {"llm.response.model", Attribute::response_model},
    {"llm.request.model", Attribute::request_model},
    {"llm.model_name", Attribute::model_name},
    {"traceloop.association.properties.ls_model_name", Attribute::invocation_model},
    {"mlflow.llm.model", Attribute::mlflow_model},
    {"ai.response.model", Attribute::response_model},
    {"ai.model.id", Attribute::model_name},
    {"model", Attribute::bare_model},
    {"llm.invocation_parameters", Attribute::parameters},
    {"gen_ai.request.max_tokens", Attribute::max_tokens},
    {"gen_ai.request.id", Attribute::request_id},
    {"max_tokens", Attribute::mlflow_max_tokens},
    {"max_output_tokens", Attribute::mlflow_max_tokens},
    {"gen_ai.input.messages", Attribute::input_messages},
    {"gen_ai.system_instructions", Attribute::instructions},
    {"input.value", Attribute::input_value},
    {"mlflow.spanInputs", Attribute::mlflow_inputs},
    {"gen_ai.agent.name", Attribute::agent},
    {"traceloop.workflow.name", Attribute::workflow},
    {"ai.telemetry.functionId", Attribute::function},
    {"ai.settings.maxOutputTokens", Attribute::max_tokens},
    {"ai.settings.maxTokens", Attribute::max_tokens},
};

constexpr std::string_view name_at(std::size_t i) {
  return kSpellings[i].name;
}

// Most names of a span are none of these.
constexpr NameTable<1024> kTable(std::size(kSpellings), name_at);

}  // namespace

void Attributes::put(std::string_view name, Value value) {
  if (const std::optional<std::size_t> row = kTable.find(name, name_at)) {
    Value& slot = values_[static_cast<std::size_t>(kSpellings[*row].attribute)];
    if (!slot.present()) slot = value;
    return;
  }
  if (!name.ends_with("content") && !name.ends_with("text")) return;
  if (name.starts_with("gen_ai.prompt.")) prompts_.add(value);
  if (name.starts_with("llm.input_messages.")) messages_.add(value);
}

void Attributes::put_nested(const std::string& name, Value value) {
  if (!value.is_object()) return put(name, value);
  value.each_member(
      [&](std::string_view key, Value inner) { put_nested(name + "." + std::string(key), inner); });
}

Body Attributes::body() const {
  Body body;
  body.add((*this)[Attribute::input_messages]);
  if (!body.empty()) {
    body.add((*this)[Attribute::instructions]);
    return body;
  }
  if (!prompts_.empty()) return prompts_;
  if (!messages_.empty()) return messages_;
  body.add((*this)[Attribute::mlflow_inputs]);
  if (body.empty()) body.add((*this)[Attribute::input_value]);
  return body;
}

}  // namespace ctxcap::ingest
