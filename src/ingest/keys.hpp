#pragma once
// Every top-level key that some format looks at. A record is reduced to these before any format sees it.

#include <array>
#include <bit>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace ctxcap::ingest {

// X(identifier, "spelling"). The identifier is the spelling unless C++ forbids it.
#define CTXCAP_KEYS(X)                                          \
  /* bodies; see is_body() */                                   \
  X(input, "input")                                             \
  X(messages, "messages")                                       \
  X(prompt, "prompt")                                           \
  X(system, "system")                                           \
  X(request_body, "request_body")                               \
  X(df_input, "attributes.input.value")                         \
  /* who and when */                                            \
  X(id, "id")                                                   \
  X(traceId, "traceId")                                         \
  X(trace_id, "trace_id")                                       \
  X(parentObservationId, "parentObservationId")                 \
  X(parent_observation_id, "parent_observation_id")             \
  X(type, "type")                                               \
  X(name, "name")                                               \
  X(job, "job")                                                 \
  X(traceName, "traceName")                                     \
  X(trace_name, "trace_name")                                   \
  X(promptName, "promptName")                                   \
  X(prompt_name, "prompt_name")                                 \
  X(tags, "tags")                                               \
  X(traceTags, "traceTags")                                     \
  X(service, "service")                                         \
  X(environment, "environment")                                 \
  X(level, "level")                                             \
  X(statusMessage, "statusMessage")                             \
  X(status_message, "status_message")                           \
  X(startTime, "startTime")                                     \
  X(start_time, "start_time")                                   \
  X(updatedAt, "updatedAt")                                     \
  X(updated_at, "updated_at")                                   \
  X(event_ts, "event_ts")                                       \
  X(is_deleted, "is_deleted")                                   \
  X(timestamp, "timestamp")                                     \
  X(TIMESTAMP, "TIMESTAMP")                                     \
  X(time, "time")                                               \
  X(created, "created")                                         \
  X(created_at, "created_at")                                   \
  /* model and parameters */                                    \
  X(model, "model")                                             \
  X(providedModelName, "providedModelName")                     \
  X(provided_model_name, "provided_model_name")                 \
  X(modelId, "modelId")                                         \
  X(model_id, "model_id")                                       \
  X(internalModelId, "internalModelId")                         \
  X(tokenizerId, "tokenizerId")                                 \
  X(modelParameters, "modelParameters")                         \
  X(model_parameters, "model_parameters")                       \
  X(options, "options")                                         \
  X(num_ctx, "num_ctx")                                         \
  X(num_predict, "num_predict")                                 \
  X(max_tokens, "max_tokens")                                   \
  /* counts */                                                  \
  X(usage, "usage")                                             \
  X(usageDetails, "usageDetails")                               \
  X(usage_details, "usage_details")                             \
  X(providedUsageDetails, "providedUsageDetails")               \
  X(provided_usage_details, "provided_usage_details")           \
  X(inputUsage, "inputUsage")                                   \
  X(outputUsage, "outputUsage")                                 \
  X(totalUsage, "totalUsage")                                   \
  X(promptTokens, "promptTokens")                               \
  X(completionTokens, "completionTokens")                       \
  X(totalTokens, "totalTokens")                                 \
  X(prompt_tokens, "prompt_tokens")                             \
  X(completion_tokens, "completion_tokens")                     \
  X(total_tokens, "total_tokens")                               \
  X(input_tokens, "input_tokens")                               \
  X(output_tokens, "output_tokens")                             \
  X(input_length, "input_length")                               \
  X(inputLength, "inputLength")                                 \
  X(output_length, "output_length")                             \
  X(inputTokens, "inputTokens")                                 \
  X(outputTokens, "outputTokens")                               \
  X(usage_metadata, "usage_metadata")                           \
  X(prompt_eval_count, "prompt_eval_count")                     \
  X(eval_count, "eval_count")                                   \
  X(ContextTokens, "ContextTokens")                             \
  X(GeneratedTokens, "GeneratedTokens")                         \
  X(latencyMs, "latencyMs")                                     \
  X(model_name, "model_name")                                   \
  X(num_prompt_tokens, "num_prompt_tokens")                     \
  X(num_completion_tokens, "num_completion_tokens")             \
  X(requests, "requests")                                       \
  X(count, "count")                                             \
  X(at_timestamp, "@timestamp")                                 \
  X(ts, "ts")                                                   \
  X(response_tokens, "response_tokens")                         \
  X(generated_tokens, "generated_tokens")                       \
  X(generation_tokens, "generation_tokens")                     \
  X(cache_read_input_tokens, "cache_read_input_tokens")         \
  X(cache_creation_input_tokens, "cache_creation_input_tokens") \
  X(cache_read_tokens, "cache_read_tokens")                     \
  X(cache_creation_tokens, "cache_creation_tokens")             \
  X(prompt_cache_read_tokens, "prompt_cache_read_tokens")       \
  X(prompt_cache_write_tokens, "prompt_cache_write_tokens")     \
  X(cache_tokens, "cache_tokens")                               \
  X(cached_tokens, "cached_tokens")                             \
  X(cached_input_tokens, "cached_input_tokens")                 \
  X(input_cached_tokens, "input_cached_tokens")                 \
  X(cacheRead, "cacheRead")                                     \
  X(cacheWrite, "cacheWrite")                                   \
  X(cacheReads, "cacheReads")                                   \
  X(cacheWrites, "cacheWrites")                                 \
  X(tokensIn, "tokensIn")                                       \
  X(tokensOut, "tokensOut")                                     \
  X(tokens_in, "tokens_in")                                     \
  X(tokens_out, "tokens_out")                                   \
  X(reasoning_tokens, "reasoning_tokens")                       \
  X(prompt_per_second, "prompt_per_second")                     \
  X(prompt_tokens_details, "prompt_tokens_details")             \
  X(input_tokens_details, "input_tokens_details")               \
  X(num_model_requests, "num_model_requests")                   \
  X(api_requests, "api_requests")                               \
  X(successful_requests, "successful_requests")                 \
  X(observationCount, "observationCount")                       \
  X(usageMetadata, "usageMetadata")                             \
  X(prompt_n, "prompt_n")                                       \
  X(cache_n, "cache_n")                                         \
  X(predicted_n, "predicted_n")                                 \
  X(unit, "unit")                                               \
  X(path, "path")                                               \
  X(request_path, "request_path")                               \
  X(call_id, "call_id")                                         \
  X(response_metadata, "response_metadata")                     \
  X(jsonPayload, "jsonPayload")                                 \
  X(textPayload, "textPayload")                                 \
  X(source_, "_source")                                         \
  X(hits, "hits")                                               \
  X(line, "line")                                               \
  X(date, "date")                                               \
  X(createTime, "createTime")                                   \
  X(modelVersion, "modelVersion")                               \
  X(ls_model_name, "ls_model_name")                             \
  X(modelID, "modelID")                                         \
  X(modelIdentifier, "modelIdentifier")                         \
  X(main_model, "main_model")                                   \
  X(operation, "operation")                                     \
  X(done, "done")                                               \
  X(object, "object")                                           \
  X(error, "error")                                             \
  X(status, "status")                                           \
  /* rows that were grouped where they lie */                   \
  X(usage_keys, "usage_keys")                                   \
  X(groups, "groups")                                           \
  X(counted, "counted")                                         \
  X(duplicates, "duplicates")                                   \
  X(is_root, "is_root")                                         \
  X(roots, "roots")                                             \
  X(last_start_time, "last_start_time")                         \
  /* containers and recordings */                               \
  X(data, "data")                                               \
  X(meta, "meta")                                               \
  X(observations, "observations")                               \
  X(request, "request")                                         \
  X(headers, "headers")                                         \
  X(body, "body")                                               \
  X(body_text, "body_text")                                     \
  X(MESSAGE, "MESSAGE")                                         \
  X(log, "log")                                                 \
  /* spans */                                                   \
  X(resourceSpans, "resourceSpans")                             \
  X(resource_spans, "resource_spans")                           \
  X(resourceLogs, "resourceLogs")                               \
  X(resourceMetrics, "resourceMetrics")                         \
  X(context, "context")                                         \
  X(kind, "kind")                                               \
  X(attributes, "attributes")                                   \
  X(resource, "resource")                                       \
  X(parent_id, "parent_id")                                     \
  X(end_time, "end_time")                                       \
  X(span_kind, "span_kind")                                     \
  X(span_id, "span_id")                                         \
  X(parent_span_id, "parent_span_id")                           \
  X(status_code, "status_code")                                 \
  X(start_time_unix_nano, "start_time_unix_nano")               \
  X(end_time_unix_nano, "end_time_unix_nano")                   \
  X(context_trace_id, "context.trace_id")                       \
  X(context_span_id, "context.span_id")                         \
  X(df_prompt, "attributes.llm.token_count.prompt")             \
  X(df_completion, "attributes.llm.token_count.completion")     \
  X(df_model, "attributes.llm.model_name")                      \
  X(df_parameters, "attributes.llm.invocation_parameters")      \
  X(df_operation, "attributes.gen_ai.operation.name")           \
  X(df_input_tokens, "attributes.gen_ai.usage.input_tokens")    \
  X(df_output_tokens, "attributes.gen_ai.usage.output_tokens")  \
  X(df_agent, "attributes.gen_ai.agent.name")                   \
  X(df_request_model, "attributes.gen_ai.request.model")        \
  X(info, "info")                                               \
  X(trace, "trace")                                             \
  X(traces, "traces")                                           \
  X(trace_metadata, "trace_metadata")                           \
  /* gateways, servers and clients */                           \
  X(call_type, "call_type")                                     \
  X(hidden_params, "hidden_params")                             \
  X(request_id, "request_id")                                   \
  X(spend, "spend")                                             \
  X(cache_hit, "cache_hit")                                     \
  X(custom_llm_provider, "custom_llm_provider")                 \
  X(stream, "stream")                                           \
  X(request_tags, "request_tags")                               \
  X(metadata, "metadata")                                       \
  X(error_str, "error_str")                                     \
  X(proxy_server_request, "proxy_server_request")               \
  X(timings, "timings")                                         \
  X(response, "response")                                       \
  X(sequence_number, "sequence_number")                         \
  X(custom_id, "custom_id")                                     \
  X(options_json, "options_json")                               \
  X(datetime_utc, "datetime_utc")                               \
  X(tokens_evaluated, "tokens_evaluated")                       \
  X(tokens_predicted, "tokens_predicted")                       \
  X(stop, "stop")                                               \
  X(generation_settings, "generation_settings")                 \
  X(chat, "chat")                                               \
  X(response_id, "response_id")                                 \
  X(delay_ms, "delay_ms")                                       \
  X(request_properties, "request_properties")                   \
  X(model_override, "model_override")                           \
  X(response_model, "response_model")                           \
  X(request_model, "request_model")                             \
  X(request_created_at, "request_created_at")                   \
  X(component, "component")                                     \
  /* agents, tracing services, servers of other names */        \
  X(ask, "ask")                                                 \
  X(attributes_number, "attributes_number")                     \
  X(attributes_string, "attributes_string")                     \
  X(batches, "batches")                                         \
  X(binaryAnnotations, "binaryAnnotations")                     \
  X(calls, "calls")                                             \
  X(child_runs, "child_runs")                                   \
  X(clineMessages, "clineMessages")                             \
  X(completed, "completed")                                     \
  X(cwd, "cwd")                                                 \
  X(duration, "duration")                                       \
  X(Duration, "Duration")                                       \
  X(duration_nano, "duration_nano")                             \
  X(durationNano, "durationNano")                               \
  X(embedding, "embedding")                                     \
  X(end_timestamp, "end_timestamp")                             \
  X(event, "event")                                             \
  X(event_name, "event_name")                                   \
  X(EventName, "EventName")                                     \
  X(eventName, "eventName")                                     \
  X(events, "events")                                           \
  X(extra, "extra")                                             \
  X(generatedTokens, "generatedTokens")                         \
  X(input_lens, "input_lens")                                   \
  X(inputLens, "inputLens")                                     \
  X(inputs, "inputs")                                           \
  X(items, "items")                                             \
  X(json, "json")                                               \
  X(leafUuid, "leafUuid")                                       \
  X(localEndpoint, "localEndpoint")                             \
  X(LogAttributes, "LogAttributes")                             \
  X(meta_info, "meta_info")                                     \
  X(metaInfo, "metaInfo")                                       \
  X(ml_app, "ml_app")                                           \
  X(model_instance_id, "model_instance_id")                     \
  X(modelInfo, "modelInfo")                                     \
  X(msg, "msg")                                                 \
  X(numberTagMap, "numberTagMap")                               \
  X(op_name, "op_name")                                         \
  X(operationName, "operationName")                             \
  X(opName, "opName")                                           \
  X(otel_scope_name, "otel_scope_name")                         \
  X(output, "output")                                           \
  X(output_lens, "output_lens")                                 \
  X(outputLens, "outputLens")                                   \
  X(outputs, "outputs")                                         \
  X(params, "params")                                           \
  X(parent_run_id, "parent_run_id")                             \
  X(parentId, "parentId")                                       \
  X(parentRunId, "parentRunId")                                 \
  X(parentSpanID, "parentSpanID")                               \
  X(ParentSpanId, "ParentSpanId")                               \
  X(parentUuid, "parentUuid")                                   \
  X(part, "part")                                               \
  X(parts, "parts")                                             \
  X(payload, "payload")                                         \
  X(processes, "processes")                                     \
  X(prompt_lens, "prompt_lens")                                 \
  X(properties, "properties")                                   \
  X(requestId, "requestId")                                     \
  X(resource_attributes, "resource_attributes")                 \
  X(resource_logs, "resource_logs")                             \
  X(ResourceAttributes, "ResourceAttributes")                   \
  X(result, "result")                                           \
  X(resultData, "resultData")                                   \
  X(results, "results")                                         \
  X(role, "role")                                               \
  X(root_span_id, "root_span_id")                               \
  X(rows, "rows")                                               \
  X(run_id, "run_id")                                           \
  X(run_type, "run_type")                                       \
  X(runs, "runs")                                               \
  X(runType, "runType")                                         \
  X(say, "say")                                                 \
  X(ScopeName, "ScopeName")                                     \
  X(service_name, "service_name")                               \
  X(serviceName, "serviceName")                                 \
  X(ServiceName, "ServiceName")                                 \
  X(session_id, "session_id")                                   \
  X(session_name, "session_name")                               \
  X(sessionId, "sessionId")                                     \
  X(span_attributes, "span_attributes")                         \
  X(span_end_nanos, "span_end_timestamp_nanos")                 \
  X(span_name, "span_name")                                     \
  X(span_parents, "span_parents")                               \
  X(span_start_nanos, "span_start_timestamp_nanos")             \
  X(SpanAttributes, "SpanAttributes")                           \
  X(spanId, "spanId")                                           \
  X(spanID, "spanID")                                           \
  X(SpanId, "SpanId")                                           \
  X(SpanName, "SpanName")                                       \
  X(spans, "spans")                                             \
  X(start_timestamp, "start_timestamp")                         \
  X(started_at, "started_at")                                   \
  X(startedAt, "startedAt")                                     \
  X(stats, "stats")                                             \
  X(status_code_string, "status_code_string")                   \
  X(StatusCode, "StatusCode")                                   \
  X(StatusMessage, "StatusMessage")                             \
  X(stringTagMap, "stringTagMap")                               \
  X(summary, "summary")                                         \
  X(task, "task")                                               \
  X(text, "text")                                               \
  X(time_created, "time_created")                               \
  X(Timestamp, "Timestamp")                                     \
  X(tokens, "tokens")                                           \
  X(tokens_generated, "tokens_generated")                       \
  X(tokens_prompt, "tokens_prompt")                             \
  X(tokenUsage, "tokenUsage")                                   \
  X(tokenUsageEstimate, "tokenUsageEstimate")                   \
  X(total_input_tokens, "total_input_tokens")                   \
  X(totalCost, "totalCost")                                     \
  X(TraceId, "TraceId")                                         \
  X(traceID, "traceID")                                         \
  X(ui_messages, "ui_messages")                                 \
  X(uiMessages, "uiMessages")                                   \
  X(uuid, "uuid")                                               \
  X(workflowData, "workflowData")                               \
  /* documents that are no calls */                             \
  X(message, "message")                                         \
  X(version, "version")                                         \
  X(count_count, "count_count")                                 \
  X(time_dimension, "time_dimension")                           \
  X(countTraces, "countTraces")                                 \
  X(measured, "measured")                                       \
  X(modelName, "modelName")                                     \
  X(matchPattern, "matchPattern")                               \
  X(organization, "organization")                               \
  X(scores, "scores")                                           \
  X(bookmarked, "bookmarked")                                   \
  X(successes, "successes")                                     \
  X(errors, "errors")                                           \
  X(exportSource, "exportSource")                               \
  X(view, "view")                                               \
  X(metrics, "metrics")                                         \
  X(models, "models")                                           \
  X(default_generation_settings, "default_generation_settings") \
  X(is_processing, "is_processing")                             \
  X(n_ctx, "n_ctx")                                             \
  X(added_tokens, "added_tokens")                               \
  X(modelfile, "modelfile")                                     \
  X(model_info, "model_info")                                   \
  X(architectures, "architectures")                             \
  X(model_type, "model_type")                                   \
  X(detail, "detail")                                           \
  X(digest, "digest")

