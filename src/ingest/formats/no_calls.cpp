// Documents that lie beside traces and hold no calls. They are named, so that nobody wonders where they went.

#include <array>

#include "ingest/formats/all.hpp"

namespace ctxcap::ingest {
namespace {

struct Document {
  Reason reason;
  KeySet all;
};

// Nothing else has these keys.
constexpr std::array<Document, 20> kUnmistakable{{
    {Reason::server_log, {Key::message, Key::level, Key::component}},  // LiteLLM's proxy
    {Reason::aggregate, {Key::resourceMetrics}},                       // OTLP metrics
    {Reason::aggregate, {Key::traces}},                            // MLflow search: sums per trace, no spans
    {Reason::aggregate, {Key::count_count}},                       // metrics API
    {Reason::aggregate, {Key::time_dimension}},                    // metrics API, by time
    {Reason::aggregate, {Key::countTraces}},                       // daily metrics
    {Reason::aggregate, {Key::model, Key::job, Key::measured}},    // grouped rows of a query
    {Reason::listing, {Key::modelName, Key::matchPattern}},        // model definitions
    {Reason::listing, {Key::name, Key::organization}},             // projects
    {Reason::listing, {Key::observations, Key::scores}},           // traces
    {Reason::listing, {Key::name, Key::model, Key::digest}},       // Ollama's tags and ps
    {Reason::description, {Key::default_generation_settings}},     // llama.cpp's props
    {Reason::status_answer, {Key::is_processing, Key::n_ctx}},     // llama.cpp's slots
    {Reason::description, {Key::added_tokens}},                    // tokenizer.json
    {Reason::description, {Key::modelfile, Key::model_info}},      // Ollama's show
    {Reason::description, {Key::architectures, Key::model_type}},  // a model's config.json
    {Reason::status_answer, {Key::successes, Key::errors}},        // ingestion answer
    {Reason::status_answer, {Key::exportSource}},                  // manifest of a blob export
    {Reason::status_answer, {Key::view, Key::metrics}},            // metrics query
    {Reason::status_answer, {Key::status, Key::version}},          // health
}};

// Calls may have these too, so they only count where nothing speaks for a call.
constexpr std::array<Document, 5> kLoose{{
    {Reason::listing, {Key::models}},
    {Reason::error_answer, {Key::message}},
    {Reason::error_answer, {Key::error}},
    {Reason::error_answer, {Key::detail}},
    {Reason::status_answer, {Key::status}},  // progress of a pull or create
}};

bool may_be_call(const KeySet& keys) {
  return keys.has_any({Key::usage, Key::prompt_tokens, Key::completion_tokens, Key::total_tokens,
                       Key::input_tokens, Key::input_length, Key::prompt_eval_count, Key::eval_count,
                       Key::ContextTokens, Key::usageDetails, Key::usage_details, Key::done, Key::traceId,
                       Key::trace_id, Key::model});
}

Reason reason_for(const Fields& fields) {
  if (fields.has_metric_key()) return Reason::aggregate;
  for (const Document& document : kUnmistakable) {
    if (fields.keys().has_all(document.all)) return document.reason;
  }
  if (may_be_call(fields.keys())) return Reason::none;
  for (const Document& document : kLoose) {
    if (fields.keys().has_all(document.all)) return document.reason;
  }
  return Reason::none;
}

}  // namespace

constinit const Format kNoCalls{
    .name = "no-calls",
    .help = "metrics, error bodies, health, manifests, descriptions and lists of models: refused by name",
    .told_by = "their own keys, such as `resourceMetrics`, `models`, `count_count`",
    .matches = [](const Fields& fields) { return reason_for(fields) != Reason::none; },
    .read = [](const Fields& fields, Sink& sink) { sink.add(unusable(reason_for(fields))); }};

}  // namespace ctxcap::ingest
