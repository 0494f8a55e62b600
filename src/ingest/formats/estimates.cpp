// Logs whose counts come from the client's own tokeniser, which is not the model's: Continue's development
// data, and runs of n8n, which have the server's counts beside estimates.

#include "ingest/formats/all.hpp"
#include "ingest/formats/members.hpp"
#include "ingest/spellings.hpp"

namespace ctxcap::ingest {
namespace {

bool is_generated_tokens(const Fields& fields) {
  constexpr KeySet kCamel{Key::promptTokens, Key::generatedTokens},
      kSnake{Key::prompt_tokens, Key::generated_tokens, Key::event_name},
      kOpenRouter{Key::tokens_prompt, Key::tokens_generated};
  for (const KeySet& keys : {kCamel, kSnake, kOpenRouter}) {
    if (fields.keys().has_all(keys)) return true;
  }
  const std::string_view name =
      fields.first({Key::eventName, Key::event_name, Key::name}).text(fields.scratch());
  return name == "tokensGenerated" || name == "tokens_generated";
}

Value model_of_run(Value run) {
  Value model;
  at_path(run, {"inputOverride", "ai_languageModel"}).each_element([&](Value branch) {
    branch.each_element([&](Value item) {
      const Value options = at_path(item, {"json", "options"});
      if (!model.present()) model = first_member(options, {"model", "model_name", "modelName"});
    });
  });
  return model;
}

Usage usage_of_answer(Value measured, Value estimate, Scratch& scratch) {
  Usage usage = usage_of_members(measured, scratch);
  if (usage.reason == Reason::no_usage && estimate.present()) usage.reason = Reason::estimated;
  return usage;
}

void read_item(Value item, Value run, std::string_view job, Scratch& scratch, Sink& sink) {
  const Value inside = item.member("json");
  const Value json = inside.is_object() ? inside : item;
  const Value measured = first_member(json, {"tokenUsage", "token_usage"});
  const Value estimate = first_member(json, {"tokenUsageEstimate", "token_usage_estimate"});
  if (!measured.present() && !estimate.present()) return;
  Call call;
  call.usage = usage_of_answer(measured, estimate, scratch);
  call.job.job = job;
  call.model = model_of_run(run).text(scratch);
  read_start(first_member(run, {"startTime", "startedAt"}), scratch, call);
  sink.add(call);
}

// A whole execution has its results under `data`, in some exports at its top.
Value results_of(const Fields& fields) {
  const Value results = fields[Key::resultData];
  return results.is_object() ? results : fields[Key::data].opened(fields.scratch()).member("resultData");
}

bool is_execution(const Fields& fields) {
  if (fields.keys().has_any({Key::tokenUsage, Key::tokenUsageEstimate})) return true;
  return fields[Key::json].member("tokenUsageEstimate").present() || results_of(fields).is_object();
}

void read_execution(const Fields& fields, Sink& sink) {
  Scratch& scratch = fields.scratch();
  if (fields[Key::json].is_object()) return sink.nested(fields[Key::json].raw());
  if (fields.keys().has_any({Key::tokenUsage, Key::tokenUsageEstimate})) {
    Call call;
    call.usage = usage_of_answer(fields[Key::tokenUsage], fields[Key::tokenUsageEstimate], scratch);
    return sink.add(call);
  }
  const std::string_view job = fields[Key::workflowData].member("name").text(scratch);
  results_of(fields).member("runData").each_member([&](std::string_view, Value runs) {
    runs.each_element([&](Value run) {
      run.member("data").member("ai_languageModel").each_element([&](Value branch) {
        branch.each_element([&](Value item) { read_item(item, run, job, scratch, sink); });
      });
    });
  });
}

}  // namespace

constinit const Format kContinue{
    .name = "continue",
    .help = "Continue's development data (tokensGenerated): estimates, refused",
    .told_by = "`eventName` is tokensGenerated, or `promptTokens` with `generatedTokens`",
    .matches = is_generated_tokens,
    .read = [](const Fields&, Sink& sink) { sink.add(unusable(Reason::estimated)); }};

constinit const Format kN8n{
    .name = "n8n",
    .help = "executions of n8n with the runs of their model nodes",
    .told_by = "`data.resultData`, `resultData`, `tokenUsage` or `tokenUsageEstimate`",
    .matches = is_execution,
    .read = read_execution};

}  // namespace ctxcap::ingest