enum class Key : std::uint16_t {
#define CTXCAP_KEY_ID(identifier, spelling) identifier,
  CTXCAP_KEYS(CTXCAP_KEY_ID)
#undef CTXCAP_KEY_ID
      count_,
};

inline constexpr std::size_t kKeys = static_cast<std::size_t>(Key::count_);

inline constexpr std::array<std::string_view, kKeys> kKeySpellings{{
#define CTXCAP_KEY_TEXT(identifier, spelling) spelling,
    CTXCAP_KEYS(CTXCAP_KEY_TEXT)
#undef CTXCAP_KEY_TEXT
}};
#undef CTXCAP_KEYS

// Bodies are measured and not read: they tell no format, and one that stands twice is no fault of the row.
constexpr bool is_body(Key key) {
  return key <= Key::df_input;
}

// The key so spelled; nullopt when no format looks at it.
std::optional<Key> find_key(std::string_view spelling);

class KeySet {
 public:
  constexpr KeySet() = default;
  constexpr KeySet(std::initializer_list<Key> keys) {
    for (const Key key : keys) add(key);
  }
  constexpr void add(Key key) { words_[word(key)] |= bit(key); }
  constexpr bool has(Key key) const { return (words_[word(key)] & bit(key)) != 0; }
  constexpr bool has_all(const KeySet& other) const {
    for (std::size_t i = 0; i < kWords; ++i) {
      if ((words_[i] & other.words_[i]) != other.words_[i]) return false;
    }
    return true;
  }
  constexpr bool has_any(const KeySet& other) const {
    for (std::size_t i = 0; i < kWords; ++i) {
      if ((words_[i] & other.words_[i]) != 0) return true;
    }
    return false;
  }
  constexpr void clear() { words_ = {}; }
  constexpr KeySet operator&(const KeySet& other) const {
    KeySet both;
    for (std::size_t i = 0; i < kWords; ++i) both.words_[i] = words_[i] & other.words_[i];
    return both;
  }
  template <typename Visit>
  constexpr void each(Visit&& visit) const {
    for (std::size_t i = 0; i < kWords; ++i) {
      for (std::uint64_t left = words_[i]; left != 0; left &= left - 1) {
        visit(static_cast<Key>(i * 64 + static_cast<std::size_t>(std::countr_zero(left))));
      }
    }
  }

 private:
  static constexpr std::size_t kWords = (kKeys + 63) / 64;
  static constexpr std::size_t word(Key key) { return static_cast<std::size_t>(key) / 64; }
  static constexpr std::uint64_t bit(Key key) {
    return std::uint64_t{1} << (static_cast<std::size_t>(key) % 64);
  }

  std::array<std::uint64_t, kWords> words_{};
};

}  // namespace ctxcap::ingest
